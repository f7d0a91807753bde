"""A bank that is not as it should be is put right, as far as anything has what is needed."""

import io
import os
import shutil
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.banks.bank_world import FIRST_DAY, Databank, QuickContainer, contents, packed
from app.banks.release_world import add_bank, add_release
from dying import Dead, dying_at
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.releases.freeze import freeze_releases
from holdfast.app.banks.releases.publish import unpublish_bank
from holdfast.app.banks.releases.remove import remove_releases
from holdfast.app.banks.releases.repair import Repair, raise_problems, repair_bank
from holdfast.errors import BankError, UsageError

A, B = b">a\nACGT\n" * 50, b">b\nGGTT\n" * 50
ONE = {"sub/a.fa": A, "old.txt": b"old"}


def damage(path: Path) -> None:
    """Change a byte in place, as a bad disk does: all links see it."""
    path.chmod(0o644)
    with path.open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))


def lose(path: Path) -> None:
    path.unlink()


def become_a_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


def clean(container: QuickContainer) -> bool:
    return all(not each.problems and not each.remarks for each in check_banks(container, deep=True))


def how(repair: Repair) -> list[tuple[str, str, str]]:
    return [(each.release, each.file, each.how) for each in repair.mended]


@pytest.fixture
def bank(container: QuickContainer, databank: Databank) -> QuickContainer:
    """The bank ``x`` with two releases of the remote, which has only the second one now."""
    both = io.BytesIO()
    with tarfile.open(fileobj=both, mode="w") as archive:
        for name, content in (("in/a.fa", A), ("in/b.fa", B)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    tar = packed(both.getvalue())
    databank.publish("2", {"sub/a.fa": A, "c.fa.gz": packed(B), "both.tar.gz": tar})
    archives = {
        "c.fa.gz": (packed(B), {"c.fa": B}),
        "both.tar.gz": (tar, {"in/a.fa": A, "in/b.fa": B}),
    }
    add_bank(container, url=databank.url, below='[release]\nfrom = "folder"\n')
    first = datetime.fromtimestamp(FIRST_DAY, UTC)
    add_release(container, "1", ONE, url=f"{databank.url}1/", modified=first)
    url = f"{databank.url}2/"
    add_release(container, "2", {"sub/a.fa": A}, archives, url=url, modified=first, publish=True)
    return container


def flat(container: QuickContainer, release: str) -> Path:
    return container.settings.banks / "x" / f"x_{release}" / "flat"


@pytest.mark.parametrize("harm", [damage, lose, become_a_link])
def test_what_another_release_has_is_linked(
    bank: QuickContainer, databank: Databank, harm: Callable[[Path], None]
) -> None:
    before = contents(flat(bank, "1"))
    harm(flat(bank, "1") / "sub/a.fa")
    repair = repair_bank(bank, "x")
    # Both releases have it by one link, and so what was changed in place is mended in both.
    mended = ["2", "1"] if harm is damage else ["1"]
    assert how(repair) == [(name, "sub/a.fa", "linked to x_2/flat/in/a.fa") for name in mended]
    assert contents(flat(bank, "1")) == before
    assert databank.take_sent() == []
    assert clean(bank)


def test_what_only_the_remote_has_is_fetched_and_unpacked_again(
    bank: QuickContainer, databank: Databank
) -> None:
    before = contents(flat(bank, "2"))
    shutil.rmtree(flat(bank, "2"))
    lose(flat(bank, "1") / "sub/a.fa")
    repair = repair_bank(bank, "x")
    raise_problems(repair)
    assert how(repair) == [
        ("2", "in/a.fa", "fetched and unpacked again, from both.tar.gz"),
        ("2", "in/b.fa", "fetched and unpacked again, from both.tar.gz"),
        ("2", "c.fa", "fetched and unpacked again, from c.fa.gz"),
        ("2", "sub/a.fa", "fetched again"),
        ("1", "sub/a.fa", "linked to x_2/flat/in/a.fa"),
    ]
    assert contents(flat(bank, "2")) == before
    assert (flat(bank, "2") / "c.fa").stat().st_mode & 0o222 == 0
    assert clean(bank)
    databank.take_sent()
    assert repair_bank(bank, "x") == Repair("x", 2, 6, (), (), ())
    assert databank.take_sent() == []


def test_what_nobody_has_any_more_is_told_and_stays_as_it_is(bank: QuickContainer) -> None:
    damage(flat(bank, "1") / "old.txt")
    before = contents(flat(bank, "1"))
    repair = repair_bank(bank, "x")
    assert repair.mended == ()
    with pytest.raises(BankError, match=r"old.txt has another content; .*--from-scratch"):
        raise_problems(repair)
    assert contents(flat(bank, "1")) == before


@pytest.mark.parametrize("what", ["swapped", "garbled", "gone"])
def test_what_the_remote_has_otherwise_by_now_is_not_taken(
    bank: QuickContainer, databank: Databank, what: str
) -> None:
    lose(flat(bank, "1") / "sub/a.fa")
    shutil.rmtree(flat(bank, "2") / "in")
    damage(flat(bank, "2") / "sub/a.fa")
    remote = databank.folder / "2"
    for name in ("sub/a.fa", "both.tar.gz"):
        was = (remote / name).stat()
        if what == "gone":
            (remote / name).unlink()
        elif what == "swapped":
            (remote / name).write_bytes(b"something else")
        else:  # as long as it was, and of the same time
            (remote / name).write_bytes(b"x" * was.st_size)
            os.utime(remote / name, ns=(was.st_atime_ns, was.st_mtime_ns))
    before = contents(flat(bank, "2"))
    repair = repair_bank(bank, "x")
    assert len(repair.problems) == 3
    assert how(repair) == [("2", "in/b.fa", "linked to x_2/flat/c.fa")]
    assert contents(flat(bank, "2")) == before | {"in/b.fa": B}
    assert repair_bank(bank, "x", ["1"]).files == 2


@pytest.mark.parametrize("url", ["", "gone/"])
def test_what_was_adopted_or_has_moved_is_fetched_from_where_it_is_now(
    container: QuickContainer, databank: Databank, url: str
) -> None:
    databank.publish("2", {"a.fa": A, "b.fa.gz": packed(B)})
    add_bank(container, url=databank.url, below='[release]\nfrom = "folder"\n')
    archives = {"b.fa.gz": (packed(B), {"b.fa": B})}
    add_release(container, "2", {"a.fa": A}, archives, url=url and databank.url + url)
    shutil.rmtree(flat(container, "2"))
    assert how(repair_bank(container, "x")) == [
        ("2", "a.fa", "fetched again"),
        ("2", "b.fa", "fetched and unpacked again, from b.fa.gz"),
    ]
    assert contents(flat(container, "2")) == {"a.fa": A, "b.fa": B}
    shutil.rmtree(databank.folder / "2")
    (flat(container, "2") / "a.fa").unlink()
    (problem,) = repair_bank(container, "x").problems
    assert "a.fa is missing; " in problem


def test_nothing_is_written_through_a_link_out_of_the_release(
    bank: QuickContainer, tmp_path: Path
) -> None:
    shutil.rmtree(flat(bank, "2") / "in")
    (tmp_path / "out").mkdir()
    (flat(bank, "2") / "in").symlink_to(tmp_path / "out")
    lose(flat(bank, "2") / "c.fa")
    (flat(bank, "2") / "c.fa").mkdir()
    repair = repair_bank(bank, "x")
    assert sorted(problem.partition("; ")[2] for problem in repair.problems) == [
        f"{flat(bank, '2') / 'c.fa'} is a folder; move it away",
        *[f"{flat(bank, '2') / 'in'} should be a folder; move away what is there"] * 2,
    ]
    assert list((tmp_path / "out").iterdir()) == []


# -- links, marks and leftovers --------------------------------------------------------------------


@pytest.fixture
def still(container: QuickContainer) -> QuickContainer:
    """The bank ``x`` with two releases, and no remote."""
    add_bank(container)
    add_release(container, "1", {"a": A})
    add_release(container, "2", {"a": A, "b": B}, publish=True)
    return container


def test_a_bank_that_is_well_is_left_alone(still: QuickContainer) -> None:
    assert repair_bank(still, "x") == Repair("x", 2, 3, (), (), ())


def test_links_and_marks_say_again_what_is_true(still: QuickContainer) -> None:
    folder = still.settings.banks / "x"
    freeze_releases(still, "x", ["1"])
    shutil.rmtree(folder / "x_2")
    write = (folder / "marks.json").read_text().replace('"1"', '"1", "0"')
    (folder / "marks.json").write_text(write)
    (folder / ".dropped" / "x_0").mkdir(parents=True)
    repair = repair_bank(still, "x")
    assert repair.settled == (
        "marked as frozen, and not there: 0; the marks are gone too",
        "current led to x_2, which is no release; 1 is published now",
        f"{folder / '.dropped' / 'x_0'} was left by an interruption; it is gone",
    )
    assert (folder / "RELEASE.txt").read_text().split("\n")[1] == "Release: 1"
    assert still.catalogue.folder("x").marks.frozen == {"1"}
    assert clean(still)
    shutil.rmtree(folder / "x_1")
    assert "nothing is published now" in repair_bank(still, "x").settled[1]
    assert not (folder / "current").is_symlink()


def test_what_is_told_of_the_published_release_is_put_right(still: QuickContainer) -> None:
    told = still.settings.banks / "x" / "RELEASE.txt"
    before = told.read_bytes()
    for harm in (lose, damage):
        harm(told)
        assert len(check_banks(still)[0].remarks) == 1
        assert repair_bank(still, "x").settled == (
            "RELEASE.txt did not say what is published; it does now",
        )
        assert told.read_bytes() == before


def test_documents_that_cannot_be_read_are_told_and_the_rest_is_mended(
    still: QuickContainer,
) -> None:
    folder = still.settings.banks / "x"
    (folder / "x_2" / "release.json").write_text("{")
    (folder / "marks.json").write_text("{")
    assert len(check_banks(still)[0].problems) == 2
    repair = repair_bank(still, "x")
    assert [problem.partition(": ")[0] for problem in repair.problems] == [
        str(folder / "x_2" / "release.json"),
        str(folder / "marks.json"),
    ]
    (folder / "marks.json").unlink()
    # The way out, as it is told:
    assert unpublish_bank(still, "x").before == "x_2"
    remove_releases(still, "x", ["2"])
    assert repair_bank(still, "x").problems == ()
    assert clean(still)


def test_a_release_that_is_not_there_is_misuse(still: QuickContainer) -> None:
    assert repair_bank(still, "x", ["current", "x_1"]).releases == 2
    with pytest.raises(UsageError, match="it has: 1, 2"):
        repair_bank(still, "x", ["3"])


def test_a_death_after_any_change_of_a_name_makes_nothing_worse(
    still: QuickContainer, tmp_path: Path
) -> None:
    banks = still.settings.banks
    add_release(still, "3", {"a": A})
    old = banks / "x" / "x_1" / "flat" / "a"
    old.unlink()
    old.write_bytes(b"broken")
    (banks / "x" / "RELEASE.txt").unlink()
    shutil.copytree(banks, tmp_path / "before", symlinks=True)
    deaths = 0
    while _dies(still, deaths + 1):
        deaths += 1
        assert old.read_bytes() in {b"broken", A}
        assert contents(banks / "x" / "x_2" / "flat") == {"a": A, "b": B}
        assert repair_bank(still, "x").problems == ()
        assert old.read_bytes() == A
        assert clean(still)
        shutil.rmtree(banks)
        shutil.copytree(tmp_path / "before", banks, symlinks=True)
    assert deaths > 3


def _dies(container: QuickContainer, count: int) -> bool:
    with dying_at(count, container.settings.banks):
        try:
            repair_bank(container, "x")
        except Dead:
            return True
    return False
