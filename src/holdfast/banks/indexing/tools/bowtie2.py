"""The tool ``bowtie2``: indexes for the aligner of short reads Bowtie 2."""

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

GZIPPED = (Packing.PLAIN, Packing.GZIP, Packing.BGZIP)


class Bowtie2Keys(DatabaseKeys):
    """The keys of ``use = "bowtie2"``."""

    seed: int = Field(0, ge=0)  #: the same seed gives the same index


class Bowtie2(Tool[Bowtie2Keys]):
    """Makes the six files that Bowtie 2 maps with, large ones where the genome asks for them."""

    sentence = "indexes of genomes for Bowtie 2 (bowtie2-build)"
    programs = (Program("bowtie2-build", "bowtie2"),)
    files = DNA_FILES
    keys = Bowtie2Keys

    def takes(self, keys: Bowtie2Keys) -> frozenset[Content]:
        return NUCLEOTIDES

    def builds(self, work: Work[Bowtie2Keys]) -> Iterator[Build]:
        for database in databases(work):
            before, file = readable(database, GZIPPED)
            words: tuple[str, ...] = ("bowtie2-build", "--quiet", "--threads", str(work.cores))
            words += ("--seed", str(work.keys.seed), *work.keys.options, file, database.name)
            acts = (*before, Run(words), *tidy(before))
            yield Build(acts, "bowtie2", (database.name,), ("nucleic",))
