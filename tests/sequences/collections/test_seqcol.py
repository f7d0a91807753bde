"""Sequence collections, held against the standard's own vectors and published fixtures."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests, sha512t24u
from holdfast.errors import CollectionNotFound, UsageError
from holdfast.sequences import SequenceStore
from holdfast.sequences.collections import seqcol
from holdfast.sequences.collections.collection import Collection, Member, canonical
from holdfast.sequences.collections.seqcol import (
    Columns,
    Level2,
    compare,
    digest,
    level1,
    level2,
    read_level2,
)
from holdfast.sequences.storage.journal import Origin

#: The example files of the standard's reference implementation: names and sequences in order.
FILES: dict[str, tuple[list[str], list[bytes]]] = {
    "base": (["chrX", "chr1", "chr2"], [b"TTGGGGAA", b"GGAA", b"GCGC"]),
    "different_names": (["X", "1", "2"], [b"TTGGGGAA", b"GGAA", b"GCGC"]),
    "different_order": (["chr1", "chr2", "chrX"], [b"GGAA", b"GCGC", b"TTGGGGAA"]),
    "pair_swap": (["chr2", "chr1", "chrX"], [b"TTGGGGAA", b"GGAA", b"GCGC"]),
    "subset": (["chrX", "chr1"], [b"TTGGGGAA", b"GGAA"]),
    "swap_wo_coords": (["chrX", "chr2", "chr1"], [b"TTGGGGAA", b"GGAA", b"GCGC"]),
}
LEVEL0 = {
    "base": "XZlrcEGi6mlopZ2uD8ObHkQB1d0oDwKk",
    "different_names": "QvT5tAQ0B8Vkxd-qFftlzEk2QyfPtgOv",
    "different_order": "Tpdsg75D4GKCGEHtIiDSL9Zx-DSuX5V8",
    "pair_swap": "UNGAdNDmBbQbHihecPPFxwTydTcdFKxL",
    "subset": "sv7GIP1K0qcskIKF3iaBmQpaum21vH74",
    "swap_wo_coords": "aVzHaGFlUDUNF2IEmNdzS_A8lCY0stQH",
}
LEVEL1 = {
    "base": {
        "lengths": "cGRMZIb3AVgkcAfNv39RN7hnT5Chk7RX",
        "names": "Fw1r9eRxfOZD98KKrhlYQNEdSRHoVxAG",
        "sequences": "0uDQVLuHaOZi1u76LjV__yrVUIz9Bwhr",
        "sorted_sequences": "KgWo6TT1Lqw6vgkXU9sYtCU9xwXoDt6M",
        "name_length_pairs": "B9MESWM8k-hK_OeQK8bZNAG74pLY0Ujq",
        "sorted_name_length_pairs": "zjM1Ie9m0zFbqsAnZ6jAJSXuFpKTr40J",
    },
    "different_order": {
        "lengths": "x5qpE4FtMkvlwpKIzvHs3a02Nex5tthp",
        "names": "dOAOfPGkf3wAf3CUsbjVTKhY9Wq2DL6f",
        "sequences": "7t6Ulz6OeUWu6FBxntbvFKOl8w3icl2h",
        "sorted_sequences": "KgWo6TT1Lqw6vgkXU9sYtCU9xwXoDt6M",
        "name_length_pairs": "a6JbVltjGqj5fEr01M0qjqCmlLLQ_P7N",
        "sorted_name_length_pairs": "zjM1Ie9m0zFbqsAnZ6jAJSXuFpKTr40J",
    },
    "subset": {
        "lengths": "7-_HdxYiRf-AJLBKOTaJUdxXrUkIXs6T",
        "names": "iyNUhtfR0TALytlmxK1Zx1_q3frkZyAd",
        "sequences": "3ZP38SZcoc9wN7jsRyNSP9mQ1a3TUoUF",
        "sorted_sequences": "p5sNbnAUithQJ3oxrBL3YXTNig08SNKB",
        "name_length_pairs": "b_TLfweI2gfClgj57gcTFtEOMJ_daWd4",
        "sorted_name_length_pairs": "AvGYsdgtJpTLKYil3eLddJxwrE5OfKhE",
    },
}
#: The example in the text of the standard, with its pairs as another implementation digests them.
SPEC = {
    "names": ["chr1", "chr2", "chr3"],
    "lengths": [248956422, 242193529, 198295559],
    "sequences": [
        "SQ.2YnepKM7OkBoOrKmvHbGqguVfF9amCST",
        "SQ.lwDyBi432Py-7xnAISyQlnlhWDEaBPv2",
        "SQ.Eqk6_SvMMDCc6C-uEfickOUWTatLMDQZ",
    ],
}


def columns(name: str) -> Columns:
    names, sequences = FILES[name]
    digests = b"".join(Digests.of(each).ga4gh.raw for each in sequences)
    return Columns(names, list(map(len, sequences)), digests)


def collection(name: str) -> Collection:
    names, sequences = FILES[name]
    members = [
        Member(called, Digests.of(each).ga4gh, len(each))
        for called, each in zip(names, sequences, strict=True)
    ]
    return Collection(name, "", tuple(members), Origin())


@pytest.mark.parametrize("name", FILES)
def test_level_0_is_that_of_the_reference_implementation(name: str) -> None:
    assert digest(level1(columns(name))) == LEVEL0[name]


@pytest.mark.parametrize("name", LEVEL1)
def test_level_1_is_that_of_the_reference_implementation(name: str) -> None:
    assert level1(columns(name)) == LEVEL1[name]


def test_level_2_has_every_attribute_but_the_transient_one() -> None:
    assert level2(collection("base")) == {
        "names": ["chrX", "chr1", "chr2"],
        "lengths": [8, 4, 4],
        "sequences": [
            "SQ.iYtREV555dUFKg2_agSJW6suquUyPpMw",
            "SQ.YBbVX0dLKG1ieEDCiMmkrTZFt_Z5Vdaj",
            "SQ.AcLxtBuKEPk_7PGE_H4dGElwZHCujwH6",
        ],
        "name_length_pairs": [
            {"length": 8, "name": "chrX"},
            {"length": 4, "name": "chr1"},
            {"length": 4, "name": "chr2"},
        ],
        "sorted_sequences": [
            "SQ.AcLxtBuKEPk_7PGE_H4dGElwZHCujwH6",
            "SQ.YBbVX0dLKG1ieEDCiMmkrTZFt_Z5Vdaj",
            "SQ.iYtREV555dUFKg2_agSJW6suquUyPpMw",
        ],
    }


def test_the_example_in_the_text_of_the_standard_has_its_digests() -> None:
    found = level1(SPEC)
    assert found == {
        "lengths": "5K4odB173rjao1Cnbk5BnvLt9V7aPAa2",
        "names": "g04lKdxiYtG3dOGeUC5AdKEifw65G0Wp",
        "sequences": "rD29ZKmEqwwHRXjiQ36p6UMZQ5hemmsb",
        "name_length_pairs": "UehRI2awhWecANdwztdiIGPXv8xkHggG",
        "sorted_name_length_pairs": "ydhV5UJwuvk3o1ygTJljBrzhyUI8stjc",
        "sorted_sequences": "H7oLHTWQmNjnMNf6P7fZQxDlr66GKYVg",
    }
    assert digest(found) == "sjNNwm4zov3Dl0FRWbRTcZwzqrTQKIqL"


def test_a_collection_without_members_has_digests_too() -> None:
    empty = Columns([], [], b"")
    assert level1(empty) == level1(level2(empty))
    assert set(level1(empty).values()) == {sha512t24u(b"[]")}


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.integers(0, 1 << 40),
            st.binary(min_size=24, max_size=24),
        )
    )
)
def test_the_digests_of_columns_are_those_of_the_arrays_canonical_json(
    members: list[tuple[str, int, bytes]],
) -> None:
    found = Columns(
        [name for name, _, _ in members],
        [length for _, length, _ in members],
        b"".join(raw for _, _, raw in members),
    )
    pairs = [{"name": name, "length": length} for name, length, _ in members]
    texts = [str(Digest(raw)) for _, _, raw in members]
    assert level1(found) == {
        "names": sha512t24u(canonical(found.names)),
        "lengths": sha512t24u(canonical(found.lengths)),
        "sequences": sha512t24u(canonical(texts)),
        "sorted_sequences": sha512t24u(canonical(sorted(texts))),
        "name_length_pairs": sha512t24u(canonical(pairs)),
        "sorted_name_length_pairs": sha512t24u(
            canonical(sorted(sha512t24u(canonical(pair)) for pair in pairs))
        ),
    }
    assert level1(level2(found)) == level1(found)


# Comparison: counts of shared elements and orders, as the published fixtures have them

NAMES = ("lengths", "name_length_pairs", "names", "sequences", "sorted_sequences")


@pytest.mark.parametrize(
    ("a", "b", "shared", "order"),
    [
        ("base", "base", (3, 3, 3, 3, 3), (True, True, True, True, True)),
        ("base", "different_names", (3, 0, 0, 3, 3), (True, None, None, True, True)),
        ("base", "different_order", (3, 3, 3, 3, 3), (False, False, False, False, True)),
        ("base", "pair_swap", (3, 1, 3, 3, 3), (True, True, False, True, True)),
        ("base", "subset", (2, 2, 2, 2, 2), (None, True, True, True, True)),
        (
            "different_order",
            "swap_wo_coords",
            (3, 3, 3, 3, 3),
            (False, False, False, False, True),
        ),
        ("pair_swap", "subset", (2, 1, 2, 2, 2), (None, True, False, True, True)),
    ],
)
def test_two_collections_compare_as_in_the_published_fixtures(
    a: str, b: str, shared: tuple[int, ...], order: tuple[bool | None, ...]
) -> None:
    one, two = level2(columns(a)), level2(columns(b))
    assert compare(one, two) == {
        "digests": {"a": LEVEL0[a], "b": LEVEL0[b]},
        "attributes": {"a_only": [], "b_only": [], "a_and_b": list(NAMES)},
        "array_elements": {
            "a_count": dict.fromkeys(NAMES, len(one["names"])),
            "b_count": dict.fromkeys(NAMES, len(two["names"])),
            "a_and_b_count": dict(zip(NAMES, shared, strict=True)),
            "a_and_b_same_order": dict(zip(NAMES, order, strict=True)),
        },
    }


def test_a_single_shared_element_has_an_order_or_none_as_one_chooses() -> None:
    a, b = {"names": ["x", "y"]}, {"names": ["z", "y"]}
    elements = compare(a, b)["array_elements"]
    assert elements["a_and_b_same_order"] == {"names": True}
    elements = compare(a, b, lone_overlap_has_order=False)["array_elements"]
    assert elements["a_and_b_same_order"] == {"names": None}


@pytest.mark.parametrize(
    ("a", "b", "count", "order"),
    [
        (["1", "2", "1"], ["2", "1", "1"], 3, False),  # balanced: order is defined
        (["1", "2", "1"], ["1", "2", "1", "3"], 3, True),
        (["1", "2", "2"], ["1", "2"], 2, None),  # unbalanced
        ([], [], 0, None),
        (["1"], [], 0, None),
        ([True, 2], [1], 0, None),  # JSON's true is no number
        ([1], ["1"], 0, None),
        ([{"a": 1, "b": 2}, 3], [{"b": 2, "a": 1}, 4], 1, True),
        ([[1]], ["[1]"], 0, None),
    ],
)
def test_elements_that_stand_several_times_count_as_often_as_in_both(
    a: list[Any], b: list[Any], count: int, order: bool | None
) -> None:
    elements = compare({"names": a}, {"names": b})["array_elements"]
    assert elements["a_and_b_count"] == {"names": count}
    assert elements["a_and_b_same_order"] == {"names": order}


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_comparing_is_symmetric_and_counts_what_both_have(a: list[str], b: list[str]) -> None:
    there, back = compare({"x": a}, {"x": b}), compare({"x": b}, {"x": a})
    for part in ("a_and_b_count", "a_and_b_same_order"):
        assert there["array_elements"][part] == back["array_elements"][part]
    assert there["array_elements"]["a_and_b_count"]["x"] == (Counter(a) & Counter(b)).total()


def test_what_only_one_has_and_what_is_no_array_is_listed() -> None:
    a: dict[str, Any] = {"names": ["x"], "author": "me", "masks": []}
    b: dict[str, Any] = {"names": ["x"], "author": "you", "topologies": ["linear"]}
    found = compare(a, b)
    assert found["attributes"] == {
        "a_only": ["masks"],
        "b_only": ["topologies"],
        "a_and_b": ["author", "names"],
    }
    assert found["array_elements"]["a_and_b_count"] == {"names": 1}
    assert found["array_elements"]["a_count"] == {"masks": 0, "names": 1}
    assert found["digests"] == {"a": None, "b": None}


# What comes from outside


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"names": ["a"], "lengths": [1]}',
        '{"names": ["a"], "lengths": ["1"], "sequences": ["SQ.x"]}',
        '{"names": ["a"], "lengths": [true], "sequences": ["SQ.x"]}',
        '{"names": ["a"], "lengths": [1.0], "sequences": ["SQ.x"]}',
        '{"names": [["a"]], "lengths": [1], "sequences": ["SQ.x"]}',
        '{"names": ["a", "b"], "lengths": [1], "sequences": ["SQ.x"]}',
        '{"names": "abc", "lengths": [1, 2, 3], "sequences": ["a", "b", "c"]}',
    ],
)
def test_a_document_that_is_no_collection_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_level2(json.loads(text))


def test_a_document_keeps_its_own_arrays() -> None:
    document: Level2 = {**SPEC, "topologies": ["linear"] * 3}
    assert read_level2({**document, "author": "me"}) == document
    assert "topologies" in level1(document)


def test_a_name_that_is_no_text_is_a_sentence() -> None:
    document = {"names": ["\ud800"], "lengths": [1], "sequences": ["SQ.x"]}
    with pytest.raises(UsageError, match="no JSON text"):
        level1(read_level2(document))
    with pytest.raises(UsageError, match="no JSON text"):
        compare(read_level2(document), read_level2(document))


# In a store


@pytest.fixture
def loaded(store: SequenceStore, tmp_path: Any) -> SequenceStore:
    """A store that holds the example files."""
    for name, (names, sequences) in FILES.items():
        file = tmp_path / f"{name}.fa"
        records = zip(names, sequences, strict=True)
        file.write_bytes(b"".join(b">%s\n%s\n" % (n.encode(), s) for n, s in records))
        store.load(file, name, name)
    return store


def test_a_stored_collection_has_its_levels(loaded: SequenceStore) -> None:
    assert loaded.level2("base") == level2(columns("base"))
    assert loaded.level1("base") == loaded.level1(LEVEL0["base"]) == LEVEL1["base"]
    assert level2(loaded.collection("base")) == loaded.level2("base")


def test_collections_are_found_by_the_digest_of_an_attribute(loaded: SequenceStore) -> None:
    lengths = LEVEL1["base"]["lengths"]
    same = ["base", "different_names", "pair_swap", "swap_wo_coords"]
    assert loaded.find_collections("lengths", lengths) == sorted(LEVEL0[name] for name in same)
    pairs = LEVEL1["base"]["sorted_name_length_pairs"]
    same = ["base", "different_order"]
    assert set(map(LEVEL0.get, same)) <= set(
        loaded.find_collections("sorted_name_length_pairs", pairs)
    )
    assert loaded.find_collections("names", lengths) == []


def test_an_attribute_is_found_by_its_digest(loaded: SequenceStore) -> None:
    assert loaded.attribute("lengths", LEVEL1["base"]["lengths"]) == [8, 4, 4]
    with pytest.raises(CollectionNotFound):
        loaded.attribute("lengths", LEVEL1["base"]["names"])
    with pytest.raises(UsageError, match="transient"):
        loaded.attribute("sorted_name_length_pairs", "x")
    with pytest.raises(UsageError, match="no attribute"):
        loaded.attribute("topologies", "x")


def test_a_snapshot_finds_only_the_collections_of_its_time(
    store: SequenceStore, tmp_path: Any
) -> None:
    for name, text in (("one", b">a\nACGT\n"), ("two", b">a\nACGA\n")):
        (tmp_path / name).write_bytes(text)
        store.load(tmp_path / name, name)
        store.snapshot(name)
    lengths = sha512t24u(b"[4]")
    assert len(store.find_collections("lengths", lengths)) == 2
    assert len(store.at("one").find_collections("lengths", lengths)) == 1
    with pytest.raises(CollectionNotFound):
        store.at("one").level1("two")


def test_what_a_caller_does_to_an_answer_changes_no_other_answer(loaded: SequenceStore) -> None:
    loaded.level1("base").clear()
    loaded.level2("base")["names"].clear()
    assert loaded.level1("base") == LEVEL1["base"]
    assert loaded.level2("base") == level2(columns("base"))


def test_the_schema_says_what_is_inherent_and_transient() -> None:
    assert seqcol.SCHEMA["ga4gh"] == {
        "inherent": ["names", "sequences"],
        "transient": ["sorted_name_length_pairs"],
        "passthru": [],
    }
    assert json.loads(json.dumps(seqcol.SCHEMA)) == seqcol.SCHEMA
