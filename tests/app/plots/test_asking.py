"""People of the web name what they may, get plots of their own, and reach no file of the server."""

import json
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from holdfast.accounts.people import GUEST, Person
from holdfast.app.banks.held.holding import reindex
from holdfast.app.container import Container
from holdfast.app.errands import starting
from holdfast.app.errands.wishes import Compare, ImportAlignment, read
from holdfast.app.plots.asking import (
    ask_batch,
    ask_comparison,
    ask_import,
    look_at_batch,
    usual_visibility,
)
from holdfast.app.plots.compare import Comparison
from holdfast.app.plots.genomes import find_genome
from holdfast.app.plots.importing import Importing
from holdfast.app.plots.marks import PlotVisibility, mark_of, marks
from holdfast.app.plots.naming_outside import genome_named, label_of, suggestions, title_of
from holdfast.app.plots.receiving import complete, receiving
from holdfast.app.plots.uploads import Upload, begin_upload
from holdfast.app.sequences.load import load_sequences
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import Marks
from holdfast.errors import HoldfastError, PlotForbidden, TooMuch, UsageError
from holdfast.settings import Settings

ANNA, BORIS = Person("anna"), Person("boris")


@pytest.fixture(autouse=True)
def _none_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_start", lambda *_: None)


@pytest.fixture
def anna(container: QuickContainer) -> Container:
    return container.asked_by(ANNA)


def sent(container: Container, name: str, content: bytes = b">a\nACGT\n") -> Upload:
    begun = begin_upload(container, name, len(content))
    with receiving(container, begun.id, 0) as file:
        file.write(content)
    return complete(container, begun.id)


def test_no_path_of_the_server_names_a_genome(anna: Container, home: Path) -> None:
    secret = home / "secret.fa"
    secret.write_text(">a\nACGT\n")
    for given in (
        str(secret),
        "secret.fa",
        "../secret.fa",
        f"file://{secret}",
        f"list+file://{secret}",
        "/etc/passwd",
        "/dev/stdin",
        "-",
        "",
        f"upload:../../../{secret.name}",
        "example:../../secret",
        "a\nb",
    ):
        with pytest.raises(HoldfastError):
            genome_named(anna, given)
        with pytest.raises(HoldfastError):
            ask_comparison(anna, Comparison(given))
        with pytest.raises(HoldfastError):
            ask_import(anna, Importing(given))
    assert marks(anna) == {}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://localhost/a.fa", "no public address"),
        ("http://169.254.169.254/latest/meta-data", "no public address"),
        ("http://[::1]/a.fa", "no public address"),
        ("http://10.0.0.1/a.fa", "no public address"),
        ("https://me:secret@example.org/a.fa", "user name or password"),
        ("gopher://example.org/a.fa", "cannot be fetched"),
        ("http://", "cannot be fetched"),
        ("http://[x/a.fa", "no URL"),
    ],
)
def test_a_url_that_leads_inside_is_refused_at_once(
    anna: Container, monkeypatch: pytest.MonkeyPatch, url: str, why: str
) -> None:
    monkeypatch.setenv("HOLDFAST_PRIVATE_NETWORKS", "")
    with Container(Settings.read()) as strict, pytest.raises(UsageError, match=why):
        genome_named(strict.asked_by(ANNA), url)


def test_what_may_be_named_is_named_so_that_it_stays(anna: Container, home: Path) -> None:
    (home / "a.fa").write_text(">one\nACGTACGT\n")
    load_sequences(anna, [str(home / "a.fa")], "here", "my yeast")
    digest = anna.store.collection("my yeast").digest
    assert genome_named(anna, " my yeast ").given == digest
    assert label_of(anna, digest) == "my yeast"
    one = genome_named(anna, "here:one")
    assert (one.given, one.bases) == ("here:one", 8)
    assert find_genome(anna, "here:one").fasta(anna, home, "target").read_bytes() == (
        b">one\nACGTACGT\n"
    )
    assert genome_named(anna, "https://example.org/x/y.fa.gz").label == "y.fa.gz"
    assert genome_named(anna, "example://ancestor").given == "example:ancestor"
    upload = sent(anna, "mine.fa.gz")
    assert genome_named(anna, upload.given).label == "mine.fa.gz"
    with pytest.raises(UsageError, match="not here"):
        genome_named(anna.asked_by(BORIS), upload.given)
    assert [title_of(each) for each in ("a b.fa.gz", "y:current:flat/s.fa", "x")] == [
        "a b",
        "s",
        "x",
    ]
    found = {each.given: each.kind for each in suggestions(anna, "")}
    assert found == {
        upload.given: "upload",
        "example:ancestor": "example",
        "example:descendant": "example",
        "my yeast": "collection",
    }
    assert [each.given for each in suggestions(anna, "yeast MY")] == ["my yeast"]
    assert [each.kind for each in suggestions(anna, "here:one")] == ["sequence"]


def test_a_comparison_gets_a_name_a_mark_and_an_errand(anna: Container) -> None:
    asked = Comparison("example:ancestor", "example:descendant")
    names = []
    for _ in range(2):
        errand = ask_comparison(anna, asked, PlotVisibility.LINK)
        names.append(errand.about)
        assert errand.title == "descendant against ancestor"
    assert names == ["descendant-against-ancestor", "descendant-against-ancestor-2"]
    mark = mark_of(anna, names[0])
    assert (mark.owner, mark.visibility, mark.created_by) == ("anna", PlotVisibility.LINK, "anna")
    wish = read(errand.kind, json.dumps(dict(errand.words)))
    assert isinstance(wish, Compare)
    assert wish.comparison.name == names[1]


def test_what_makes_no_sense_is_told_and_leaves_nothing(anna: Container) -> None:
    for asked in (
        Comparison("example:ancestor", aligner="none"),
        Comparison("example:ancestor", options=("x:y",)),
        Comparison("example:ancestor", cores=0),
        Comparison("example:ancestor", name="../x"),
        Comparison("example:nothing"),
    ):
        with pytest.raises(HoldfastError):
            ask_comparison(anna, asked)
    assert marks(anna) == {}


def test_a_genome_that_is_too_large_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_GENOME_LIMIT_ALONE", "100")
    with Container(Settings.read()) as container:
        anna = container.asked_by(ANNA)
        with pytest.raises(TooMuch, match="with itself here, where 100"):
            ask_comparison(anna, Comparison("example:ancestor"))
        ask_comparison(anna, Comparison("example:ancestor", "example:descendant"))


def test_guests_may_only_where_the_setting_says(
    container: QuickContainer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Comparison("example:ancestor", name="mine")
    with pytest.raises(PlotForbidden, match="sign in"):
        ask_comparison(container.asked_by(GUEST), asked)
    monkeypatch.setenv("HOLDFAST_GUESTS_MAY_COMPARE", "yes")
    with Container(Settings.read()) as generous:
        guest = generous.asked_by(GUEST)
        name = ask_comparison(guest, asked, PlotVisibility.PUBLIC).about
        assert name.startswith("mine-")
        assert len(name) == len("mine-") + 16  # which nobody guesses
        assert mark_of(generous, name).visibility is PlotVisibility.LINK


def test_a_plot_is_everybodys_on_an_open_server_and_ones_own_with_accounts(
    anna: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert usual_visibility(anna) is PlotVisibility.PUBLIC
    monkeypatch.setenv("HOLDFAST_ACCESS", "accounts")
    with Container(Settings.read()) as strict:
        assert usual_visibility(strict.asked_by(ANNA)) is PlotVisibility.PRIVATE


def test_an_alignment_is_asked_for_with_its_genomes(anna: Container) -> None:
    paf, index = sent(anna, "old.paf", b"x"), sent(anna, "new.idx", b"n\na\t4\n")
    errand = ask_import(anna, Importing(paf.given, index.given, "example:ancestor"))
    assert (errand.kind, errand.about) == ("import", "ancestor-against-new")
    wish = read("import", json.dumps(dict(errand.words)))
    assert isinstance(wish, ImportAlignment)
    assert wish.importing.alignment == paf.given
    assert ask_import(anna, Importing(paf.given)).about == "old"


BATCH = """\
# two plots
type=align target=mine.fa query=example://ancestor tool=mappy
type=plot align=old.paf name=second
"""


def test_a_batch_is_shown_line_by_line_and_begun_as_a_whole(anna: Container) -> None:
    files = [sent(anna, "mine.fa"), sent(anna, "old.paf", b"x")]
    seen = look_at_batch(anna, BATCH.encode(), files)
    assert seen.is_sound, seen.problems
    assert [(each.line, each.type, each.name) for each in seen.lines] == [
        (2, "align", "ancestor-against-mine"),
        (3, "plot", "second"),
    ]
    errand = ask_batch(anna, BATCH.encode(), files)
    assert (errand.kind, errand.title) == ("batch", "Make 2 plots")
    assert set(marks(anna)) == {"ancestor-against-mine", "second"}
    text = Path(errand.words["file"]).read_text()
    assert f'target="{files[0].given}"' in text
    assert 'name="second"' in text


def test_each_problem_of_a_batch_has_its_line(anna: Container, home: Path) -> None:
    (home / "secret.fa").write_text(">a\nA\n")
    wrong = f"""\
type=align target={home}/secret.fa
type=align target=example://ancestor tool=none
nonsense
type=plot align=missing.paf
type=align target=example://ancestor order=sideways
"""
    seen = look_at_batch(anna, wrong.encode())
    assert not seen.is_sound
    assert [each.line for each in seen.problems] == [1, 2, 3, 4, 5]
    assert "nothing that is known here" in seen.problems[0].sentence
    assert [len(each.problems) for each in seen.lines] == [1, 1, 1, 1]
    with pytest.raises(UsageError, match="nothing was begun; line 1: target"):
        ask_batch(anna, wrong.encode())
    assert marks(anna) == {}


def test_a_batch_asks_for_no_more_plots_than_the_setting_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_BATCH_PLOTS", "1")
    text = b"type=align target=example:ancestor\n\ntype=align target=example:descendant\n"
    with Container(Settings.read()) as container:
        (problem,) = look_at_batch(container.asked_by(ANNA), text).problems
    assert (problem.line, problem.sentence) == (
        3,
        "a batch asks for at most 1 plot; make two of it",
    )


def test_files_of_banks_are_named_and_suggested_to_those_who_may_see_them(
    container: QuickContainer, anna: Container
) -> None:
    add_bank(container)
    add_release(container, "1", {"S288C.fa": b">a\nACGT\n", "notes.txt": b"no"}, publish=True)
    reindex(container)
    found = suggestions(anna, "x S288")
    assert [(each.given, each.kind, each.detail) for each in found] == [
        ("x:current:S288C.fa", "release", "1")
    ]
    assert suggestions(anna, "x:curr") == suggestions(anna, "x:current:S28") == found
    named = genome_named(anna, "x:current:S288C.fa")
    assert (named.given, named.label) == ("x:1:S288C.fa", "x:current:S288C.fa")
    container.catalogue.folder("x").mark(Marks(visibility=Visibility.PRIVATE, owner="boris"))
    assert suggestions(anna, "x S288") == []
    with pytest.raises(UsageError, match="nothing that is known here"):
        genome_named(anna, "x:current:S288C.fa")
    assert genome_named(anna.asked_by(BORIS), "x:1:S288C.fa").given == "x:1:S288C.fa"
