"""Addresses: whatever a thing is called, its address leads to it and to nothing else."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.web import addresses

names = st.text(min_size=1, max_size=40)


@given(names)
def test_a_name_is_one_part_of_a_path(name: str) -> None:
    address = addresses.bank(name)
    prefix, _, part = address.rpartition("/")
    assert prefix == "/banks"
    assert unquote(part) == name
    assert part not in (".", "..", "")
    assert not set(address) & set('?#\\ "<>\n')


@given(names, names, names)
def test_a_file_s_address_keeps_its_folders_apart(bank: str, release: str, file: str) -> None:
    parts = addresses.file(bank, release, f"folder/{file}").split("/")
    assert [unquote(part) for part in parts[:5]] == ["", "db", bank, release, "folder"]
    assert unquote("/".join(parts[5:])) == file


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (addresses.sequence("refseq:NM_000551.4"), "/sequences/refseq:NM_000551.4"),
        (addresses.bank(".."), "/banks/%2E%2E"),
        (addresses.search(""), "/search"),
        (addresses.search("chr I&x=1"), "/search?q=chr+I%26x%3D1"),
        (addresses.job(7, "a/b"), "/jobs/7/job/a%2Fb"),
        (addresses.collections_compared("one", "two"), "/collections-compared?a=one&b=two"),
    ],
)
def test_an_address_reads_as_it_should(address: str, expected: str) -> None:
    assert address == expected
