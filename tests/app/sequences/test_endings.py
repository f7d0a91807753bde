"""What the name of a file says of how it is to be written, and what is said in words."""

from pathlib import Path

import pytest

from holdfast.app.sequences.endings import how_to_write
from holdfast.app.sequences.export import Format
from holdfast.errors import UsageError
from holdfast.formats.compressing import Compression


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        (None, (None, None), (Format.FASTA, Compression.PLAIN)),
        (None, ("2bit", "gzip"), (Format.TWOBIT, Compression.GZIP)),
        ("x.fa", (None, None), (Format.FASTA, Compression.PLAIN)),
        ("GCF_000146045.2", (None, None), (Format.FASTA, Compression.PLAIN)),
        ("x", (None, None), (Format.FASTA, Compression.PLAIN)),
        ("x.fa.gz", (None, None), (Format.FASTA, Compression.GZIP)),
        ("x.2bit", (None, None), (Format.TWOBIT, Compression.PLAIN)),
        ("x.2BIT.zst", (None, None), (Format.TWOBIT, Compression.ZSTD)),
        ("x.2bit", ("fasta", None), (Format.FASTA, Compression.PLAIN)),
        ("x.gbk", ("fasta", None), (Format.FASTA, Compression.PLAIN)),
        ("x.fa.rar", (None, "none"), (Format.FASTA, Compression.PLAIN)),
        ("x.fa.gz", (None, "bgzip"), (Format.FASTA, Compression.BGZIP)),
    ],
)
def test_words_count_before_the_ending(
    name: str | None, words: tuple[str | None, str | None], expected: tuple[object, object]
) -> None:
    assert how_to_write(Path(name) if name else None, *words) == expected


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x.fa.rar", r"writes \.rar; .*gzip.*--compress"),
        ("x.fa.ZIP", r"writes \.zip"),
        ("x.fastq", r"writes \.fastq; .*FASTA or 2bit"),
        ("x.gbk.gz", r"writes \.gbk"),
    ],
)
def test_a_name_that_promises_what_nobody_writes_is_refused(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        how_to_write(Path(name), None, None)
