"""
Lists of files: what a document says there is, in one of four forms.

- A table: columns parted by tabs, named by its first line. ``name`` or ``url`` is needed; ``size``
  (bytes), ``modified`` (ISO), ``md5``, ``sha1``, ``sha256``, ``sha512`` and ``etag`` are used.
- A manifest of digests, as ``md5sum`` and its kin write it: the digest, blanks, the name.
- JSON in BioMAJ's form: objects with ``name``, ``root``, ``save_as``, ``size``, ``hash``, a date.
- One name or URL a line.

Empty lines are passed over, and those that begin with ``#`` unless they are rows of a table. What a
list says wrongly is an error with its line: a list is written on purpose, and half of it is not it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urljoin, urlsplit

from holdfast.base.files import safe_name
from holdfast.errors import FormatError, UnsafeName
from holdfast.remotes.interface import RemoteFile

DIGESTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}  #: by their digits
COLUMNS = ("name", "url", "size", "modified", "etag", "md5", "sha1", "sha256", "sha512")
_SUM = re.compile(r"(?P<digest>[0-9a-fA-F]{32,128})[ \t]+\*?(?P<name>\S.*)")


@dataclass(frozen=True, slots=True)
class _Line:
    """What one line says, as text."""

    number: int
    facts: Mapping[str, str]


def read_manifest(text: str, source: str, base: str) -> tuple[RemoteFile, ...]:
    """The files that `text`, which came from `source`, names; sorted by name.

    Relative names and URLs are below `base`, a URL that ends in a slash.

    Raises
    ------
    FormatError
        It says something that cannot be; the message has the line.
    """
    lines = _json(text, source) if text.lstrip()[:1] == "[" else _lines(text)
    files: dict[str, RemoteFile] = {}
    for line in lines:
        file = _file(line, source, base)
        if files.setdefault(file.name, file) != file:
            raise _wrong(source, line, f"{file.name!r} is there twice, and not the same")
    return tuple(files[name] for name in sorted(files))


def _lines(text: str) -> Iterator[_Line]:
    header: list[str] = []
    first = True
    for number, line in enumerate(text.splitlines(), 1):
        words = [word.strip() for word in line.split("\t")]
        is_header = first and _is_header(words)
        # In a table a name may begin with "#": then its line has tabs.
        remark = line.startswith("#") and not is_header and (not header or len(words) == 1)
        if not line.strip() or remark:
            continue
        if is_header:
            header = [word.lstrip("#").strip().lower() for word in words]
        elif header:
            yield _Line(number, dict(zip(header, words, strict=False)))
        else:
            yield _Line(number, _loose(line.strip()))
        first = False


def _is_header(words: list[str]) -> bool:
    names = {word.lstrip("#").strip().lower() for word in words}
    return bool(names & {"name", "url"}) and (len(words) > 1 or words[0].lower() in names)


def _loose(line: str) -> dict[str, str]:
    """What a line without columns says: a digest and a name, or a name or URL."""
    match = _SUM.fullmatch(line)
    if match is not None and len(match["digest"]) in DIGESTS:
        kind = DIGESTS[len(match["digest"])]
        return {"name": match["name"].removeprefix("./"), kind: match["digest"]}
    return {"url": line} if "://" in line else {"name": line}


def _json(text: str, source: str) -> Iterator[_Line]:
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise FormatError(source, line, f"it is not JSON ({error}); mend the list") from error
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise FormatError(source, 1, f'entry {number} is no object; write {{"name": …}}')
        yield _Line(number, _biomaj(entry))


def _biomaj(entry: Mapping[str, object]) -> dict[str, str]:
    facts = {key: str(value) for key, value in entry.items() if value not in (None, "")}
    said = facts.get("hash", "")
    if len(said) in DIGESTS:
        facts.setdefault(DIGESTS[len(said)], said)
    place = facts.get("name", "")
    if facts.get("root"):
        facts["url"] = f"{facts['root'].rstrip('/')}/{quote(place.lstrip('/'))}"
    elif place and "url" not in facts:
        facts["url"] = quote(place.lstrip("/"))
    facts["name"] = (facts.get("save_as") or place).lstrip("/")
    if all(facts.get(key, "").isdigit() for key in ("year", "month", "day")):
        day = (int(facts[key]) for key in ("year", "month", "day"))
        facts.setdefault("modified", "{:04}-{:02}-{:02}".format(*day))
    return facts


def _file(line: _Line, source: str, base: str) -> RemoteFile:
    facts = line.facts
    try:
        place = urlsplit(facts.get("url", "")).path
        name = facts.get("name") or unquote(place.rpartition("/")[2])
        if str(safe_name(name)) != name:
            raise _wrong(source, line, f"{name!r} is not written as a plain path")
        url = urljoin(base, facts["url"]) if facts.get("url") else base + quote(name)
        server = urlsplit(url)
        _ = server.port
    except (UnsafeName, ValueError) as error:
        raise _wrong(source, line, str(error)) from error
    if not url.isprintable() or " " in url or "@" in server.netloc:
        raise _wrong(source, line, f"{url!r} is no URL of a file (none has a password in a list)")
    size, time = _size(line, source), _time(line, source)
    return RemoteFile(name, url, size, time, facts.get("etag") or None, _digest(line, source))


def _size(line: _Line, source: str) -> int | None:
    text = line.facts.get("size", "")
    if not text or text == "-":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise _wrong(source, line, f"{text!r} is not a number of bytes")
    return int(text)


def _time(line: _Line, source: str) -> datetime | None:
    text = line.facts.get("modified", "")
    if not text or text == "-":
        return None
    try:
        time = datetime.fromisoformat(text).replace(microsecond=0)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise _wrong(source, line, f"{text!r} is not a time as 2026-01-02T12:00:34Z") from error


def _digest(line: _Line, source: str) -> str | None:
    for length, kind in reversed(DIGESTS.items()):
        text = line.facts.get(kind, "").lower()
        if text and text != "-":
            if len(text) != length or set(text) - set("0123456789abcdef"):
                raise _wrong(source, line, f"{text!r} is not a {kind} in hexadecimal")
            return f"{kind}:{text}"
    return None


def _wrong(source: str, line: _Line, what: str) -> FormatError:
    return FormatError(source, line.number, f"{what}; mend the list")
