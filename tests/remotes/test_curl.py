"""Asking servers: what heads of answers say, whom to trust, what a URL is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FetchFailed, UsageError
from holdfast.remotes.answers import Answer, Ask, http_time
from holdfast.remotes.curl import Credentials, parted
from holdfast.remotes.faults import Fault
from holdfast.remotes.interface import open_remote
from holdfast.testing.remotes import HASTE


def http(*lines: str) -> Answer:
    """The answer with this head."""
    return Answer("http://x/", [f"{line}\r\n".encode("latin-1") for line in lines], Ask(), False)


def ftp(*lines: str) -> Answer:
    """The answer with these replies."""
    return Answer("ftp://x/", [f"{line}\r\n".encode("latin-1") for line in lines], Ask(), True)


def test_a_head_is_read_whatever_the_case_of_its_names() -> None:
    answer = http(
        "HTTP/2 200",
        "CONTENT-length: 12",
        "last-modified: Sat, 21 Nov 2026 02:41:37 GMT",
        'eTag: W/"x"',
    )
    assert (answer.status, answer.size, answer.etag) == (200, 12, 'W/"x"')
    assert str(answer.modified) == "2026-11-21 02:41:37+00:00"
    assert answer.fault() is None


def test_a_part_says_where_it_begins_and_what_the_whole_is() -> None:
    answer = http(
        "HTTP/1.1 206 Partial Content", "Content-Range: bytes 5-9/10", "Content-Length: 5"
    )
    assert (answer.offset, answer.size) == (5, 10)


def test_the_replies_of_an_ftp_server_are_read() -> None:
    answer = ftp("230 Welcome", "213 20261121024137", "200 Type set", "213 1000", "226 Done")
    assert (answer.size, str(answer.modified)) == (1000, "2026-11-21 02:41:37+00:00")


@pytest.mark.parametrize(
    "text", ["", "yesterday", "Sat, 99 Nov 2026 02:41:37 GMT", "Sat, 21 Nov 99999 02:41:37 GMT"]
)
def test_what_is_no_time_is_unknown(text: str) -> None:
    assert http_time(text) is None


FIELDS = (
    b"HTTP/1.1 ",
    b"Content-Range: ",
    b"Content-Length: ",
    b"Last-Modified: ",
    b"ETag: ",
    b"Retry-After: ",
    b"213 ",
)
HEAD = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.tuples(
            st.sampled_from(FIELDS),
            st.binary(max_size=30),
        ).map(b"".join),
    ),
    max_size=6,
)


@given(HEAD, st.booleans())
def test_any_head_is_read_or_is_a_fault(lines: list[bytes], is_ftp: bool) -> None:
    try:
        answer = Answer("http://x/", lines, Ask(), is_ftp)
        assert answer.size is None or answer.size >= 0
        assert answer.offset >= 0
        assert answer.retry_after >= 0
        assert answer.etag is None or answer.etag.isprintable()
        _ = (answer.modified, answer.fault())
    except Fault:
        pass


@given(st.text(max_size=30))
def test_any_url_is_parted_or_is_misuse(text: str) -> None:
    try:
        place, _ = parted(f"http://{text}")
    except UsageError:
        return
    assert place.startswith("http://")


def test_user_and_password_leave_the_url() -> None:
    assert parted("http://a:b@host:8/x") == ("http://host:8/x", Credentials("a", "b", "host:8"))


@pytest.mark.service("openssl")
def test_a_server_nobody_vouches_for_is_refused(secure: str) -> None:
    with pytest.raises(FetchFailed, match=r"https://.*certificate"):
        open_remote(secure, HASTE).read("small", 10)


@pytest.mark.service("openssl")
def test_the_certificates_to_trust_can_be_named(
    secure: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert open_remote(secure, HASTE).read("small", 10) == b"small"
