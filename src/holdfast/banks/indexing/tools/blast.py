"""The tool ``blast``: databases for the BLAST+ programs, by makeblastdb."""

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from holdfast.banks.indexing.acts import Drop, Run
from holdfast.banks.indexing.databases import FASTA_FILES, Database, DatabaseKeys, databases
from holdfast.banks.indexing.tool import SEQUENCES, Build, Content, Program, Tool, Work

MAKEBLASTDB = Program("makeblastdb", "ncbi-blast+", ("-version",))


class BlastKeys(DatabaseKeys):
    """The keys of ``use = "blast"``."""

    kind: Literal["auto", "nucleotide", "protein"] = "auto"
    title: str = "{bank}"  #: with ``{release}`` in it, an index is never that of the release before
    parse_seqids: bool | None = None  #: None: if the names of the sequences allow it
    taxid: int | None = Field(None, ge=1)


class Blast(Tool[BlastKeys]):
    """Makes databases of version 5, of nucleotides and of proteins apart."""

    sentence = "BLAST databases of FASTA files (makeblastdb)"
    programs = (MAKEBLASTDB,)
    files = FASTA_FILES
    keys = BlastKeys

    def takes(self, keys: BlastKeys) -> frozenset[Content]:
        return SEQUENCES if keys.kind == "auto" else frozenset({Content(keys.kind)})

    def builds(self, work: Work[BlastKeys]) -> Iterator[Build]:
        for database in databases(work):
            for content in _contents(database, work.keys):
                yield _build(work, _part(database, content, work.keys), content)


def _contents(database: Database, keys: BlastKeys) -> Iterable[Content]:
    if keys.kind != "auto":
        return (Content(keys.kind),)
    found = {each.content for each in database.inputs}
    return sorted(found, key=lambda content: content.value)


def _part(database: Database, content: Content, keys: BlastKeys) -> Database:
    """The files of `database` that hold `content`; its files differ in suffix from the others'."""
    if keys.kind != "auto":
        return database
    inputs = tuple(each for each in database.inputs if each.content is content)
    return Database(database.name, inputs)


def _build(work: Work[BlastKeys], database: Database, content: Content) -> Build:
    keys = work.keys
    is_dna = content is Content.NUCLEOTIDE
    title = keys.title.replace("{bank}", work.bank).replace("{release}", work.release)
    words: tuple[str, ...] = ("makeblastdb", "-in", "-", "-dbtype", "nucl" if is_dna else "prot")
    words += ("-blastdb_version", "5", "-title", title, "-out", database.name)
    if keys.taxid is not None:
        words += ("-taxid", str(keys.taxid))
    plain = Run((*words, *keys.options), database.feed)
    parsed = Run((*words, "-parse_seqids", *keys.options), database.feed)
    if keys.parse_seqids is None:
        # Names that occur twice, or are longer than 50 letters, cannot be looked up; all else can.
        letter = "n" if is_dna else "p"
        drops = (
            Drop(f"{database.name}.{letter}*"),
            Drop(f"{database.name}.[0-9][0-9].{letter}*"),  # of its volumes
        )
        act = Run(parsed.words, parsed.feed, otherwise=(*drops, plain))
    else:
        act = parsed if keys.parse_seqids else plain
    types = ("nucleic",) if is_dna else ("protein",)
    return Build((act,), "blast", (database.name,), types)
