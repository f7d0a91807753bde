"""
Metadata: what the steps of a release made, kept in the release beside its manifest.

::

    banks/<bank>/<bank>_<release>/made.json
        {"version": 1,
         "made": [{"format": "blast", "types": ["nucleic"], "tags": {"organism": "hg38"},
                   "files": ["blast/alu"], "step": "INDEX_blast"}],
         "problems": ["INDEX_blast: line 7: …"]}

It is written once, before the release is declared complete, and is not there if no step said
anything. Files are POSIX paths in the release's folder; a step may name the common beginning of
several files, as programs that search an index want it, so a path need not be a file's.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from holdfast.base.files import safe_name, write_atomic
from holdfast.errors import BankError

MADE_FILE = "made.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that a step made."""

    format: str  #: fasta, blast …
    types: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    files: tuple[str, ...] = ()  #: relative to the release's folder
    step: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the steps of a release made, and what they said that could not be understood."""

    made: tuple[Made, ...] = ()
    problems: tuple[str, ...] = ()


def read_made(release_folder: Path) -> tuple[Made, ...]:
    """What the steps of the release in `release_folder` made; nothing where no step said so.

    Raises
    ------
    BankError
        ``made.json`` cannot be read.
    """
    return read_metadata(release_folder).made


def read_metadata(folder: Path, name: str = MADE_FILE) -> Metadata:
    """What :func:`read_made` gives, with the problems; it raises the same."""
    file = folder / name
    try:
        document = json.loads(file.read_bytes())
        if document["version"] != VERSION:
            raise ValueError(f"it is not of version {VERSION}")
        made = tuple(_decoded(each) for each in document["made"])
        return Metadata(made, tuple(str(each) for each in document["problems"]))
    except FileNotFoundError:
        return Metadata()
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BankError(
            f"{file}: cannot be read ({error}); remove it, and nothing is known of what steps made"
        ) from error


def write_metadata(folder: Path, metadata: Metadata, name: str = MADE_FILE) -> None:
    """Put `metadata` into a release's `folder`, durably; where there is none, no file is left."""
    file = folder / name
    if not metadata.made and not metadata.problems:
        file.unlink(missing_ok=True)
        return
    document = {
        "version": VERSION,
        "made": [_encoded(each) for each in metadata.made],
        "problems": list(metadata.problems),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    write_atomic(file, text.encode() + b"\n")


def write_step(folder: Path, step: str, made: Iterable[Made]) -> None:
    """Say in a making's `folder` what `step` made, instead of what was said before.

    For steps that are programs of ours; commands say it in their output
    (:mod:`holdfast.banks.commands.said`).
    """
    own = tuple(replace(each, step=step) for each in made)
    write_metadata(folder, Metadata(own), _file_of(step))


def read_step(folder: Path, step: str) -> tuple[Made, ...]:
    """What :func:`write_step` said; it raises what :func:`read_made` does."""
    return read_metadata(folder, _file_of(step)).made


def together(parts: Iterable[Metadata]) -> Metadata:
    """`parts` as one, in their order."""
    parts = tuple(parts)
    return Metadata(
        tuple(made for part in parts for made in part.made),
        tuple(problem for part in parts for problem in part.problems),
    )


def merged(made: Iterable[Made]) -> dict[str, tuple[Made, ...]]:
    """`made` by format, the formats in the order of their names."""
    by_format: dict[str, list[Made]] = {}
    for each in made:
        by_format.setdefault(each.format, []).append(each)
    return {name: tuple(by_format[name]) for name in sorted(by_format)}


def _file_of(step: str) -> str:
    return f"made-{step}.json"


def _encoded(made: Made) -> dict[str, Any]:
    return {
        "format": made.format,
        "types": list(made.types),
        "tags": dict(made.tags),
        "files": list(made.files),
        "step": made.step,
    }


def _decoded(document: Mapping[str, Any]) -> Made:
    return Made(
        format=str(document["format"]),
        types=tuple(str(each) for each in document["types"]),
        tags={str(key): str(value) for key, value in document["tags"].items()},
        files=tuple(str(safe_name(each)) for each in document["files"]),
        step=str(document["step"]),
    )
