"""The tool ``minimap2-index``: indexes for the aligner of long reads minimap2."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from holdfast.banks.indexing.acts import Run
from holdfast.banks.indexing.databases import DNA_FILES, DatabaseKeys, databases
from holdfast.banks.indexing.tool import NUCLEOTIDES, Build, Content, Program, Tool, Work

Preset = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9:-]*$")]


class Minimap2Keys(DatabaseKeys):
    """The keys of ``use = "minimap2-index"``."""

    preset: Preset | None = None  #: as of ``minimap2 -x``: the index is good for this use
    kmer: int | None = Field(None, ge=1, le=28)
    window: int | None = Field(None, ge=1, le=255)


class Minimap2(Tool[Minimap2Keys]):
    """Makes one ``.mmi`` file."""

    sentence = "indexes of genomes for minimap2 (.mmi)"
    programs = (Program("minimap2", "minimap2"),)
    files = DNA_FILES
    keys = Minimap2Keys

    def takes(self, keys: Minimap2Keys) -> frozenset[Content]:
        return NUCLEOTIDES

    def builds(self, work: Work[Minimap2Keys]) -> Iterator[Build]:
        keys = work.keys
        words: tuple[str, ...] = ("minimap2",)
        if keys.preset is not None:
            words += ("-x", keys.preset)
        if keys.kmer is not None:
            words += ("-k", str(keys.kmer))
        if keys.window is not None:
            words += ("-w", str(keys.window))
        words += ("-t", str(work.cores), *keys.options)
        for database in databases(work):
            index = f"{database.name}.mmi"
            run = Run((*words, "-d", index, "-"), database.feed)
            yield Build((run,), "minimap2", (index,), ("nucleic",))
