"""The tool ``kraken2``: databases that tell which taxon a read is of, for Kraken 2."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from holdfast.banks.choosing.selection import Glob, problem_with_glob
from holdfast.banks.indexing.acts import Act, Drop, Feed, Gather, Run, Write
from holdfast.banks.indexing.databases import FASTA_FILES, DatabaseName, names
from holdfast.banks.indexing.tool import (
    NUCLEOTIDES,
    PROTEINS,
    Build,
    Content,
    Input,
    Keys,
    Program,
    Tool,
    Work,
)
from holdfast.base.files import safe_name
from holdfast.errors import BankError, UnsafeName

Taxon = Annotated[int, Field(ge=1)]
LIBRARY = "library.fa"
DUSTMASKER = Program("dustmasker", "ncbi-blast+", ("-version",))
SEGMASKER = Program("segmasker", "ncbi-blast+", ("-version",))


class Kraken2Keys(Keys):
    """The keys of ``use = "kraken2"``."""

    database: DatabaseName | None = None  #: what it is called; None: as the bank
    taxid: Taxon | None = None  #: of all files
    taxids: Mapping[str, Taxon] = {}  #: glob of files → their taxon, before `taxid`
    taxonomy: str = ""  #: folder of the release with ``nodes.dmp`` and ``names.dmp``
    protein: bool = False
    mask: bool = True  #: leave out what is of low complexity
    kmer: int | None = Field(None, ge=5)
    minimizer: int | None = Field(None, ge=1, le=31)
    spaces: int | None = Field(None, ge=0)

    @field_validator("taxids")
    @classmethod
    def _are_globs(cls, taxids: Mapping[str, int]) -> Mapping[str, int]:
        for glob in taxids:
            problem = problem_with_glob(glob)
            if problem:
                raise ValueError(problem)
        return taxids

    @field_validator("taxonomy")
    @classmethod
    def _stays_inside(cls, folder: str) -> str:
        try:
            return str(safe_name(folder)) if folder else ""
        except UnsafeName as error:
            raise ValueError(str(error)) from error


class Kraken2(Tool[Kraken2Keys]):
    """Makes a database without asking any server.

    Which taxon a file is of, the recipe says, or its definition lines (``kraken:taxid|562|``).
    Without a taxonomy of the release one is written in which all taxa are under the root.
    """

    sentence = "databases for Kraken 2 (kraken2-build, offline)"
    programs = (Program("kraken2-build", "kraken2"),)
    files = FASTA_FILES
    keys = Kraken2Keys

    def needed(self, keys: Kraken2Keys) -> tuple[Program, ...]:
        if not keys.mask:
            return self.programs
        return (*self.programs, SEGMASKER if keys.protein else DUSTMASKER)

    def takes(self, keys: Kraken2Keys) -> frozenset[Content]:
        return PROTEINS if keys.protein else NUCLEOTIDES

    def builds(self, work: Work[Kraken2Keys]) -> Iterator[Build]:
        name = work.keys.database or work.bank
        taxa = [_taxon(work.keys, each) for each in work.inputs]
        acts = (*_library(work.inputs, taxa), *_taxonomy(work, name, taxa), *_commands(work, name))
        yield Build(acts, "kraken2", (name,), ("protein" if work.keys.protein else "nucleic",))


def _taxon(keys: Kraken2Keys, each: Input) -> int | None:
    """The taxon the recipe says `each` is of; None: its definition lines say it."""
    for glob, taxon in keys.taxids.items():
        if Glob(glob).file(each.name):
            return taxon
    if keys.taxids and keys.taxid is None:
        raise BankError(
            f"{each.name}: no glob of taxids in the recipe means it; "
            "add one, or leave the file out with files"
        )
    return keys.taxid


def _library(inputs: tuple[Input, ...], taxa: list[int | None]) -> Iterator[Act]:
    for each, taxon in zip(inputs, taxa, strict=True):
        mark = f"kraken:taxid|{taxon}|" if taxon is not None else ""
        yield Gather(Feed((each.path,), mark=mark), LIBRARY)


def _taxonomy(work: Work[Kraken2Keys], name: str, taxa: list[int | None]) -> Iterator[Act]:
    folder = f"{name}/taxonomy"
    if work.keys.taxonomy:
        for file in ("nodes.dmp", "names.dmp"):
            yield Gather(Feed((work.flat / work.keys.taxonomy / file,)), f"{folder}/{file}")
        return
    called = {taxon: _name(work, taxon, taxa) for taxon in sorted({each for each in taxa if each})}
    if not called:
        raise BankError(
            "which taxa the files are of is not known; "
            "say taxid, taxids or taxonomy in the recipe's step"
        )
    called.pop(1, None)
    nodes = ["1\t|\t1\t|\tno rank\t|\t\t|", *(f"{t}\t|\t1\t|\tspecies\t|\t\t|" for t in called)]
    rows = {1: "root", **called}
    yield Write(f"{folder}/nodes.dmp", "".join(f"{row}\n" for row in nodes))
    text = "".join(
        f"{taxon}\t|\t{row}\t|\t\t|\tscientific name\t|\n" for taxon, row in rows.items()
    )
    yield Write(f"{folder}/names.dmp", text)


def _name(work: Work[Kraken2Keys], taxon: int, taxa: list[int | None]) -> str:
    """What reports call `taxon`: as its first file."""
    return Path(names(work.inputs)[taxa.index(taxon)]).name


def _commands(work: Work[Kraken2Keys], name: str) -> Iterator[Act]:
    keys = work.keys
    program = ("kraken2-build", "--db", name, *(("--protein",) if keys.protein else ()))
    masking = () if keys.mask else ("--no-masking",)
    yield Run((*program, "--add-to-library", LIBRARY, *masking))
    yield Drop(LIBRARY)
    words = (*program, "--build", "--threads", str(work.cores), *masking)
    given = {
        "--kmer-len": keys.kmer,
        "--minimizer-len": keys.minimizer,
        "--minimizer-spaces": keys.spaces,
        "--max-db-size": work.memory,
    }
    for word, value in given.items():
        if value is not None:
            words += (word, str(value))
    yield Run((*words, *keys.options))
    yield Run((*program, "--clean"))
