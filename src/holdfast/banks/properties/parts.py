"""
Parts: the files that the protocol ``multi`` names one by one, ``remote.file.0.path`` and so on.

Each has a direct protocol. They are counted from 0 without gaps.
"""

from urllib.parse import quote, urlencode

from holdfast.banks.properties.addressing import DIRECT, KEEP_APART, SAFE, Table
from holdfast.banks.properties.layers import Layers
from holdfast.banks.properties.reaching import connection_of

PREFIX = "remote.file."


def parts_of(layers: Layers) -> list[Table]:
    """The tables ``[[remote.parts]]``; none where one cannot be, which is told."""
    numbers = _numbers(layers)
    count = next(at for at in range(len(numbers) + 1) if at not in numbers)
    if not count:
        layers.error("protocol", f"multi needs files; write {PREFIX}0.protocol and {PREFIX}0.path")
        return []
    beyond = [number for number in numbers if number > count]
    if beyond:
        key = next(key for key in layers.keys() if key.startswith(f"{PREFIX}{beyond[0]}."))  # noqa: SIM118 - these are no dictionary's
        layers.error(key, f"{PREFIX}{count} is missing; count the files without gaps")
    parts = [_part(layers, f"{PREFIX}{number}.") for number in range(count)]
    return [part for part in parts if part]


def _numbers(layers: Layers) -> list[int]:
    words = [key.removeprefix(PREFIX).partition(".") for key in layers.keys()  # noqa: SIM118 - as above
             if key.startswith(PREFIX)]  # fmt: skip
    return sorted({int(number) for number, dot, _ in words if dot and number.isdecimal()})


def _part(layers: Layers, part: str) -> Table:
    protocol = layers.text(f"{part}protocol").lower() or layers.text(f"{PREFIX}protocol").lower()
    server = layers.text(f"{part}server") or layers.text("server")
    path = layers.text(f"{part}path")
    if protocol not in DIRECT:
        word = repr(protocol) if protocol else "missing"
        layers.error(f"{part}protocol", f"it is {word}; a file of multi has {', '.join(DIRECT)}")
        return {}
    for key, said in (("server", server), ("path", path)):
        if not said:
            layers.error(f"{part}{key}", f"it is missing; write {part}{key}=…")
            return {}
    table = _request(layers, part, protocol, f"{_who(layers, part)}{server.rstrip('/')}", path)
    table["name"] = layers.text(f"{part}name").strip("/") or path.strip("/")
    said = layers.text(f"{part}credentials")
    if ":" in said:
        layers.remark(f"{part}credentials", KEEP_APART.format(server=server))
        table["credentials"] = said
    connection = connection_of(layers, part)
    return table | ({"connection": connection} if connection else {})


def _who(layers: Layers, part: str) -> str:
    said = layers.text(f"{part}credentials")
    return f"{quote(said, safe='')}@" if said and ":" not in said else ""


def _request(layers: Layers, part: str, protocol: str, place: str, path: str) -> Table:
    names = layers.listed(f"{part}params.keys")
    form = {name: layers.text(f"{part}params.{name.lower()}") for name in names}
    where = quote("/" + path.lstrip("/"), safe=SAFE)
    url = f"{protocol.replace('direct', 'direct+')}://{place}{where}"
    if layers.text(f"{part}method").upper() == "POST":
        return {"url": url, "method": "POST", "form": form}
    return {"url": f"{url}{'?' if form else ''}{urlencode(form)}"}
