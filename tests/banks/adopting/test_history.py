"""What a database of BioMAJ says becomes values, whatever it says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.banks.adopting.history import PastBank, Production, Session, read_history, time_of
from holdfast.banks.releases.metadata import Made


def bank(**facts: Any) -> PastBank:
    return read_history([{"name": "alu", **facts}]).banks["alu"]


def test_a_production_is_read_with_all_its_facts() -> None:
    found = bank(
        current=1709812800.5,
        properties={"owner": "ann", "visibility": "private", "type": ["x"]},
        production=[
            {
                "release": "2024-3-7__1",
                "remoterelease": "2024-3-7",
                "session": 1709812800.5,
                "formats": ["fasta ", " blast"],
                "types": ["nucleic"],
                "size": 12,
                "data_dir": "/db",
                "dir_version": "ncbi/alu",
                "prod_dir": "alu_2024-3-7__1",
                "freeze": True,
            }
        ],
    )
    assert (found.owner, found.visibility, found.current) == ("ann", "private", 1709812800.5)
    assert found.productions == (
        Production(
            "2024-3-7__1",
            "2024-3-7",
            "alu_2024-3-7__1",
            "/db/ncbi/alu",
            1709812800.5,
            ("fasta", "blast"),
            ("nucleic",),
            frozen=True,
        ),
    )


def session(**facts: Any) -> Session:
    return bank(sessions=[{"id": 1.0, **facts}]).sessions[0]


@pytest.mark.parametrize(
    ("facts", "worked"),
    [
        ({"workflow_status": True}, True),
        ({"workflow_status": False, "status": {"over": True}}, False),
        ({"status": {"over": True}}, True),  # older ones have no workflow_status
        ({"status": {"over": None}}, False),
        ({}, False),
    ],
)
def test_a_session_worked_if_it_says_so(facts: dict[str, Any], worked: bool) -> None:
    assert session(**facts).worked is worked


def test_the_steps_of_a_session_are_those_that_were_done() -> None:
    blocks = {"B1": {"M1": {"p": True, "q": False}}, "B2": {"M2": {"r": True}, "M3": None}, "B3": 1}
    assert session(process={"postprocess": blocks}).steps == ("M1_p", "M2_r")


def test_what_processes_made_is_known_by_process_or_else_by_format() -> None:
    entry = {"types": ["nucleic"], "tags": {"organism": "x", "odd": []}, "files": ["blast/db"]}
    per_process = {"M_index": {"blast": [entry, {"files": ["../../etc/passwd", "a"]}]}}
    assert session(per_process_metadata=per_process).made == (
        Made("blast", ("nucleic",), {"organism": "x"}, ("blast/db",), "M_index"),
        Made("blast", (), {}, ("a",), "M_index"),
    )
    assert session(formats={"fasta": [{"types": ["p"]}], "odd": "x"}).made == (
        Made("fasta", ("p",), {}, (), ""),
    )


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ([{"release": "13", "id": 1.5}, {"id": 2}, "x"], ("13",)),
        ({"13": 1.5, "14": 2}, ("13", "14")),  # before schema 3.1
        (None, ()),
    ],
)
def test_releases_begun_are_read_as_any_schema_has_them(said: Any, names: tuple[str, ...]) -> None:
    assert bank(pending=said).pending == names


def test_a_document_that_is_no_bank_is_passed_over_and_told() -> None:
    found = read_history([{"nam": "x"}, {"name": "alu"}, {"name": "alu", "current": 3}])
    assert list(found.banks) == ["alu"]
    assert found.banks["alu"].current is None
    assert found.remarks == (
        "bank 1 of the database has no name; it is passed over",
        "bank 3 of the database is the second called 'alu'; it is passed over",
    )


def test_what_happened_is_read_with_its_times_and_errors() -> None:
    record = {"bank": "alu", "action": "update", "start": 10.5, "end": 20, "updated": True}
    records = [record, {**record, "error": "no"}, {**record, "error": True}, {"bank": "alu"}]
    found = read_history([], [*records, {**record, "start": 1e300}]).happenings
    assert [each.error for each in found] == ["", "no", "failed"]
    assert (found[0].began.timestamp(), found[0].ended.timestamp()) == (10, 20)


@pytest.mark.parametrize("number", [None, 0.0, -1.0, 1e17, 32503680001.0])
def test_what_is_no_time_is_none(number: float | None) -> None:
    assert time_of(number) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab/.", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = "name current properties production sessions pending id release process formats".split()
KEYS += "per_process_metadata status size session types start end bank action error tags".split()
DOCUMENT = st.recursive(
    st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=6),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), ANYTHING | inner | st.lists(inner)),
    max_leaves=4,
)


@settings(max_examples=50)
@given(st.lists(DOCUMENT, max_size=3))
def test_a_document_of_any_types_is_read_or_passed_over(documents: list[dict[str, Any]]) -> None:
    named = [{**document, "name": f"b{number}"} for number, document in enumerate(documents)]
    found = read_history(named, documents)
    assert list(found.banks) == [f"b{number}" for number in range(len(named))]
    read_history(documents)
