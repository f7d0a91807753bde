"""
The commands of ``seqrepo`` that scripts call: init, load, export, export-aliases, show-status.

Each is a function of the parsed options, as in SeqRepo. An instance is a folder below the root, and
may be a store of ours or, to be read, an instance of SeqRepo. For the rest there is ``holdfast
seq``, whose command is named when one of SeqRepo's others is given.

::

    python -m holdfast.compat.seqrepo.cli -r /data/seqrepo load -i master -n NCBI a.fa.gz
"""

import argparse
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from holdfast import __version__
from holdfast.compat.seqrepo.fastaiter import FastaIter
from holdfast.compat.seqrepo.seqrepo import SeqRepo
from holdfast.compat.seqrepo.utils import parse_defline, validate_aliases
from holdfast.errors import HoldfastError
from holdfast.formats.compression import Content, open_content
from holdfast.formats.fasta_writing import FastaWriter
from holdfast.sequences.seqrepo.packing import WIDTH

__all__ = ["export", "export_aliases", "init", "load", "main", "show_status"]

DEFAULT_ROOT = "/usr/local/share/seqrepo"
#: SeqRepo's other commands, and what to give in place of each.
ELSEWHERE = {
    "add-assembly-names": "alias assembly",
    "fetch-load": "load",
    "list-local-instances": "snapshot list",
    "list-remote-instances": "pull",
    "pull": "pull",
    "snapshot": "snapshot create",
    "start-shell": "shell",
    "update-digests": "check",
    "update-latest": "snapshot list",
    "upgrade": "reindex",
}


def init(opts: argparse.Namespace) -> None:
    """Make an empty store where the instance is named.

    Raises OSError when there is something already.
    """
    folder = _instance(opts)
    if folder.exists() and any(folder.iterdir()):
        raise OSError(f"{folder} exists and is not empty")
    SeqRepo(folder, writeable=True).close()


def load(opts: argparse.Namespace) -> None:
    """Load FASTA files, compressed or not (``-`` is standard input), all of them or nothing.

    Raises RuntimeError when the instance is not there, or a name cannot be one.
    """
    folder = _instance(opts)
    if not folder.is_dir():
        raise RuntimeError(f"{folder} does not exist; initialize it with: seqrepo init -i NAME")
    if opts.namespace == "-":
        raise RuntimeError("the namespace must not be '-'")
    with SeqRepo(folder, writeable=True) as sr:
        for name in opts.fasta_files:
            _load_file(sr, name, opts.namespace)
        sr.commit()


def _load_file(sr: SeqRepo, name: str, namespace: str) -> None:
    source: Path | BinaryIO = sys.stdin.buffer if name == "-" else Path(name)
    with open_content(source) as content:
        text = io.TextIOWrapper(io.BufferedReader(_Bytes(content)), encoding="ascii")
        for header, sequence in FastaIter(text):
            names = parse_defline(header, namespace)
            validate_aliases(names)
            sr.store(sequence, names)


class _Bytes(io.RawIOBase):
    """The plain bytes of a file, as a stream that lines can be read from."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        part = self._content.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def export(opts: argparse.Namespace) -> None:
    """Write sequences as FASTA, each with its names, or the names asked for, on its first line."""
    with SeqRepo(_instance(opts)) as sr:
        for seq_id, records in _groups(sr, opts.namespace, opts.ALIASES):
            names = sorted(f"{each['namespace']}:{each['alias']}" for each in records)
            text = io.BytesIO()
            FastaWriter(text, WIDTH).write(" ".join(names), [sr.sequences.fetch(seq_id).encode()])
            sys.stdout.write(text.getvalue().decode())


def _groups(
    sr: SeqRepo, namespace: str | None, aliases: Sequence[str]
) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    """The records of each sequence that is asked for, by its key."""
    asked: Iterable[str | None] = dict.fromkeys(aliases) if aliases else (None,)
    for alias in asked:
        found = sr.aliases.find_aliases(namespace=namespace, alias=alias)
        yield from groupby(found, key=lambda record: str(record["seq_id"]))


def export_aliases(opts: argparse.Namespace) -> None:
    """Write the names of each sequence on a line, ``GA4GH:SQ.…`` first."""
    with SeqRepo(_instance(opts)) as sr:
        for seq_id, _ in _groups(sr, opts.namespace, ()):
            records = sr.aliases.find_aliases(seq_id=seq_id)
            names = sorted(
                f"{each['namespace']}:{each['alias']}"
                for each in records
                if each["namespace"] != "VMC"
            )
            sys.stdout.write("\t".join([f"GA4GH:SQ.{seq_id}", *names]) + "\n")


def show_status(opts: argparse.Namespace) -> float:
    """Write what is in an instance; its size in bytes is the answer."""
    folder = _instance(opts)
    with SeqRepo(folder) as sr:
        sequences, aliases = sr.sequences.stats(), sr.aliases.stats()
        versions = sr.sequences.schema_version(), sr.aliases.schema_version()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    sys.stdout.write(
        f"seqrepo {__version__} (Holdfast)\n"
        f"instance directory: {folder}, {size / 1e9:.1f} GB\n"
        "backends: fastadir (schema {}), seqaliasdb (schema {}) \n"
        "sequences: {n_sequences} sequences, {tot_length} residues, {n_files} files\n".format(
            *versions, **sequences
        )
        + "aliases: {n_aliases} aliases, {n_current} current, {n_namespaces} namespaces, "
        "{n_sequences} sequences\n".format(**aliases)
    )
    return size


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a command line, with the function to call as `func`."""
    parser = argparse.ArgumentParser(prog="seqrepo", description=__doc__)
    root = os.environ.get("SEQREPO_ROOT_DIR", DEFAULT_ROOT)
    parser.add_argument("-r", "--root-directory", default=root)
    parser.add_argument("-v", "--verbose", action="count", default=0)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, function, instance in (
        ("init", init, "master"), ("load", load, "master"), ("export", export, "latest"),
        ("export-aliases", export_aliases, "latest"), ("show-status", show_status, "latest"),
    ):  # fmt: skip
        command = commands.add_parser(name, help=str(function.__doc__).split("\n")[0])
        command.set_defaults(func=function)
        command.add_argument("-i", "--instance-name", default=instance)
        if name in ("load", "export", "export-aliases"):
            command.add_argument("-n", "--namespace", required=name == "load")
        if name == "load":
            command.add_argument("fasta_files", nargs="+")
        if name == "export":
            command.add_argument("ALIASES", nargs="*")
    for name, ours in ELSEWHERE.items():
        command = commands.add_parser(name, help=f"use: holdfast seq {ours}")
        command.set_defaults(func=_elsewhere, ours=ours)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line says; the exit code."""
    opts = parse_arguments(arguments)
    try:
        opts.func(opts)
    except (HoldfastError, OSError, RuntimeError, ValueError, KeyError) as error:
        sys.stderr.write(f"seqrepo: {error}\n")
        return 1
    return 0


def _elsewhere(opts: argparse.Namespace) -> None:
    """Raise RuntimeError, naming the command to give."""
    raise RuntimeError(f"this command is not part of it; use: holdfast seq {opts.ours}")


def _instance(opts: argparse.Namespace) -> Path:
    return Path(str(opts.root_directory), str(opts.instance_name))


if __name__ == "__main__":
    sys.exit(main())
