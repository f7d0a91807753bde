"""
Placing: where a property file says the bank is.

In a site that is read where it stands, a bank stays where BioMAJ keeps it: in ``dir.version`` below
``data.dir``. A bank file that was copied elsewhere says that of another place, so its releases are
in the home folder.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.banks.properties.layers import Layers
from holdfast.banks.properties.problems import Findings
from holdfast.banks.properties.reading import read_file
from holdfast.banks.recipes.place import SEPARATOR

KEYS = ("data.dir", "dir.version")


def place_of(layers: Layers) -> dict[str, Any]:
    """The table ``[place]``; empty, which is told, where `layers` do not say enough."""
    root, version = (layers.text(key).strip() for key in KEYS)
    for key, text in zip(KEYS, (root, version), strict=True):
        if not text:
            layers.warning(key, f"{key} is missing, so the bank is kept in the home folder")
    if not root or not version:
        return {}
    root, version = root.rstrip("/"), version.strip("/")
    place = {"folder": f"{root}/{version}", "separator": separator_of(layers)}
    return place | ({"root": root} if "/" in version else {})


def folder_of(key: str, file: Path, config: Path, environment: Mapping[str, str]) -> Path | None:
    """The folder that `key` names for the bank file `file`, such as ``cache.dir``."""
    layers = Layers(read_file(file), read_file(config), environment, Findings(str(file)))
    folder = layers.text(key)
    return Path(folder) if folder else None


def separator_of(layers: Layers) -> str:
    """What stands between the bank and the release in folders' names."""
    return layers.text("release.separator", SEPARATOR)


def tell_of_home(layers: Layers) -> None:
    """Say that the bank is kept in the home folder, where its own file says another."""
    for key in ("data.dir", "release.separator"):
        if any(entry.key == key for entry in layers.own()):
            layers.remark(
                key,
                "read outside its site, the bank is kept in the home folder; name the site in the "
                "setting biomaj_config",
            )
