"""Every format passes the examination."""

import tempfile
from functools import cache
from pathlib import Path
from typing import ClassVar

import pysam

from formats.alignments.made_up import EXAMPLE, WRITERS, lengths, written
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths
from holdfast.formats.alignments.reading import named
from holdfast.testing.alignments import AlignmentFormatContract


class Written(AlignmentFormatContract):
    """A format of which the tests can write files."""

    which: ClassVar[str]

    def make(self) -> AlignmentFormat:
        return named(WRITERS[self.which][0])

    def sample(self) -> bytes:
        return written(self.which, EXAMPLE)

    def lengths(self) -> Lengths:
        return lengths(EXAMPLE)


class TestPaf(Written):
    which = "paf"


class TestMaf(Written):
    which = "maf"


class TestAxt(Written):
    which = "axt"


class TestDelta(Written):
    which = "delta"


class TestCoords(Written):
    which = "coords"


class TestLastTab(Written):
    which = "last-tab"


class TestChain(Written):
    which = "chain"


class TestBlast6(Written):
    which = "blast6"


class TestBlast7(Written):
    which = "blast7"


class TestSam(Written):
    which = "sam"


class TestMashMap2(Written):
    which = "mashmap"


class TestMashMap3(Written):
    which = "mashmap 3"


class TestBam(AlignmentFormatContract):
    def make(self) -> AlignmentFormat:
        return named("bam")

    def sample(self) -> bytes:
        return _plain_bam()


@cache
def _plain_bam() -> bytes:
    """A BAM file without its compression."""
    with tempfile.TemporaryDirectory() as folder:
        text, file = Path(folder) / "x.sam", str(Path(folder) / "x.bam")
        text.write_bytes(written("sam", EXAMPLE))
        with (
            pysam.AlignmentFile(str(text)) as source,
            pysam.AlignmentFile(file, "wb", template=source) as target,
        ):
            for record in source:
                target.write(record)
        with pysam.BGZFile(file) as content:
            return bytes(content.read())
