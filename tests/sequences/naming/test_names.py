import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    HoldfastError,
    SequenceNotFound,
    UsageError,
)
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.naming.names import Names

ACGT, GGGG = Digests.of(b"ACGT"), Digests.of(b"GGGG")


@pytest.fixture
def made(store: SequenceStore) -> SequenceStore:
    """A store of two sequences, whose aliases meet."""
    with store.write() as batch:
        batch.add(b"ACGT", [Alias("NCBI", "NM_000551.4"), Alias("one", "x"), Alias("imgt", "A:1")])
        batch.add(
            b"GGGG", [Alias("uniprot", "P69905"), Alias("two", "x"), Alias("lab", "imgt:A:1")]
        )
        batch.commit()
    return store


LETTERS = str(ACGT.ga4gh)[3:]
FORMS = [
    f"SQ.{LETTERS}", f"ga4gh:SQ.{LETTERS}", f"GA4GH:SQ.{LETTERS}", f"sha512t24u:{LETTERS}",
    f"VMC:GS_{LETTERS}", f"vmc:GS_{LETTERS}", f"GS_{LETTERS}", LETTERS, f"refget:SQ.{LETTERS}",
    f"md5:{ACGT.md5.hex()}", f"MD5:{ACGT.md5.hex().upper()}", ACGT.md5.hex(),
    ACGT.md5.hex().upper(),
    f"SHA1:{ACGT.sha1.hex()}", ACGT.sha1.hex(), f"SEGUID:{ACGT.seguid}", ACGT.seguid,
    f"seguid:{ACGT.seguid}=", f"trunc512:{ACGT.ga4gh.trunc512}", ACGT.ga4gh.trunc512.upper(),
    "refseq:NM_000551.4", "NCBI:NM_000551.4", "RefSEQ:NM_000551.4", "NM_000551.4", "one:x",
    "imgt:A:1", "A:1", "ref|NM_000551.4|", "gi|7|ref|NM_000551.4|x",
]  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_sequence_is_found_by_each_of_its_names(made: SequenceStore, name: str) -> None:
    assert made.resolve(name) == ACGT.ga4gh
    assert made.fetch(name) == "ACGT"
    assert name in made
    assert made.resolve_all([name, "two:x", name]) == [ACGT.ga4gh, GGGG.ga4gh, ACGT.ga4gh]


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("nothing", AliasNotFound, "no sequence has the name 'nothing'"),
        ("", AliasNotFound, "no sequence has the name ''"),
        (":x", AliasNotFound, "':x'"),
        ("three:x", AliasNotFound, "'three:x'"),
        ("ONE:x", AliasNotFound, "'ONE:x'"),  # namespaces we do not know are as they are written
        ("NM_000551", AliasNotFound, "known with a version: NM_000551.4$"),
        ("NM_1.1", AliasNotFound, "which has the form of refseq$"),
        ("P12345", AliasNotFound, "which has the form of insdc or uniprot$"),
        ("\ud800", AliasNotFound, "no sequence has the name"),
        ("one:\ud800", AliasNotFound, "no sequence has the name"),
        ("a\x00b", AliasNotFound, "no sequence has the name"),
        ("NM_%", AliasNotFound, "no sequence has the name"),
        ("x" * 5000, AliasNotFound, "no sequence has the name"),
        ("0" * 32, AliasNotFound, "no sequence has the name"),
        ("md5:" + "0" * 32, SequenceNotFound, "the store has no sequence md5:0"),
        ("SQ." + "A" * 32, SequenceNotFound, "the store has no sequence SQ.A"),
        ("md5:0", UsageError, "is not a digest of the kind md5"),
        ("md5: " + "0" * 31, UsageError, "is not a digest of the kind md5"),
        ("sha1:é", UsageError, "is not a digest of the kind sha1"),
        ("VMC:" + "A" * 32, UsageError, "is not a digest of the kind vmc"),
        ("seguid:abc", UsageError, "is not a digest of the kind seguid"),
        ("SQ.abc", UsageError, "'SQ.abc' is not a"),
        ("ref|NM_9.9|", AliasNotFound, "no sequence has the name 'ref"),
    ],
)
def test_what_means_nothing_is_said(
    made: SequenceStore, name: str, error: type[HoldfastError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        made.resolve(name)
    with pytest.raises(error):
        made.fetch(name)
    with pytest.raises(error):
        made.resolve_all(["one:x", name])


def test_an_ambiguous_name_lists_every_meaning_and_is_not_guessed(made: SequenceStore) -> None:
    with pytest.raises(AliasAmbiguous) as caught:
        made.resolve("x")
    assert caught.value.choices == (("one", str(ACGT.ga4gh)), ("two", str(GGGG.ga4gh)))
    assert str(caught.value) == (
        f"'x' names different sequences: {ACGT.ga4gh} in one, {GGGG.ga4gh} in two; "
        "write namespace:x"
    )
    assert "x" in made
    with pytest.raises(AliasAmbiguous):
        made.resolve_all(["one:x", "x"])
    with pytest.raises(AliasAmbiguous):
        made.resolve("gi|1|ref|NM_000551.4|sp|P69905|")


def test_many_meanings_are_written_out_up_to_fifty(store: SequenceStore) -> None:
    with store.write() as batch:
        for nth in range(60):
            batch.add(b"A" * (nth + 1), [Alias(f"n{nth:02}", "chr1")])
        batch.commit()
    with pytest.raises(
        AliasAmbiguous, match=r" in n49 and 10 more; write namespace:chr1"
    ) as caught:
        store.resolve("chr1")
    assert len(caught.value.choices) == 60


def test_the_same_sequence_in_many_namespaces_is_not_ambiguous(made: SequenceStore) -> None:
    made.add_alias(Alias("three", "P69905"), "two:x")
    assert made.resolve("P69905") == GGGG.ga4gh


def test_only_the_first_colon_separates(made: SequenceStore) -> None:
    assert made.resolve("imgt:A:1") == ACGT.ga4gh  # not the alias imgt:A:1 of lab
    assert made.resolve("lab:imgt:A:1") == GGGG.ga4gh
    made.retire_alias(Alias("imgt", "A:1"))
    assert made.resolve("imgt:A:1") == GGGG.ga4gh


def test_names_mean_what_they_meant_then(made: SequenceStore) -> None:
    made.snapshot("then")
    made.add_alias(Alias("one", "x"), "two:x", reassign=True)
    made.add_alias(Alias("lab", "new"), "two:x")
    with made.write() as batch:
        later = batch.add(b"TTTT", [Alias("lab", "later")])
        batch.commit()
    then = made.at("then")
    assert (made.resolve("one:x"), then.resolve("one:x")) == (GGGG.ga4gh, ACGT.ga4gh)
    assert then.resolve_all(["one:x", "two:x"]) == [ACGT.ga4gh, GGGG.ga4gh]
    for name in ("lab:new", "lab:later", str(later), later.trunc512, f"trunc512:{later.trunc512}"):
        assert name in made
        with pytest.raises((AliasNotFound, SequenceNotFound)):
            then.resolve(name)
        with pytest.raises((AliasNotFound, SequenceNotFound)):
            then.resolve_all([name])


def test_hidden_namespaces_mean_nothing(made: SequenceStore) -> None:
    names = Names(made.room.index, hidden=frozenset({"two", "refseq"}))
    assert names.digest("x") == ACGT.ga4gh
    assert names.numbers(["x", "two:x", "NM_000551.4"]) == [0, None, None]
    for name in ("two:x", "NCBI:NM_000551.4", "NM_000551.4", "ref|NM_000551.4|"):
        with pytest.raises(AliasNotFound):
            names.digest(name)
    with pytest.raises(AliasNotFound, match=r"which has the form of refseq$"):
        names.digest("NM_000551")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from(FORMS), st.text(max_size=8)), max_size=8))
def test_many_names_mean_what_each_means_alone(made: SequenceStore, asked: list[str]) -> None:
    def alone(name: str) -> Digest | None:
        try:
            return made.resolve(name)
        except HoldfastError:
            return None

    known = [name for name in asked if alone(name) is not None]
    assert made.resolve_all(known) == [alone(name) for name in known]
    numbers = Names(made.room.index).numbers(asked)
    digests = [None if number is None else made.room.index.digest_of(number) for number in numbers]
    assert all(digest in (None, alone(name)) for name, digest in zip(asked, digests, strict=True))


def test_the_other_names_of_many_are_told_at_once(made: SequenceStore) -> None:
    asked = ["one:x", f"md5:{GGGG.md5.hex()}", "NM_000551.4"]
    assert [[str(each) for each in aliases] for aliases in made.aliases_all(asked)] == [
        ["imgt:A:1", "one:x", "refseq:NM_000551.4"],
        ["lab:imgt:A:1", "two:x", "uniprot:P69905"],
        ["imgt:A:1", "one:x", "refseq:NM_000551.4"],
    ]
    found = made.aliases_all(asked, "NCBI")
    assert found == [(Alias("refseq", "NM_000551.4"),), (), (Alias("refseq", "NM_000551.4"),)]
    assert made.aliases_all([]) == []
    with pytest.raises(AliasAmbiguous):
        made.aliases_all(["one:x", "x"])
    made.snapshot("then")
    made.retire_alias(Alias("one", "x"))
    assert len(made.aliases_all(["NM_000551.4"])[0]) == 2
    assert len(made.at("then").aliases_all(["NM_000551.4"])[0]) == 3
    with pytest.raises(UsageError):
        made.aliases_all(["one:x"], "md5")
