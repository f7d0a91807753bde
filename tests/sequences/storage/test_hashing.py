"""Digests of short sequences and long ones; the record of a long one, whatever it begins like."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from holdfast.base.digests import Digest, Digests
from holdfast.errors import StoreDamaged
from holdfast.formats.residues import Joined, letter_set
from holdfast.sequences.storage import codecs
from holdfast.sequences.storage.codecs import Encoding, open_record
from holdfast.sequences.storage.hashing import (
    LARGE,
    append_long,
    check_residues,
    other_digests,
    sequence_digests,
)
from holdfast.sequences.storage.packs import PackWriter

MIXED = [b"ACGT", b"", b"MKV" * 100, b"A" * LARGE, b"C" * (LARGE - 1)]


@pytest.mark.parametrize("residues", [[], MIXED[:3], MIXED, MIXED[3:4], MIXED[4:]], ids=len)
def test_short_and_large_sequences_have_their_digests(residues: list[bytes]) -> None:
    expected = [Digests.of(each) for each in residues]
    with ThreadPoolExecutor(2) as pool:
        for asked in (residues, Joined.of(residues)):
            assert sequence_digests(asked, pool) == [each.ga4gh.raw for each in expected]
            assert other_digests(asked, pool) == (
                b"".join(each.md5 for each in expected),
                b"".join(each.sha1 for each in expected),
            )


RNG = np.random.default_rng(3)
BASES = RNG.choice(np.frombuffer(b"ACGT", np.uint8), 300_000).tobytes()
PROTEIN = RNG.choice(np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8), 300_000).tobytes()
SOUP = RNG.choice(np.frombuffer(b"ACGTNRYK", np.uint8), 300_000).tobytes()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([BASES, BASES + b"N" * 50_000], Encoding.TWO_BITS),
        ([b"N" * 300_000, BASES], Encoding.TWO_BITS),
        ([PROTEIN, BASES], Encoding.BLOCKS),
        ([BASES, PROTEIN, BASES], Encoding.BLOCKS),  # no DNA after all
        ([BASES[:1001], SOUP, SOUP], Encoding.BLOCKS),
        ([BASES, SOUP[:999]], Encoding.TWO_BITS),
    ],
)
def test_a_long_sequence_gets_the_encoding_that_suits_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[bytes], expected: Encoding
) -> None:
    monkeypatch.setattr(codecs, "RUNS_SLACK", 100_000)
    pack = PackWriter(tmp_path)
    pack.append(b"before")
    found = append_long(((part, letter_set(part)) for part in parts), pack)
    pack.append(b"behind")
    name = pack.finish()
    content = next(tmp_path.glob("*/*.pack")).read_bytes()
    assert (len(content), found.encoding) == (name.size, expected)
    assert sha256(content).hexdigest() == name.sha256
    assert content.endswith(b"behind")
    assert found.offset + found.size + len(b"behind") == len(content)
    record = memoryview(content)[found.offset : found.offset + found.size]
    opened, whole = open_record(found.encoding, record, found.length, None), b"".join(parts)
    assert opened.residues(0, len(whole)) == whole
    digests = Digests.of(whole)
    assert (found.digest, found.md5, found.sha1) == (digests.ga4gh.raw, digests.md5, digests.sha1)
    check_residues(opened, digests.ga4gh)
    with pytest.raises(StoreDamaged):
        check_residues(opened, Digest(bytes(24)))
