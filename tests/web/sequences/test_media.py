"""What clients accept: tables of headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.web.sequences.media import choose, content_coding
from holdfast.web.sequences.refget import DOCUMENTS, TEXTS

V2, V1, PLAIN = TEXTS


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, V2), ("", V2), ("*/*", V2), ("text/*", V2), (V1, V1), (V2, V2), (PLAIN, PLAIN),
        (f"{V1}, {PLAIN}", V1), (f"{PLAIN};q=0.9, {V1};q=0.5", PLAIN),
        (f"{V1}; charset=us-ascii", V1),
        ("text/html, */*;q=0.8", V2), ("TEXT/PLAIN", PLAIN), ("text/plain, */*", PLAIN),
        (f"*/*, {V2};q=0", V1), ("embl/some_json", None), ("application/json", None),
        ("text/plain;q=0", None), ("text/plain;q=much", None), ("text/plain;q=2", None),
        (",,,", None), ("nonsense", None), ("text/plain, embl/some_json", PLAIN),
    ],
)  # fmt: skip
def test_the_form_is_what_the_client_likes_best(accept: str | None, expected: str | None) -> None:
    assert choose(accept, TEXTS) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, DOCUMENTS[0]), (DOCUMENTS[1], DOCUMENTS[1]), ("application/json", DOCUMENTS[2]),
        ("text/plain", None),
    ],
)  # fmt: skip
def test_documents_come_in_both_versions(accept: str | None, expected: str | None) -> None:
    assert choose(accept, DOCUMENTS) == expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, None), ("", None), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"), ("zstd;q=0", None), ("*", "zstd"), ("*;q=0", None),
        ("identity", None), ("GZIP", "gzip"), ("*, zstd;q=0", "gzip"), ("br", None),
    ],
)  # fmt: skip
def test_the_coding_is_one_that_the_client_takes(
    accepted: str | None, expected: str | None
) -> None:
    assert content_coding(accepted, ("zstd", "gzip")) == expected


@given(st.text(max_size=60))
def test_any_header_is_read(header: str) -> None:
    assert choose(header, TEXTS) in (*TEXTS, None)
    assert content_coding(header, ("zstd", "gzip")) in ("zstd", "gzip", None)
