"""
What BioMAJ's own tests show of an update, shown of ours: each case has its test.

Most are where the thing itself is tested; those that go through several things are here, with
property files, as a site has them.
"""

import os
import re
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer, contents
from holdfast.app.banks.releases.freeze import freeze_releases
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.updating.update import preview_update, update_bank
from holdfast.banks.updating.stages import Wishes
from holdfast.errors import ListingFailed, ReleaseNotFound, UsageError
from servers.scripted import NOON

TESTS = Path(__file__).parent.parent
CASES = """
rights: an owner that is changed
    an_owner_that_is_changed_may_not_update_any_more
sessions: a new bank
    the_first_update_mirrors_unpacks_and_publishes
sessions: nothing done yet
    what_no_run_did_is_left
sessions: an unfinished one is gone on with
    a_stopped_update_is_no_error_and_the_next_goes_on
sessions: a finished one is not
    an_update_with_nothing_new_starts_no_job
sessions: old ones are forgotten
    what_ended_long_ago_is_forgotten
sessions: banks are listed
    a_status_says_what_is_held_and_when_it_was_and_will_be_updated
release: of a file's name
    the_greatest_version_in_file_names_is_the_release
release: of a file's content
    the_content_of_a_small_file_names_the_release
release: of a date
    the_newest_file_dates_the_release
release: seen without an update
    a_dry_run_and_an_update_from_scratch_see_the_release_of_a_file
update: no second time
    an_update_with_nothing_new_starts_no_job
update: remote.list
    a_list_names_files_below_the_remotes_folder_until_it_is_gone
update: release.control
    release_control_sees_a_touched_file_once_and_another_set_of_files
update: links
    only_what_changed_is_fetched_and_the_rest_is_linked_not_copied
control: stop after, stop before
    an_update_can_stop_before_the_remote_is_asked
control: go on after a stop
    an_update_stops_several_times_and_begins_again_in_between
control: from a task
    steps_of_a_complete_release_are_done_again_in_a_release_of_its_own
control: from a task too early
    a_step_cannot_be_done_again_before_what_it_needs_was_done
control: wrong names
    what_is_called_wrongly_is_refused_and_nothing_is_begun
control: from a process
    only_what_failed_is_done_again_also_when_the_recipe_was_mended
control: mixed
    from_scratch_stop_and_going_on_keep_the_number_of_the_release
retention: three updates keep two
    three_updates_keep_two_releases_and_frozen_ones_besides
retention: remove
    a_release_goes_and_what_others_share_stays
retention: remove all
    all_of_a_bank_goes_with_its_recipe
retention: freeze
    the_published_and_the_frozen_are_refused_and_so_are_the_others_with_them
retention: sizes
    statistics_count_what_is_shared_once
processes: metas side by side
    blocks_metas_and_processes_become_a_graph_of_steps
processes: only the failed again
    a_failure_stops_its_meta_and_the_next_block_and_nothing_else_and_what_is_done_stays_done
processes: before and at a removal
    commands_before_an_update_and_before_a_removal_are_done
processes: metadata
    what_scripts_print_and_the_recipe_names_is_kept_with_the_release
processes: two of one format
    two_entries_of_one_format_stay_two
processes: files
    files_that_the_recipe_names_take_the_place_of_printed_ones
processes: search
    a_release_is_found_by_what_is_said_of_it
dependencies
    property_files_make_banks_from_others_as_biomaj_does
dependencies: nothing new
    a_bank_is_computed_of_others_which_are_updated_before
dependencies: one fails
    a_dependency_that_fails_stops_what_is_made_from_it_and_nothing_else
"""


def test_each_case_has_its_test() -> None:
    text = "".join(file.read_text() for file in sorted(TESTS.rglob("test_*.py")))
    there = set(re.findall(r"^def test_(\w+)\(", text, re.MULTILINE))
    shown = set(re.findall(r"^    (\w+)$", CASES, re.MULTILINE))
    assert len(shown) > 30
    assert shown - there == set()


# -- those that go through several things ----------------------------------------------------------


class BankFile:
    """The bank ``genes`` of a property file, mirrored from a folder of this machine."""

    def __init__(self, container: QuickContainer, folder: Path) -> None:
        self.container, self.folder = container, folder
        folder.mkdir()
        self.put("a.fa")
        self.put("relnotes.txt", "release 7")

    def put(self, name: str, content: str = "x", day: int = 0) -> None:
        """Let the remote have this."""
        (self.folder / name).write_text(content)
        os.utime(self.folder / name, (NOON.timestamp() + day * 86400,) * 2)

    def says(self, *lines: str) -> None:
        """What is in the property file beyond what it must say."""
        text = (
            f"[GENERAL]\nprotocol=local\nserver=localhost\nremote.dir={self.folder}/\n"
            "remote.files=^.*\\.fa$\nlocal.files=.*\nauto_publish=1\n"
        )
        file = self.container.settings.recipes / "genes.properties"
        file.write_text("\n".join((text, *lines, "")))

    def update(self, *, from_scratch: bool = False, wishes: Wishes | None = None) -> UpdateReport:
        said = wishes or Wishes()
        return update_bank(self.container, "genes", from_scratch=from_scratch, wishes=said)

    def releases(self) -> list[str]:
        return [each.name for each in self.container.catalogue.folder("genes").releases()]

    def flat(self, release: str) -> set[str]:
        return set(contents(self.container.settings.banks / "genes" / f"genes_{release}" / "flat"))


RELEASE_FILE = ("release.file=relnotes.txt", "release.regexp=release ([0-9]+)")


@pytest.fixture
def genes(container: QuickContainer, tmp_path: Path) -> BankFile:
    """The bank, whose release is said by a file."""
    bank = BankFile(container, tmp_path / "remote")
    bank.says(*RELEASE_FILE)
    return bank


def test_a_dry_run_and_an_update_from_scratch_see_the_release_of_a_file(genes: BankFile) -> None:
    assert preview_update(genes.container, "genes").release == "7"
    assert genes.releases() == []
    assert genes.update().release == "7"
    assert genes.update().state is UpdateState.UP_TO_DATE
    assert genes.update(from_scratch=True).release == "7__1"
    assert genes.update(from_scratch=True).release == "7__2"


def test_release_control_sees_a_touched_file_once_and_another_set_of_files(genes: BankFile) -> None:
    genes.says(*RELEASE_FILE, "release.control=true", "keep.old.version=5")
    genes.update()
    genes.put("a.fa", day=1)
    assert genes.update().release == "7__1"
    assert genes.update().state is UpdateState.UP_TO_DATE
    genes.says(*RELEASE_FILE, "release.control=true", "keep.old.version=5", "copy.skip=1")
    genes.put("b.fa")
    report = genes.update()
    assert (report.release, report.fetched, report.reused) == ("7__2", 2, 0)
    assert genes.flat("7__2") == {"a.fa", "b.fa"}
    (genes.folder / "a.fa").unlink()
    assert genes.update().release == "7__3"
    assert genes.flat("7__3") == {"b.fa"}


STEPS = (
    "BLOCKS=B", "B.db.post.process=M", "M=p,q", "p.name=p", "p.exe=true", "q.name=q", "q.exe=true",
)  # fmt: skip


def test_from_scratch_stop_and_going_on_keep_the_number_of_the_release(genes: BankFile) -> None:
    genes.says(*RELEASE_FILE, *STEPS)
    genes.update()
    stopped = genes.update(from_scratch=True, wishes=Wishes(stop_after="download"))
    assert (stopped.state, stopped.release) == (UpdateState.STOPPED, "7__1")
    stopped = genes.update(wishes=Wishes(stop_before="postprocess"))
    assert (stopped.state, stopped.release) == (UpdateState.STOPPED, "7__1")
    report = genes.update()
    assert (report.state, report.release, report.published) == (UpdateState.UPDATED, "7__1", True)
    assert genes.releases() == ["7", "7__1"]
    assert genes.update().state is UpdateState.UP_TO_DATE


@pytest.mark.parametrize(
    ("wishes", "error", "words"),
    [
        (Wishes(from_task="postproces"), UsageError, "postprocess"),
        (Wishes(stop_after="downlod"), UsageError, "download"),
        (Wishes(from_task="postprocess", process="r"), UsageError, "r"),
        (Wishes(from_task="postprocess", release="8"), ReleaseNotFound, "it has: 7"),
        (Wishes(release="8"), ListingFailed, "has release '7' now, not '8'"),
    ],
)
def test_what_is_called_wrongly_is_refused_and_nothing_is_begun(
    genes: BankFile, wishes: Wishes, error: type[Exception], words: str
) -> None:
    genes.says(*RELEASE_FILE, *STEPS)
    genes.update()
    genes.container.executor.started.clear()
    with pytest.raises(error, match=words):
        genes.update(wishes=wishes)
    assert genes.container.executor.started == []
    assert genes.releases() == ["7"]
    assert genes.update().state is UpdateState.UP_TO_DATE


def test_three_updates_keep_two_releases_and_frozen_ones_besides(genes: BankFile) -> None:
    genes.says(*RELEASE_FILE, "keep.old.version=1")
    for number in (7, 8, 9):
        genes.put("relnotes.txt", f"release {number}")
        genes.update()
    assert genes.releases() == ["8", "9"]
    freeze_releases(genes.container, "genes", ["8"])
    for number in (10, 11):
        genes.put("relnotes.txt", f"release {number}")
        genes.update()
    assert genes.releases() == ["8", "10", "11"]
