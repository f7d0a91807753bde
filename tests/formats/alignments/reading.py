"""What a reader makes of a text, for tests of one format each."""

import io

import pytest

from holdfast.errors import FormatError
from holdfast.formats.alignments.interface import Lengths
from holdfast.formats.alignments.reading import named


def lines_of(form: str, text: str | bytes, known: Lengths | None = None) -> list[str]:
    """The lines of PAF."""
    content = text.encode() if isinstance(text, str) else text
    pieces = named(form).paf(io.BytesIO(content), "x", known or Lengths())
    return b"".join(pieces).decode().splitlines()


def refused(
    form: str, text: str | bytes, problem: str, line: int | None, known: Lengths | None = None
) -> None:
    """See that the text is refused with `problem`, a pattern, at `line`."""
    with pytest.raises(FormatError, match=problem) as caught:
        lines_of(form, text, known)
    assert (caught.value.file, caught.value.line) == ("x", line)
