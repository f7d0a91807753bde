import time
from contextlib import suppress
from hashlib import md5
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.errors import AliasNotFound, StoreError, UsageError
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.seqrepo import Question, StoreRows
from sequences.seqrepo.old_instances import key


def filled(store: SequenceStore) -> None:
    """Two sequences, of which one lost its name."""
    with store.write() as batch:
        batch.add("ACGT", [Alias("lab", "kept")])
        batch.add("GGGG", [Alias("lab", "gone")])
        batch.commit()
    store.retire_alias(Alias("lab", "gone"))


def test_a_view_shows_what_was_there_then(store: SequenceStore) -> None:
    filled(store)
    store.snapshot("then")
    with store.write() as batch:
        batch.add("TTTT", [Alias("lab", "later")])
        batch.alias(Alias("lab", "kept"), store.resolve(f"SQ.{key('GGGG')}"), reassign=True)
        batch.commit()
    now, then = StoreRows(store), StoreRows(store.at("then"))
    assert (now.sequence_totals().sequences, then.sequence_totals().sequences) == (3, 2)
    assert (now.alias_totals().aliases, then.alias_totals().aliases) == (16, 10)
    assert (now.alias_totals().current, then.alias_totals().current) == (14, 9)
    assert then.sequence_row(key("TTTT")) is None
    assert then.length(key("TTTT")) is None
    assert now.length(key("TTTT")) == 4
    kept, later = Question(namespace="lab", alias="kept"), Question(namespace="lab", alias="later")
    assert [row.seq_id for row in then.alias_rows(kept)] == [key("ACGT")]
    assert [row.seq_id for row in now.alias_rows(kept)] == [key("GGGG")]
    assert list(then.alias_rows(later)) == []
    assert list(then.seq_ids()) == sorted(map(key, ("ACGT", "GGGG")))
    (row,) = then.alias_rows(Question(namespace="lab"))
    assert (row.alias, row.is_current) == ("kept", 1)


def test_what_was_dropped_is_not_there(store: SequenceStore) -> None:
    filled(store)
    store.gc()
    rows = StoreRows(store)
    assert list(rows.seq_ids()) == [key("ACGT")]
    assert rows.sequence_row(key("GGGG")) is None
    assert rows.length(key("GGGG")) is None
    everything = list(rows.alias_rows(Question(current_only=False)))
    assert {row.seq_id for row in everything} == {key("ACGT")}
    assert list(rows.alias_rows(Question(alias="gone", current_only=False))) == []
    totals = rows.alias_totals()
    assert (totals.aliases, totals.sequences) == (len(everything), 1)
    sums = rows.sequence_totals()
    assert (sums.sequences, sums.residues, sums.files) == (1, 4, 1)


def test_an_empty_store_has_no_rows(store: SequenceStore) -> None:
    rows = StoreRows(store)
    assert list(rows.alias_rows(Question())) == []
    assert rows.sequence_totals().residues is None
    assert rows.alias_totals().earliest is None


def test_a_row_has_the_same_number_whenever_it_is_asked_for(store: SequenceStore) -> None:
    filled(store)
    before = dict.fromkeys(StoreRows(store).alias_rows(Question(current_only=False)))
    store.add_alias(Alias("lab", "more"), f"SQ.{key('ACGT')}")
    after = list(StoreRows(store).alias_rows(Question(current_only=False)))
    assert before.keys() <= set(after)
    new = [row for row in after if row not in before]
    assert min(row.seqalias_id for row in new) > max(row.seqalias_id for row in before)


def test_answers_are_kept_and_given_again_without_asking_the_index(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store)
    rows = StoreRows(store)
    questions = [Question(seq_id=key("ACGT")), Question(alias="kept"), Question(alias="none")]
    first = [list(rows.alias_rows(question)) for question in questions]
    assert rows.sequence_row(key("TTTT")) is None
    monkeypatch.setattr(store.room.index, "_connection", pytest.fail)
    assert [list(rows.alias_rows(question)) for question in questions] == first
    assert rows.sequence_row(key("TTTT")) is None


def test_a_sequence_of_very_many_names_answers_as_any_other(store: SequenceStore) -> None:
    with store.write() as batch:
        batch.add("ACGT", [Alias("lab", f"x{number:03d}") for number in range(100)])
        batch.commit()
    rows = StoreRows(store)
    for _ in range(2):
        found = [row.alias for row in rows.alias_rows(Question(key("ACGT"), "lab"))]
        assert found == [f"x{number:03d}" for number in range(100)]


RESIDUES, TEXTS = ("ACGT", "GGGG", "TTTT"), ("x", "y")
ACTS = st.tuples(
    st.sampled_from(("name", "retire", "undo", "gc", "reindex")),
    st.sampled_from(RESIDUES),
    st.sampled_from(TEXTS),
)
QUESTIONS = [
    *(
        Question(seq_id=key(each), current_only=current)
        for each in RESIDUES
        for current in (False, True)
    ),
    *(Question(alias=each, current_only=current) for each in TEXTS for current in (False, True)),
    *(Question(namespace="MD5", alias=md5(each.encode()).hexdigest()) for each in RESIDUES),
]


def act(store: SequenceStore, what: str, residues: str, text: str) -> None:
    """Change the store, if this can be done now."""
    with suppress(AliasNotFound, UsageError, StoreError):
        if what == "name":
            with store.write() as batch:
                batch.alias(Alias("lab", text), batch.add(residues), reassign=True)
                batch.commit()
        elif what == "retire":
            store.retire_alias(Alias("lab", text))
        else:
            getattr(store, what)()


@settings(
    max_examples=40, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(acts=st.lists(ACTS, max_size=10))
def test_what_is_kept_is_what_who_never_asked_before_is_told(
    tmp_path: Path, acts: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path / f"store-{time.monotonic_ns()}"
    with SequenceStore.create(folder) as store, SequenceStore.open(folder) as other:
        held = StoreRows(other)
        for each in acts:
            act(store, *each)
            for _ in range(2):
                found = [list(held.alias_rows(question)) for question in QUESTIONS]
                known = [held.sequence_row(key(residues)) for residues in RESIDUES]
            with SequenceStore.open(folder) as new:
                fresh = StoreRows(new)
                assert found == [list(fresh.alias_rows(question)) for question in QUESTIONS]
                assert known == [fresh.sequence_row(key(residues)) for residues in RESIDUES]
