"""An update stops at a step, goes on there, and begins again at one."""

import os
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, contents, packed
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.releases.publish import publish_release
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.updating.update import check_wishes, update_bank
from holdfast.banks.updating.stages import Wishes
from holdfast.errors import ListingFailed, ReleaseNotFound, UpdateFailed, UsageError

A, B = b">a\nACGT\n", b">b\nGG\n"
ONE = {"a.fa.gz": packed(A), "b.fa": B}
#: unpack ▶ count ▶ report; list beside
STEPS = """
[[steps]]
name = "unpack"
use = "unpack"
[[steps]]
name = "count"
command = ["sh", "-c", "cat {flat}/*.fa | wc -c >bytes; echo again >>times"]
[[steps]]
name = "list"
command = ["sh", "-c", "ls {flat} >names"]
[[steps]]
name = "report"
command = ["sh", "-c", "cp ../count/bytes report; test ! -e %s"]
needs = ["count"]
"""


@pytest.fixture
def broken(databank: Databank) -> Path:
    """While this file is there, the step `report` fails."""
    return databank.folder.parent / "broken"


@pytest.fixture
def x(container: QuickContainer, databank: Databank, broken: Path) -> QuickContainer:
    """A container with the bank ``x``, whose remote has release 1."""
    databank.publish("1", ONE)
    add(container, databank, STEPS % broken)
    return container


def add(container: QuickContainer, databank: Databank, steps: str, head: str = "") -> None:
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n{head}[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n{steps}'
    )


def update(container: QuickContainer, **wishes: str | bool) -> UpdateReport:
    return update_bank(container, "x", wishes=Wishes(**wishes))  # type: ignore[arg-type]  # as they are called


def started(container: QuickContainer) -> list[str]:
    """The jobs started since this was last asked."""
    jobs, container.executor.started[:] = list(container.executor.started), []
    return jobs


def folder(container: QuickContainer, release: str = "1") -> Path:
    return container.settings.banks / "x" / f"x_{release}"


def current(container: QuickContainer) -> str | None:
    release = container.catalogue.folder("x").current()
    return release.name if release is not None else None


def clean(container: QuickContainer) -> bool:
    return all(not each.problems and not each.remarks for each in check_banks(container, deep=True))


ALL = ["fetch", "unpack", "count", "list", "report", "finish", "publish"]


@pytest.mark.parametrize(
    ("wishes", "jobs"),
    [
        ({"stop_after": "fetch"}, ["fetch"]),
        ({"stop_before": "download"}, []),
        ({"stop_after": "release"}, []),
        ({"stop_after": "download"}, ["fetch", "unpack"]),
        ({"stop_before": "postprocess"}, ["fetch", "unpack"]),
        ({"stop_after": "count"}, ["fetch", "unpack", "count"]),
        ({"stop_before": "report"}, ["fetch", "unpack", "count"]),
        ({"stop_before": "finish"}, ["fetch", "unpack", "count", "list", "report"]),
        ({"stop_after": "postprocess"}, ALL[:-1]),
        ({"stop_before": "publish"}, ALL[:-1]),
    ],
)
def test_a_stopped_update_is_no_error_and_the_next_goes_on(
    x: QuickContainer, wishes: dict[str, str], jobs: list[str]
) -> None:
    report = update(x, **wishes)
    assert (report.state, report.release) == (UpdateState.STOPPED, "1")
    assert started(x) == jobs
    assert current(x) is None
    report = update(x)
    assert report.state is UpdateState.UPDATED
    assert started(x) == [job for job in ALL if job not in jobs]
    assert current(x) == "1"
    assert contents(folder(x) / "flat") == {"a.fa": A, "b.fa": B}
    assert (folder(x) / "report" / "report").read_text().strip() == str(len(A + B))
    assert clean(x)


@pytest.mark.parametrize("stop", ["init", "check", "depends", "preprocess"])
def test_an_update_can_stop_before_the_remote_is_asked(
    x: QuickContainer, databank: Databank, stop: str
) -> None:
    databank.faults[""] = "500"
    report = update(x, stop_after=stop)
    assert (report.state, report.release) == (UpdateState.STOPPED, None)
    with pytest.raises(ListingFailed):
        update(x, stop_before="fetch")


def test_an_update_stops_several_times_and_begins_again_in_between(x: QuickContainer) -> None:
    update(x, stop_after="count")
    assert update(x, from_task="count", stop_after="report").state is UpdateState.STOPPED
    assert (folder(x) / "count" / "times").read_text() == "again\n"  # its folder was empty again
    assert started(x) == ["fetch", "unpack", "count", "count", "report"]
    assert update(x).release == "1"
    assert started(x) == ["list", "finish", "publish"]


def test_only_what_failed_is_done_again_also_when_the_recipe_was_mended(
    x: QuickContainer, databank: Databank, broken: Path
) -> None:
    broken.touch()
    with pytest.raises(UpdateFailed, match="job report failed"):
        update(x)
    assert sorted(started(x)) == sorted(ALL[:5])
    add(x, databank, STEPS % "/nowhere")  # another command
    update(x)
    assert started(x) == ["report", "finish", "publish"]
    assert clean(x)


def test_a_step_that_the_recipe_no_longer_has_leaves_nothing(
    x: QuickContainer, databank: Databank
) -> None:
    update(x, stop_before="finish")
    shorter = STEPS.replace('name = "list"', 'name = "names"') % "/nowhere"
    add(x, databank, shorter)
    started(x)
    update(x)
    assert started(x) == ["names", "report", "finish", "publish"]
    assert not (folder(x) / "list").exists()
    assert (folder(x) / "names" / "names").exists()


def test_a_step_cannot_be_done_again_before_what_it_needs_was_done(x: QuickContainer) -> None:
    update(x, stop_after="unpack")
    with pytest.raises(UpdateFailed, match="count is not done for release 1 yet"):
        update(x, from_task="report")
    assert update(x).release == "1"


def test_steps_of_a_complete_release_are_done_again_in_a_release_of_its_own(
    x: QuickContainer, databank: Databank
) -> None:
    update(x)
    before = contents(folder(x))
    (folder(x) / "list" / "names").write_text("of the first release\n")
    databank.take_sent()
    started(x)
    databank.faults[""] = "500"  # the remote is not asked
    report = update(x, from_task="count")
    assert (report.release, report.published) == ("1__1", True)
    assert started(x) == ["fetch", "unpack", "count", "report", "finish", "publish"]
    assert databank.take_sent() == []
    again = folder(x, "1__1")
    assert (again / "list" / "names").read_text() == "of the first release\n"  # taken as it is
    assert not (again / "list" / "names").samefile(folder(x) / "list" / "names")
    assert (again / "count" / "times").read_text() == "again\n"
    assert (again / "flat" / "a.fa").samefile(folder(x) / "flat" / "a.fa")
    assert contents(folder(x)) == {**before, "list/names": b"of the first release\n"}
    assert clean(x)
    databank.faults.clear()
    assert update(x).state is UpdateState.UP_TO_DATE


def test_a_release_that_is_begun_again_and_fails_is_gone_on_with(
    x: QuickContainer, broken: Path
) -> None:
    update(x)
    broken.touch()
    with pytest.raises(UpdateFailed, match="job report failed"):
        update(x, from_task="report")
    assert current(x) == "1"
    broken.unlink()
    started(x)
    assert update(x).release == "1__1"
    assert started(x) == ["report", "finish", "publish"]
    assert clean(x)


def test_an_old_release_begun_again_does_not_take_the_place_of_the_newest(
    x: QuickContainer, databank: Databank
) -> None:
    update(x)
    databank.publish("2", {"c.fa": B})
    update(x)
    report = update(x, from_task="count", release="1")
    assert (report.release, report.published) == ("1__1", False)
    assert contents(folder(x, "1__1") / "flat") == {"a.fa": A, "b.fa": B}
    assert current(x) == "2"
    assert update(x).state is UpdateState.UP_TO_DATE


@pytest.mark.parametrize("wishes", [{"from_task": "download"}, {"from_task": "init"}])
def test_beginning_with_the_files_fetches_all_of_them_again(
    x: QuickContainer, databank: Databank, wishes: dict[str, str]
) -> None:
    update(x)
    databank.take_sent()
    assert update(x, **wishes).release == "1__1"
    assert databank.take_sent() == ["a.fa.gz", "b.fa"]


def test_a_release_that_was_stopped_can_be_fetched_again_in_its_place(
    x: QuickContainer, databank: Databank
) -> None:
    update(x, stop_after="download")
    (folder(x) / "flat" / "stranger").touch()
    databank.take_sent()
    assert update(x, from_task="fetch").release == "1"
    assert databank.take_sent() == ["a.fa.gz"]  # it was unpacked and removed; b.fa is there still
    assert clean(x)


def test_publishing_alone_is_done_again_without_a_new_release(x: QuickContainer) -> None:
    update(x)
    x.catalogue.folder("x").unpublish()
    started(x)
    report = update(x, from_task="publish")
    assert (report.release, report.published, started(x)) == ("1", True, [])
    assert current(x) == "1"


def test_a_recipe_that_does_not_publish_is_published_by_wish_but_not_when_up_to_date(
    x: QuickContainer, databank: Databank, broken: Path
) -> None:
    add(x, databank, STEPS % broken, "publish = false\n")
    assert not update(x).published
    assert update(x, publish=True).state is UpdateState.UP_TO_DATE
    assert current(x) is None
    databank.publish("2", ONE)
    assert update(x, publish=True).published
    publish_release(x, "x", "1")
    assert update(x).state is UpdateState.UP_TO_DATE
    assert current(x) == "1"


def test_a_release_that_is_wanted_is_made_or_nothing_is(
    x: QuickContainer, databank: Databank
) -> None:
    databank.publish("2", ONE)
    with pytest.raises(ListingFailed, match=r"no folder is release '3'; the newest are 1, 2"):
        update(x, release="3")
    assert update(x, release="1").release == "1"
    assert update(x).release == "2"
    with pytest.raises(ReleaseNotFound, match="no release '7'"):
        update(x, release="7", from_task="count")


def test_a_release_in_the_url_is_fetched_though_it_is_not_the_newest(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("", {"LATEST": b"release 2\n"})
    databank.publish("v1", {"a": b"one"})
    databank.publish("v2", {"a": b"two"})
    container.settings.recipes.mkdir(parents=True)
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n[remote]\nurl = "{databank.url}v{{release}}/"\n'
        '[release]\nfrom = "content"\n'
        f'file = "LATEST"\nurl = "{databank.url}"\npattern = "release (\\\\d)"\n'
    )
    assert update(container, release="1").release == "1"
    assert contents(folder(container) / "flat") == {"a": b"one"}
    assert update(container).release == "2"


def test_the_remotes_release_must_be_the_one_that_is_wanted(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("", {"a-1.fa": A})
    container.settings.recipes.mkdir(parents=True)
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n[remote]\nurl = "{databank.url}"\n'
        '[release]\nfrom = "file name"\npattern = "a-([0-9]+)"\n'
    )
    with pytest.raises(ListingFailed, match=r"the remote has release '1' now, not '2'"):
        update(container, release="2")
    assert update(container, release="1").release == "1"


def test_wishes_about_one_bank_need_one_bank(x: QuickContainer) -> None:
    with pytest.raises(UsageError, match="name one"):
        check_wishes(x, ["x", "x"], Wishes(from_task="count"))
    with pytest.raises(UsageError, match="no step 'cuont'; did you mean count"):
        check_wishes(x, ["x"], Wishes(stop_after="cuont"))


def test_from_scratch_is_from_scratch_where_files_are_not_compared(
    x: QuickContainer, databank: Databank, broken: Path
) -> None:
    add(x, databank, "control = false\n" + STEPS % broken)
    update(x)
    os.utime(databank.folder / "1" / "b.fa")
    assert update(x).state is UpdateState.UP_TO_DATE
    assert update_bank(x, "x", from_scratch=True).release == "1__1"
