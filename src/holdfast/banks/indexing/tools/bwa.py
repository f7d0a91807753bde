"""The tool ``bwa``: indexes for the aligner of short reads BWA."""

from collections.abc import Iterator
from typing import Literal

from holdfast.banks.indexing.acts import Run
from holdfast.banks.indexing.databases import (
    DNA_FILES,
    DatabaseKeys,
    databases,
    readable,
    tidy,
)
from holdfast.banks.indexing.tool import (
    NUCLEOTIDES,
    Build,
    Content,
    Packing,
    Program,
    Tool,
    Work,
)

GZIPPED = (Packing.PLAIN, Packing.GZIP, Packing.BGZIP)


class BwaKeys(DatabaseKeys):
    """The keys of ``use = "bwa"``."""

    algorithm: Literal["is", "bwtsw", "rb2"] | None = None  #: None: as the program chooses


class Bwa(Tool[BwaKeys]):
    """Makes the five files that BWA maps with. The program reads its input twice: no pipe does."""

    sentence = "indexes of genomes for BWA (bwa index)"
    programs = (Program("bwa", "bwa", ()),)
    files = DNA_FILES
    keys = BwaKeys

    def takes(self, keys: BwaKeys) -> frozenset[Content]:
        return NUCLEOTIDES

    def builds(self, work: Work[BwaKeys]) -> Iterator[Build]:
        for database in databases(work):
            before, file = readable(database, GZIPPED)
            words: tuple[str, ...] = ("bwa", "index", "-p", database.name)
            if work.keys.algorithm is not None:
                words += ("-a", work.keys.algorithm)
            run = Run((*words, *work.keys.options, file))
            yield Build((*before, run, *tidy(before)), "bwa", (database.name,), ("nucleic",))
