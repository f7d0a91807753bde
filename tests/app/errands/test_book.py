"""The book of errands and the marks of plots, in each of the databases they can be in."""

import threading
from datetime import UTC, datetime, timedelta

from app.errands.errand_world import long_dead
from holdfast.app.container import Container
from holdfast.app.errands.book import Book
from holdfast.app.errands.values import ActsAs, Errand, State
from holdfast.app.plots.marks import PlotMark, forget_marks, marked_before, marks, take_name
from holdfast.base.progress import Progress
from holdfast.jobs.engine.identity import new_claim


def added(book: Book, word: str, owner: str = "anna") -> Errand:
    """An errand that waits."""
    errand = Errand(
        id=word,
        kind="load",
        subject="store:ü",
        title="Load ☂",
        words={},
        owner=owner,
        state=State.WAITING,
        asked=datetime.now(UTC),
    )
    book.add(errand, '{"a": "ü"}', ActsAs.PERSON)
    book.add(errand, "{}", ActsAs.PERSON)  # as after a commit that was not answered
    return errand


def test_an_errand_goes_its_way(anywhere: Container) -> None:
    book, mine = Book(anywhere.ledger), new_claim()
    added(book, "one")
    added(book, "two")
    assert book.call(1) == ["one"]
    assert book.call(1) == []  # it is on its way
    assert book.claim("one", mine, 60, most=1)
    assert book.claim("one", mine, 60, most=2)  # again, after a commit that was not answered
    assert not book.claim("two", new_claim(), 60, most=1)
    assert book.renew("one", mine.engine, 60) is False
    book.tell("one", mine.engine, [Progress("ü", 1, 2)], run=None)
    ((errand, held),) = book.held()
    assert (errand.id, errand.progress[0].what, held.claim, held.expired) == (
        "one",
        "ü",
        mine,
        False,
    )
    book.ask_to_stop("one")
    assert book.renew("one", mine.engine, 60) is True
    assert [each.id for each, _ in book.overdue(-1)] == ["one"]
    assert book.end("one", mine.engine, State.FAILED, problem="☂", result={"x": 1})
    assert not book.end("one", mine.engine, State.DONE)
    assert book.renew("one", mine.engine, 60) is None
    assert book.reopen("one")
    assert not book.reopen("one")
    assert book.end("one", None, State.CANCELLED)
    assert book.counts() == {State.CANCELLED: 1, State.WAITING: 1}
    assert book.forget(datetime.now(UTC) + timedelta(hours=1)) == ["one"]
    assert book.ids() == {"two"}
    assert [each.words for each in book.errands(owner="anna")] == [{"a": "ü"}]


def test_of_several_processes_no_more_begin_than_may(anywhere: Container) -> None:
    book = Book(anywhere.ledger)
    words = [f"errand-{number}" for number in range(8)]
    for word in words:
        added(book, word)
    taken: list[str] = []
    barrier = threading.Barrier(len(words))

    def take(word: str) -> None:
        barrier.wait()
        if book.claim(word, long_dead(), 60, most=3):
            taken.append(word)

    threads = [threading.Thread(target=take, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 3
    assert len(book.held()) == 3


def test_of_several_who_want_a_name_each_gets_another(anywhere: Container) -> None:
    count = 8
    names: list[str] = []
    barrier = threading.Barrier(count)

    def take() -> None:
        barrier.wait()
        names.append(take_name(anywhere, "yeast", PlotMark("anna")))

    threads = [threading.Thread(target=take) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == count == len(marks(anywhere))
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert set(marked_before(anywhere, soon)) == set(names)
    forget_marks(anywhere, names)
    assert marks(anywhere) == {}
