"""Digests: the vectors of the published specifications, and text that is no digest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.compiled import SWITCH, loops
from holdfast.base.digests import Digest, Digests, SequenceHasher, digest_columns, sha512t24u

#: What each published sequence is called; its residues where they are short enough to stand here.
VECTORS = [
    (
        b"", "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXc",
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc",
        "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "2jmj7l5rSw0yVb/vlWAYkK/YBwk",
    ),
    (
        b"ACGT", "aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
        "68a178f7c740c5c240aa67ba41843b119d3bf9f8b0f0ac36",
        "f1f8f4bf413b16ad135722aa4591043e", "2108994e17f6cca9ff2352ada92b6511db076034",
        "IQiZThf2zKn/I1KtqStlEdsHYDQ",
    ),
    (
        b"acgt", "eFwawHHdibaZBDcs9kW3gm31h1NNJcQe",  # as it is, not normalised
        "785c1ac071dd89b69904372cf645b7826df587534d25c41e",
        "db516c3913e179338b162b2476d1c23f", "9482340281b5fc8f2a298dbbd6b82fe42159b6c5",
        "lII0AoG1/I8qKY271rgv5CFZtsU",
    ),
    (
        b"ASINACORNER", "LDz34B6fA_fLxFoc2agLrXQRYuupOGGM",
        "2c3cf7e01e9f03f7cbc45a1cd9a80bad741162eba938618c",
        "ea81b52627e387fc6edd8b9412cd3a99", "68c405fdc7479006b22e4558b3c5d5daef87cb7e",
        "aMQF/cdHkAayLkVYs8XV2u+Hy34",
    ),
    (
        b"N" * 100, "BNa_1BXcRlnMSevI8XAWVCR2PtBTOQh5",
        "04d6bfd415dc4659cc49ebc8f170165424763ed053390879",
        "49fd4c5638ef59b7f55bf986fa7ccfbc", "acbba6ce9b8424364850e80d234001b40ac94847",
        "rLumzpuEJDZIUOgNI0ABtArJSEc",
    ),
    (  # phiX174, NC_001422.1
        None, "IIXILYBQCpHdC4qpI3sOQ_HAeAm9bmeF",
        "2085c82d80500a91dd0b8aa9237b0e43f1c07809bd6e6785",
        "3332ed720ac7eaa9b3655c06f6b9e196", "34e0042993536ccc41b16410ec942b9d631740ba",
        "NOAEKZNTbMxBsWQQ7JQrnWMXQLo",
    ),
    (  # yeast, chromosome I
        None, "lZyxiD_ByprhOUzrR1o1bq0ezO_1gkrn",
        "959cb1883fc1ca9ae1394ceb475a356ead1ecceff5824ae7",
        "6681ac2f62509cfc220d78751b8dc524", "498646f731d70d90f9ea264d368c2f938986d4f7",
        "SYZG9zHXDZD56iZNNowvk4mG1Pc",
    ),
    (  # yeast, chromosome VI
        None, "z-qJgWoacRBV77zcMgZN9E_utrdzmQsH",
        "cfea89816a1a711055efbcdc32064df44feeb6b773990b07",
        "b7ebc601f9a7df2e1ec5863deeae88a3", "28241430a190769c5991a9686403205f224caf0c",
        "KCQUMKGQdpxZkaloZAMgXyJMrww",
    ),
    (  # NM_000059.3
        None, "cBURuy6sy5Hz41LYKlhNaIXNEJFFLv0Q",
        "701511bb2eaccb91f3e352d82a584d6885cd1091452efd10",
        "8dc3fbd0ba7b914ede25e8f38e0a1f28", "fc68351c164a5c2eaf8d6f3d5baddf3d11d512b2",
        "/Gg1HBZKXC6vjW89W63fPRHVErI",
    ),
    (  # NM_000551.3
        None, "v_QTc1p-MUYdgrRv4LMT6ByXIOsdw3C_",
        "bff413735a7e31461d82b46fe0b313e81c9720eb1dc370bf",
        "215137b1973c1a5afcf86be7d999574a", "4f5d8bd29d97e44f036e72f4f92c08e167354ba8",
        "T12L0p2X5E8DbnL0+SwI4Wc1S6g",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("residues", "ga4gh", "trunc512", "md5", "sha1", "seguid"), VECTORS)
def test_the_published_digests_are_ours(
    residues: bytes | None, ga4gh: str, trunc512: str, md5: str, sha1: str, seguid: str
) -> None:
    if residues is None:  # the spellings of one digest must still be those of another
        digests = Digests(Digest.parse(ga4gh), bytes.fromhex(md5), bytes.fromhex(sha1))
    else:
        digests = Digests.of(residues)
    assert str(digests.ga4gh) == "SQ." + ga4gh
    assert digests.ga4gh.vmc == "GS_" + ga4gh
    assert digests.ga4gh.trunc512 == trunc512
    assert (digests.md5.hex(), digests.sha1.hex(), digests.seguid) == (md5, sha1, seguid)


@pytest.mark.parametrize("used", ["0", "1"])
def test_the_published_digests_are_those_of_columns(
    used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, used)
    loops.cache_clear()
    short = [vector for vector in VECTORS if vector[0] is not None]
    parts = [residues or b"" for residues, *_ in short]
    lengths = np.array(list(map(len, parts)))
    sha512t, md5, sha1 = digest_columns(b"".join(parts), lengths)
    loops.cache_clear()
    assert sha512t.hex() == "".join(trunc512 for _, _, trunc512, *_ in short)
    assert md5.hex() == "".join(its_md5 for *_, its_md5, _, _ in short)
    assert sha1.hex() == "".join(its_sha1 for *_, its_sha1, _ in short)


@given(st.lists(st.binary()))
def test_columns_of_digests_are_those_of_each(parts: list[bytes]) -> None:
    lengths = np.array(list(map(len, parts)), np.int64)
    each = [Digests.of(part) for part in parts]
    assert digest_columns(b"".join(parts), lengths) == (
        b"".join(digests.ga4gh.raw for digests in each),
        b"".join(digests.md5 for digests in each),
        b"".join(digests.sha1 for digests in each),
    )


@given(st.lists(st.binary()))
def test_a_sequence_in_pieces_has_the_digests_of_the_whole(pieces: list[bytes]) -> None:
    hasher = SequenceHasher()
    for piece in pieces:
        hasher.update(piece)
    assert hasher.digests() == Digests.of(b"".join(pieces))


@given(st.binary(min_size=24, max_size=24))
def test_a_digest_is_read_back_from_each_of_its_spellings(raw: bytes) -> None:
    digest = Digest(raw)
    spellings = (str(digest), f"ga4gh:{digest}", str(digest).removeprefix("SQ."))
    assert {Digest.parse(spelling) for spelling in spellings} == {digest}


@given(st.text())
def test_any_other_text_is_no_digest(text: str) -> None:
    try:
        digest = Digest.parse(text)
    except ValueError:
        return
    assert str(digest).endswith(text.removeprefix("ga4gh:").removeprefix("SQ."))


def test_the_prefix_alone_is_no_digest() -> None:
    with pytest.raises(ValueError, match="is not a GA4GH sequence digest"):
        Digest.parse("SQ.")


def test_a_specification_s_array_has_its_digest() -> None:
    names = b'["chrX","chr1","chr2"]'
    assert sha512t24u(names) == "Fw1r9eRxfOZD98KKrhlYQNEdSRHoVxAG"
