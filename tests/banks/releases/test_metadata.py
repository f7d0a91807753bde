"""What steps made is kept in the release, and read as it was written."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.banks.releases.metadata import (
    MADE_FILE,
    Made,
    Metadata,
    merged,
    read_made,
    read_metadata,
    write_metadata,
)
from holdfast.errors import BankError

BLAST = Made("blast", ("nucleic",), {"organism": "hg38"}, ("blast/alu",), "INDEX_blast")

words = st.text(max_size=8)
names = st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5})?", fullmatch=True)
made = st.builds(
    Made,
    format=words,
    types=st.lists(words, max_size=2).map(tuple),
    tags=st.dictionaries(words, words, max_size=2),
    files=st.lists(names, max_size=2).map(tuple),
    step=words,
)


def document(fields: str) -> bytes:
    """A whole document in which these fields of what was made are odd."""
    made = f'{{"format": "a", "types": [], "step": "s", {fields}}}'
    return f'{{"version": 1, "made": [{made}], "problems": []}}'.encode()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(made, max_size=3), st.lists(words, max_size=2))
def test_what_was_made_is_read_as_it_was_written(
    tmp_path: Path, made: list[Made], problems: list[str]
) -> None:
    metadata = Metadata(tuple(made), tuple(problems))
    write_metadata(tmp_path, metadata)
    assert read_metadata(tmp_path) == metadata


def test_where_no_step_said_anything_there_is_no_file(tmp_path: Path) -> None:
    write_metadata(tmp_path, Metadata((BLAST,)))
    write_metadata(tmp_path, Metadata())
    assert not (tmp_path / MADE_FILE).exists()
    assert read_made(tmp_path) == ()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"[]",
        b'{"version": 2}',
        b'{"version": 1, "made": [{}], "problems": []}',
        document('"tags": [], "files": []'),
        document('"tags": {}, "files": ["../x"]'),
        b"[" * 100_000,
    ],
    ids=["empty", "list", "version", "fields", "tags", "climbs", "deep"],
)
def test_a_damaged_file_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / MADE_FILE).write_bytes(damage)
    with pytest.raises(BankError, match=r"made\.json: .*remove|would leave"):
        read_made(tmp_path)


def test_what_was_made_is_gathered_by_format() -> None:
    fasta, more = Made("fasta"), Made("blast", step="two")
    assert merged([fasta, BLAST, more]) == {"blast": (BLAST, more), "fasta": (fasta,)}
