"""The front page, and searching everything: to each what they may see."""

from pathlib import Path

import pytest

from app.banks.release_world import add_bank, add_release
from app.jobs.job_world import plan, shell
from holdfast.app.banks.held.holding import bring_up_to_date
from holdfast.app.container import Container
from holdfast.app.sequences.load import load_sequences
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.register import Event, Register
from holdfast.banks.releases.marks import Marks
from holdfast.jobs.ledger.rows import now
from web.persons import ANN, BEN, GUEST, ROOT, seen_by


@pytest.fixture
def held(container: Container, tmp_path: Path) -> Container:
    """A bank of ann's with a release, two sequences, and a run that failed."""
    add_bank(container)
    add_release(container, "2024-01-15", {"genome.fa": b">a\nACGT\n"}, publish=True)
    bring_up_to_date(container, "x")
    fasta = tmp_path / "some.fa"
    fasta.write_bytes(b">chrI first\nACGTACGT\n>chrII second\nTTTTACGT\n")
    load_sequences(container, [str(fasta)], "lab", "toy")
    container.engine.run(plan(shell("break", "echo no; exit 1"), subject="schedule:nightly"))
    Register(container.ledger).note(
        Event("x", "update", "2024-01-15", now(), "ann", "done", None, "")
    )
    return container


def hide(container: Container) -> None:
    """Make the bank ann's, and private."""
    container.catalogue.folder("x").mark(Marks(owner="ann", visibility=Visibility.PRIVATE))


def test_a_new_home_leads_through_three_steps(container: Container) -> None:
    with seen_by(ROOT, container) as browser:
        page = browser.get("/").text
    assert "Welcome to Holdfast" in page
    assert all(step in page for step in ("Add a bank", "Load sequences", "Compare"))
    with seen_by(GUEST, container) as browser:
        assert "Sign in" in browser.get("/").text


def test_the_front_page_says_what_is_held_what_failed_and_what_is_new(held: Container) -> None:
    with seen_by(ROOT, held) as browser:
        page = browser.get("/").text
        document = browser.get("/api/v1/holdings").json()
    assert '<span class="count">1</span>' in page
    assert "16 residues" in page
    assert "Needs a look" in page
    assert "the job ended with exit code 1: no" in page
    assert "/banks/x/releases/2024-01-15" in page
    assert document["counts"]["banks"] == 1
    assert document["counts"]["store"]["sequences"] == 2
    assert [each["subject"] for each in document["failures"]] == ["schedule:nightly"]


def test_what_went_well_again_needs_no_look(held: Container) -> None:
    held.engine.run(plan(shell("mended", "true"), subject="schedule:nightly"))
    with seen_by(ROOT, held) as browser:
        assert "Needs a look" not in browser.get("/").text


def test_a_private_bank_is_on_the_front_page_of_its_owner_alone(held: Container) -> None:
    hide(held)
    for person, count in ((ANN, 1), (BEN, 0), (GUEST, 0), (ROOT, 1)):
        with seen_by(person, held) as browser:
            found = browser.get("/api/v1/holdings").json()
            assert found["counts"]["banks"] == count
            assert len(found["updates"]) == count
            assert ("2024-01-15" in browser.get("/").text) == bool(count)
            titles = str(browser.get("/api/v1/search?q=genome").json()["groups"])
            assert ("genome.fa" in titles) == bool(count)


def test_a_guest_is_told_neither_failures_nor_disks(held: Container) -> None:
    with seen_by(GUEST, held) as browser:
        found = browser.get("/api/v1/holdings").json()
        page = browser.get("/").text
    assert (found["failures"], found["disk"]) == ([], None)
    assert "exit code 1" not in page
    assert "free of" not in page


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("lab:chrI", "/sequences/SQ."),  # an alias
        ("genome.fa", "/db/x/2024-01-15/flat/genome.fa"),
    ],
)
def test_what_is_found_alone_is_gone_to_at_once(held: Container, words: str, where: str) -> None:
    with seen_by(ROOT, held) as browser:
        answer = browser.get("/search", params={"q": words})
        assert (answer.status_code, answer.headers["Location"][: len(where)]) == (303, where)


def test_what_is_found_is_grouped_and_counted_and_each_kind_has_pages(held: Container) -> None:
    for number in range(8):
        held.engine.run(plan(shell("a", "true"), subject=f"schedule:chr{number}"))
    with seen_by(ROOT, held) as browser:
        page = browser.get("/search?q=chr").text
        assert page.index("found-sequence") < page.index("found-run")
        assert "more than 6" in page
        assert "/search?q=chr&amp;in=run" in page
        assert browser.get("/search?q=chr&in=run").text.count("found-sequence") == 0
        assert browser.get("/search?q=chr&in=run").text.count("Run ") == 8
        assert "/jobs/1" in browser.get("/search?q=1&in=run").text
        assert "Nothing has that name" in browser.get("/search?q=zzz").text
        assert "Nothing has that name" in browser.get("/search?q=%00%07").text


def test_suggestions_are_options_with_addresses(held: Container) -> None:
    with seen_by(ROOT, held) as browser:
        text = browser.get("/search/suggestions?q=chrI").text
    assert 'role="option"' in text
    assert "lab:chrI" in text
    assert 'data-href="/search?q=chrI"' in text
    with seen_by(ROOT, held) as browser:
        assert "<script" not in browser.get("/search/suggestions?q=<script>").text
