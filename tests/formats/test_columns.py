"""Words and numbers of a block, whichever place they stand at."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.columns import DIGITS, Spans, whole_numbers


@given(st.lists(st.from_regex(r"[0-9]{0,18}|[0-9/:a-f\xff-]{1,18}", fullmatch=True)))
def test_numbers_are_those_that_python_reads(texts: list[str]) -> None:
    encoded = [text.encode("latin-1") for text in texts]
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    starts = ends - np.array([len(text) for text in encoded], dtype=np.int64)
    values, good = whole_numbers(data, Spans(starts, ends))
    expected = [text.isdigit() and len(text) <= DIGITS for text in encoded]
    assert good.tolist() == expected
    assert values[good].tolist() == [int(t) for t, ok in zip(encoded, expected, strict=True) if ok]
