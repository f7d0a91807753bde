"""A container that knows who asks shares everything with the one it was made from."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from holdfast.accounts.people import GUEST, Person
from holdfast.app.container import Container


def test_parts_are_shared_and_closed_by_the_whole(home: Path) -> None:
    with Container.read() as whole:
        asked = whole.asked_by(Person("ann"))
        assert asked.ledger is whole.ledger
        assert asked.asked_by(Person("ben")).ledger is whole.ledger
        asked.close()
        assert "ledger" in whole.__dict__
        whole.ledger.now()


def test_many_threads_make_a_part_once(home: Path) -> None:
    with Container.read() as whole, ThreadPoolExecutor(8) as pool:
        askers = [whole.asked_by(Person(f"p{number}")) for number in range(16)]
        assert len(set(pool.map(lambda each: id(each.ledger), askers))) == 1


def test_who_asks_is_the_author_and_else_the_account(home: Path) -> None:
    with Container.read() as whole:
        assert whole.author == whole.settings.author != ""
        assert whole.asked_by(Person("ann")).author == "ann"
        assert whole.asked_by(GUEST).author == whole.author


def test_commits_name_who_asks(home: Path, tmp_path: Path) -> None:
    fasta = tmp_path / "a.fa"
    fasta.write_text(">a\nACGT\n")
    with Container.read() as whole:
        whole.store_made_if_absent()
        asked = whole.asked_by(Person("ann"))
        asked.store.load(fasta, "x")
        assert [each.who for each in whole.store.log()][-1:] == ["ann"]
        assert whole.store.fetch("x:a") == "ACGT"
