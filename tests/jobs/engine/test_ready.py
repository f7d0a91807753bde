"""Ready jobs come in order, however many labels they have; a closed label is left out."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.engine.ready import Entry, Ready

entries = st.tuples(st.integers(-3, 3), st.integers(1, 3), st.integers(0, 99), st.text("ab"))
labelled = st.lists(st.tuples(st.sampled_from(["x", "y", "z"]), entries), unique=True, max_size=30)


def made(pairs: list[tuple[str, Entry]]) -> Ready:
    ready = Ready()
    for label, entry in pairs:
        ready.add(label, entry)
    return ready


@given(labelled)
def test_all_come_the_most_urgent_first(pairs: list[tuple[str, Entry]]) -> None:
    ready = made(pairs)
    assert list(ready.in_order(lambda _: True)) == sorted(entry for _, entry in pairs)
    assert len(ready) == len(pairs)


@given(labelled, st.integers(0, 9))
def test_a_label_ends_when_it_is_closed(pairs: list[tuple[str, Entry]], most: int) -> None:
    taken = {"x": 0, "y": 0, "z": 0}
    label_of = {entry: label for label, entry in pairs}
    if len(label_of) < len(pairs):
        return
    for entry in made(pairs).in_order(lambda label: taken[label] < most):
        taken[label_of[entry]] += 1
    for label, count in taken.items():
        assert count == min(most, sum(of == label for of, _ in pairs))


@given(labelled, labelled)
def test_what_was_taken_away_comes_no_more(
    pairs: list[tuple[str, Entry]], others: list[tuple[str, Entry]]
) -> None:
    ready = made(pairs)
    for label, entry in others:
        ready.discard(label, entry)
    left = sorted(entry for pair in pairs if pair not in others for entry in [pair[1]])
    assert list(ready.in_order(lambda _: True)) == left


@given(labelled)
def test_a_run_is_dropped_as_a_whole(pairs: list[tuple[str, Entry]]) -> None:
    ready = made(pairs)
    ready.drop(2)
    assert all(entry[1] != 2 for entry in ready.in_order(lambda _: True))
    assert len(ready) == sum(entry[1] != 2 for _, entry in pairs)
