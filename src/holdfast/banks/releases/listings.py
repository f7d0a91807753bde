"""
Listings: what a release has of each format, for the scripts of BioMAJ's sites that read them.

::

    <release>/listingv1.blast    {"name": "blast", "sections": [], "files": ["/…/blast/yeast"]}

A listing is the tree of the release's folder that is called like the format: files with their whole
paths, and sections, which are the same for the folders in it. Of BLAST's databases it has the names
that programs want: those of the ``.nal`` files, without that suffix. A format whose folder is not
there has an empty listing. A slash in the name of a format is ``_`` in the name of the file.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from holdfast.base.files import safe_name, write_atomic
from holdfast.errors import UnsafeName

LISTING = "listingv1."
BLAST, ALIAS = "blast", ".nal"
NAME_LIMIT = 200  #: bytes of a format's name that can be a file's
DEPTH_LIMIT = 100  #: folders in one another


def write_listings(release_folder: Path, formats: Iterable[str]) -> tuple[Path, ...]:
    """Write the listing of each of `formats`, each in one step; the files written.

    A format that cannot be the name of a folder has none.
    """
    files = []
    for name in sorted({each.strip() for each in formats}):
        if _can_be_a_folder(name):
            file = release_folder / f"{LISTING}{name.replace('/', '_')}"
            document = _section(release_folder / name, name, name, DEPTH_LIMIT)
            write_atomic(file, json.dumps(document).encode())
            files.append(file)
    return tuple(files)


def rewrite_listings(release_folder: Path) -> None:
    """Write the listings anew that are there: the release is elsewhere now."""
    formats = []
    for file in release_folder.glob(f"{LISTING}*"):
        try:
            formats.append(str(json.loads(file.read_bytes())["name"]))
        except (OSError, KeyError, TypeError, ValueError):
            continue  # a step's own file, which is none of ours
    write_listings(release_folder, formats)


def _can_be_a_folder(name: str) -> bool:
    try:
        safe_name(name)
    except UnsafeName:
        return False
    return len(name.encode("utf-8", "surrogateescape")) <= NAME_LIMIT


def _section(folder: Path, name: str, form: str, depth: int) -> dict[str, Any]:
    """The section `name`: what is in `folder`, and the sections in it."""
    files, sections = [], []
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            if depth:
                sections.append(_section(Path(entry.path), entry.name, form, depth - 1))
        elif form != BLAST:
            files.append(entry.path)
        elif entry.name.endswith(ALIAS):
            files.append(entry.path.removesuffix(ALIAS))
    return {"name": name, "sections": sections, "files": files}


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
