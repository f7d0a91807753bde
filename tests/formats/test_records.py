import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.flat import read
from formats.test_embl import NEW, PROTEIN
from formats.test_genbank import WHOLE
from formats.test_twobit import GOOD
from holdfast.errors import FormatError
from holdfast.formats.compression import open_content
from holdfast.formats.records import FOREIGN, open_records

TEXTS = {
    "fasta": b">a\nACGT\n",
    "genbank": WHOLE.encode(),
    "embl": NEW.encode(),
    "uniprot": PROTEIN.encode(),
    "2bit": GOOD,
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_reader_is_chosen_by_the_content(name: str) -> None:
    before = b"" if name == "2bit" else b"\n \n"
    with open_content(io.BytesIO(before + TEXTS[name]), "misleading.gb") as content:
        reader = open_records(content)
        assert reader.format == name
        assert reader.file == "misleading.gb"
        assert sum(1 for _ in reader.blocks()) == 1


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda foreign: foreign.name)
def test_what_holds_no_sequences_is_named(foreign: tuple[bytes, str, str]) -> None:
    beginning, name, advice = foreign
    with pytest.raises(FormatError, match=f"this is {name}, not sequences") as caught:
        read(beginning + b"\nand more")
    assert advice in str(caught.value)


def test_reads_are_refused_with_the_way_to_convert_them() -> None:
    with pytest.raises(FormatError, match=r"FASTQ.*samtools fasta"):
        read(b"@read1\nACGT\n+\nIIII\n")


def test_a_tar_archive_is_named() -> None:
    with pytest.raises(FormatError, match="tar archive; unpack it"):
        read(b"x" * 257 + b"ustar\0" + b"0" * 1000)


@pytest.mark.parametrize("text", [b"", b"\n \n", b"ACGT\n"])
def test_what_begins_like_nothing_we_know_is_told_to_be_no_fasta(text: bytes) -> None:
    with pytest.raises(FormatError, match=r"empty|FASTA"):
        read(text)


@given(st.binary(max_size=400), st.integers(1, 64))
def test_any_bytes_are_records_or_a_format_error(content: bytes, block: int) -> None:
    with suppress(FormatError):
        assert all(each[0] and (each[2].isalpha() or not each[2]) for each in read(content, block))
