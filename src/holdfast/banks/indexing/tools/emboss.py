"""The tool ``emboss``: databases from which EMBOSS reads single sequences by name."""

from collections.abc import Iterator
from typing import Literal

from holdfast.banks.indexing.acts import Act, Drop, Feed, Gather, Link, Run, Write
from holdfast.banks.indexing.databases import FASTA_FILES, DatabaseName, unpacked_names
from holdfast.banks.indexing.tool import (
    SEQUENCES,
    Build,
    Content,
    Input,
    Keys,
    Packing,
    Program,
    Tool,
    Work,
)
from holdfast.errors import BankError

SEQUENCES_FOLDER = "sequences"
RESOURCE = "held"
DBX = Program("dbxfasta", "emboss", ("-version",))
DBI = Program("dbifasta", "emboss", ("-version",))


class EmbossKeys(Keys):
    """The keys of ``use = "emboss"``."""

    database: DatabaseName | None = None  #: what it is called; None: as the bank
    index: Literal["dbx", "dbi"] = "dbx"  #: ``dbi``: the older one, for less than 2 GB
    names: Literal["simple", "idacc", "gcgid", "gcgidacc", "dbid", "ncbi"] = "simple"


class Emboss(Tool[EmbossKeys]):
    """Makes an index and ``embossrc``, the database's definition for ``~/.embossrc``.

    The programs read plain files by paths: those of the release are linked, packed ones are
    unpacked, for they are part of the index.
    """

    sentence = "databases for EMBOSS (dbxfasta, dbifasta)"
    files = FASTA_FILES
    keys = EmbossKeys

    def needed(self, keys: EmbossKeys) -> tuple[Program, ...]:
        return (DBX if keys.index == "dbx" else DBI,)

    def takes(self, keys: EmbossKeys) -> frozenset[Content]:
        return SEQUENCES

    def builds(self, work: Work[EmbossKeys]) -> Iterator[Build]:
        name = (work.keys.database or work.bank).replace("-", "_").replace(".", "_")
        files = [each.replace("/", "_") for each in unpacked_names(work.inputs)]
        acts = [_beside(file, each) for file, each in zip(files, work.inputs, strict=True)]
        kind, *others = sorted({each.kind for each in work.inputs})
        if others:
            raise BankError(
                "EMBOSS has nucleotides and proteins in databases apart; "
                "make two steps in the recipe, each with its files"
            )
        acts += [
            Write(".embossrc", f"RES {RESOURCE} [ type: Index idlen: 60 acclen: 60 ]\n"),
            Run(_words(work, name), environment={"EMBOSSRC": "."}),
            Drop(".embossrc"),
            Write("embossrc", _definition(work, name)),
        ]
        yield Build(tuple(acts), "emboss", (name,), (kind,))


def _beside(file: str, each: Input) -> Act:
    path = f"{SEQUENCES_FOLDER}/{file}"
    if each.packing is Packing.PLAIN:
        return Link(path, each.path)
    return Gather(Feed((each.path,)), path)


def _words(work: Work[EmbossKeys], name: str) -> tuple[str, ...]:
    keys = work.keys
    resource = ("-dbresource", RESOURCE) if keys.index == "dbx" else ()
    return (
        f"{keys.index}fasta",
        "-auto",
        *("-dbname", name),
        *resource,
        *("-idformat", keys.names),
        *("-directory", SEQUENCES_FOLDER),
        *("-filenames", "*"),
        *("-indexoutdir", "."),
        *("-outfile", f"{name}.log"),
        *keys.options,
    )


def _definition(work: Work[EmbossKeys], name: str) -> str:
    is_protein = work.inputs[0].content is Content.PROTEIN
    method = "emboss" if work.keys.index == "dbx" else "emblcd"
    return (
        f"DB {name} [\n"
        f'  type: "{"Protein" if is_protein else "Nucleotide"}"\n'
        f'  method: "{method}"\n'
        f'  format: "fasta"\n'
        f'  dbalias: "{name}"\n'
        f'  directory: "{work.folder / SEQUENCES_FOLDER}"\n'
        f'  file: "*"\n'
        f'  indexdirectory: "{work.folder}"\n'
        "]\n"
    )
