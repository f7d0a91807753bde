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
