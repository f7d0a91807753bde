"""
The examination every format of alignments must pass.

To examine a format, inherit :class:`AlignmentFormatContract` in a test module, and give it the
format and a file of it, with at least one alignment::

    class TestNearby(AlignmentFormatContract):
        def make(self) -> AlignmentFormat:
            return Nearby()

        def sample(self) -> bytes:
            return b"#nearby\\nchr1 ctg7 1000 0 500 - 0.98\\n"

        def lengths(self) -> Lengths:
            return Lengths({"chr1": 9000}, {"ctg7": 500})
"""

import io
import random
from abc import ABC, abstractmethod
from contextlib import suppress

from holdfast.errors import FormatError
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.reading import formats
from holdfast.formats.paf import read_paf

NAME = "examined"  #: what the file is called
TRIES = 60  #: places at which a file is cut off, and as many at which it is damaged


class AlignmentFormatContract(ABC):
    """What :class:`~holdfast.formats.alignments.interface.AlignmentFormat` promises, as tests."""

    @abstractmethod
    def make(self) -> AlignmentFormat:
        """The format."""

    @abstractmethod
    def sample(self) -> bytes:
        """A file of it, uncompressed."""

    def lengths(self) -> Lengths:
        """The lengths of the contigs, if the format does not tell them."""
        return Lengths()

    def test_it_has_a_name_a_title_and_endings(self) -> None:
        form = self.make()
        assert form.name == form.name.strip().lower()
        assert form.title
        assert all(ending[0] == "." and ending == ending.lower() for ending in form.endings)

    def test_it_knows_its_files_and_no_other_format_claims_them(self) -> None:
        form, sample = self.make(), self.sample()
        assert form.begins(sample)
        assert not [
            other.name
            for other in formats()
            if other.name != form.name and other.begins(sample[: 64 * 1024])
        ]

    def test_looking_at_any_bytes_fails_on_none(self) -> None:
        form, sample = self.make(), self.sample()
        for end in range(min(len(sample), TRIES)):
            form.begins(sample[:end])
        for head in (b"", b"\n", b"\x00" * 9, b"\xff\t" * 30, b"a score=1\n", b"1\t2\t3\n"):
            form.begins(head)

    def test_its_lines_are_paf(self) -> None:
        text = self._paf(io.BytesIO(self.sample()))
        assert len(read_paf(io.BytesIO(text)))
        assert text.endswith(b"\n")

    def test_it_reads_the_same_however_little_it_is_given_at_once(self) -> None:
        sample = self.sample()
        assert self._paf(_Slow(sample)) == self._paf(io.BytesIO(sample))

    def test_a_file_that_is_cut_off_is_read_up_to_there_or_refused(self) -> None:
        sample = self.sample()
        for end in _places(len(sample)):
            self._read_or_refused(sample[:end])

    def test_a_damaged_file_is_read_or_refused(self) -> None:
        sample, rng = self.sample(), random.Random(1)  # noqa: S311 - a test, the same each time
        for place in _places(len(sample)):
            content = bytearray(sample)
            content[place] = rng.choice((*b"\t\n -+0|:,", rng.randrange(256)))
            self._read_or_refused(bytes(content))

    def _read_or_refused(self, content: bytes) -> None:
        """See that `content` becomes PAF, or is refused in the words of this package."""
        refusal: FormatError | None = None
        text = b""
        try:
            text = self._paf(io.BytesIO(content))
        except FormatError as error:
            refusal = error
        assert refusal is None or refusal.file == NAME, "an error names the file as it was given"
        with suppress(FormatError):  # one name may be damaged into another
            read_paf(io.BytesIO(text))

    def _paf(self, content: Readable) -> bytes:
        return b"".join(self.make().paf(content, NAME, self.lengths()))


class _Slow:
    """A content that never gives more than a few bytes, but for those who need so many."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; a compressed file gives all that there are, too."""
        return self._content.read(size if size < 1 << 16 else 7)


def _places(size: int) -> list[int]:
    """Places all over a file of `size` bytes."""
    return sorted({place * size // TRIES for place in range(TRIES)})
