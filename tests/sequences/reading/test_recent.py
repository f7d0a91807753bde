"""What was read lately is kept, within its bytes."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from holdfast.sequences.reading.recent import Recent


def test_what_is_kept_is_found_under_all_its_keys() -> None:
    recent: Recent[str, str] = Recent(100, len)
    assert recent.keep("value", "a", "b") == "value"
    assert recent.find("a") == recent.find("b") == recent.newest["a"] == "value"
    assert recent.find("c") is None


def test_what_is_in_use_stays_and_what_is_not_goes() -> None:
    recent: Recent[int, str] = Recent(100, lambda _: 10)
    recent.keep("used", -1)
    recent.keep("unused", -2)
    for number in range(50):
        recent.keep("x", number)
        assert recent.find(-1) == "used"
    assert recent.find(-2) is None


@given(st.lists(st.integers(1, 60)), st.integers(1, 100))
def test_never_more_is_kept_than_its_bytes_and_one_value(costs: list[int], budget: int) -> None:
    recent: Recent[int, int] = Recent(budget, lambda cost: cost)
    for number, cost in enumerate(costs):
        recent.keep(cost, number)
        generations = recent.newest, recent._older
        for generation in generations:
            assert sum(generation.values()) <= max(budget // 2, max(generation.values(), default=0))


def test_the_newest_is_the_same_dictionary_for_ever() -> None:
    recent: Recent[int, int] = Recent(10, lambda _: 4)
    newest = recent.newest
    for number in range(20):
        recent.keep(number, number)
    assert recent.newest is newest
    recent.clear()
    assert newest == {}
    assert recent.find(19) is None


def test_threads_find_what_they_kept_or_nothing() -> None:
    recent: Recent[int, int] = Recent(100, lambda _: 1)
    wrong: list[tuple[int, int]] = []

    def work(seed: int) -> None:
        for step in range(3000):
            key = (seed * 7919 + step * 104729) % 500
            found = recent.find(key)
            if found is None:
                recent.keep(key * 3, key)
            elif found != key * 3:
                wrong.append((key, found))

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(recent.newest) <= 50 + 8
