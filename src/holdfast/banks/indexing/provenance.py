"""
Provenance: what made an index and of what, kept with it in ``provenance.json``.

::

    {"version": 1, "step": "blast", "use": "blast", "release": "yeast:2026-01-02",
     "keys": {…}, "programs": {"makeblastdb": "2.12.0+"}, "commands": [["makeblastdb", …]],
     "files": [{"path": "genome.fa.gz", "sha256": "…"}], "question": "…",
     "taken_from": "yeast:2025-11-01"}

The question is a digest of all that an index depends on: the acts, the versions of the programs,
the files. Where an earlier release has the answer to the same question, it is linked, not made.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from holdfast.banks.indexing.acts import files_of
from holdfast.banks.indexing.tool import Build, Work
from holdfast.base.digests import file_sha256, joined_sha256
from holdfast.base.files import write_atomic

PROVENANCE = "provenance.json"
FLAT = "flat"  #: what stands for the folder of the release's files
VERSION = 1


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known of an index."""

    step: str
    use: str
    release: str
    keys: Mapping[str, Any]
    programs: Mapping[str, str]  #: name → version
    commands: Sequence[Sequence[str]]
    files: Sequence[Mapping[str, str]]
    question: str
    taken_from: str = ""  #: the release whose index it is; empty: it was made for this one


def question_of(builds: Sequence[Build], work: Work[Any], programs: Mapping[str, str]) -> str:
    """A digest of what the index depends on, wherever the release is."""
    acts = repr([build.acts for build in builds]).replace(str(work.flat), FLAT)
    files = [(each.name, each.sha256) for each in work.inputs]
    question = [VERSION, acts, sorted(programs.items()), files, _others(builds, work)]
    return joined_sha256([json.dumps(question).encode()])


def _others(builds: Iterable[Build], work: Work[Any]) -> list[tuple[str, str]]:
    """Files that acts read besides those the index is of, such as a taxonomy, and their digests."""
    known = {each.path for each in work.inputs}
    read = {file for build in builds for file in files_of(build.acts)}
    return [(file.name, file_sha256(file)) for file in sorted(read - known) if file.is_file()]


def write_provenance(folder: Path, provenance: Provenance) -> None:
    """Put `provenance` into the folder of an index."""
    document = {"version": VERSION, **asdict(provenance)}
    write_atomic(folder / PROVENANCE, json.dumps(document, indent=1).encode() + b"\n")


def read_provenance(folder: Path) -> Provenance | None:
    """What is known of the index in `folder`; None where there is none, or none to rely on."""
    try:
        document = json.loads((folder / PROVENANCE).read_bytes())
        if document.pop("version") != VERSION:
            return None
        return Provenance(**document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def link_index(source: Path, target: Path) -> None:
    """Make `target`, an empty folder, hold what the index in `source` holds, as hard links.

    Links to files of the release are relative, and so are right in another release too.
    """
    for parent, folders, names in os.walk(source):
        beside = target / Path(parent).relative_to(source)
        for folder in folders:
            (beside / folder).mkdir()
        for name in names:
            path = Path(parent, name)
            if path.is_symlink():
                (beside / name).symlink_to(path.readlink())
            elif path != source / PROVENANCE:
                (beside / name).hardlink_to(path)
