"""The tool ``hisat2``: indexes for the aligner of spliced reads HISAT2."""

from collections.abc import Iterator

from pydantic import Field

from holdfast.banks.indexing.acts import Run
from holdfast.banks.indexing.databases import (
    DNA_FILES,
    DatabaseKeys,
    databases,
    readable,
    tidy,
)
from holdfast.banks.indexing.tool import NUCLEOTIDES, Build, Content, Packing, Program, Tool, Work


class Hisat2Keys(DatabaseKeys):
    """The keys of ``use = "hisat2"``."""

    seed: int = Field(0, ge=0)  #: the same seed gives the same index


class Hisat2(Tool[Hisat2Keys]):
    """Makes the eight files that HISAT2 maps with."""

    sentence = "indexes of genomes for HISAT2 (hisat2-build)"
    programs = (Program("hisat2-build", "hisat2"),)
    files = DNA_FILES
    keys = Hisat2Keys

    def takes(self, keys: Hisat2Keys) -> frozenset[Content]:
        return NUCLEOTIDES

    def builds(self, work: Work[Hisat2Keys]) -> Iterator[Build]:
        for database in databases(work):
            before, file = readable(database, (Packing.PLAIN,))
            words: tuple[str, ...] = ("hisat2-build", "--quiet", "-p", str(work.cores))
            words += ("--seed", str(work.keys.seed), *work.keys.options, file, database.name)
            acts = (*before, Run(words), *tidy(before))
            yield Build(acts, "hisat2", (database.name,), ("nucleic",))
