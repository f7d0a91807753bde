"""An alignment that was made elsewhere becomes a plot, or is refused with a sentence."""

import gzip
import io
import json
import os
import sys
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer
from app.plots.given import PAF, QUERY, TARGET
from holdfast.app.plots import importing
from holdfast.app.plots.backup import write_backup
from holdfast.app.plots.folders import Plot, list_plots
from holdfast.app.plots.importing import Importing, import_alignment
from holdfast.app.plots.opened import open_plot
from holdfast.app.tasks import draw, take
from holdfast.base.digests import sha512t24u
from holdfast.base.locks import exclusive
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.layout.choosing import Order
from holdfast.errors import FormatError, PlotError, UsageError
from holdfast.formats.contig_index import read_index
from holdfast.sequences import Origin

Import = Callable[..., Plot]


pytestmark = pytest.mark.usefixtures("_quick_drawing")


@pytest.fixture
def imported(container: QuickContainer, tmp_path: Path) -> Import:
    """Imports what it is given: texts become files of the names they are given by."""

    def import_(alignment: str = PAF, *, ending: str = "paf", **options: object) -> Plot:
        file = tmp_path / f"map.{ending}"
        file.write_text(alignment)
        for side in ("target", "query"):
            content = options.get(side)
            if isinstance(content, str) and "\n" in content:
                options[side] = str(tmp_path / f"{side}.idx")
                (tmp_path / f"{side}.idx").write_text(content)
        return import_alignment(container, Importing(str(file), **options))  # type: ignore[arg-type]  # as tests name them

    return import_


def contigs(plot: Plot, side: str) -> list[tuple[str, int]]:
    document = json.loads((plot.folder / "plot.json").read_text())
    return [(each["name"], each["length"]) for each in document[side]["contigs"]]


def layout(plot: Plot, side: str) -> dict[str, list[str]]:
    document: dict = json.loads((plot.folder / "plot.json").read_text())
    return document["layout"][side]  # type: ignore[no-any-return]  # as JSON has it


# -- what is taken ---------------------------------------------------------------------------------


def test_without_genomes_the_contigs_are_those_the_alignment_names_in_its_order(
    imported: Import,
) -> None:
    plot = imported()
    assert (plot.name, plot.title, plot.matches) == ("map", "map", 2)
    assert contigs(plot, "query") == [("b", 900), ("a", 1100)]
    assert contigs(plot, "target") == [("one", 2000)]
    assert (plot.folder / "alignment.paf").read_text() == PAF
    assert plot.aligner.startswith("imported paf")


def test_with_indexes_contigs_without_a_match_are_there_too(imported: Import) -> None:
    plot = imported(target=TARGET, query=QUERY)
    assert (plot.name, plot.title) == ("cue-against-tee", "cue against tee")
    assert contigs(plot, "query") == [("a", 1100), ("b", 900), ("c", 70)]
    assert layout(plot, "query") == {"contigs": ["a", "b", "c"], "reversed": ["b"]}


def test_the_alignment_is_kept_as_it_was_given_byte_for_byte(
    imported: Import, container: QuickContainer, tmp_path: Path
) -> None:
    odd = PAF.replace("60\tde", "60\tzz:Z:mine\tde").removesuffix("\n")
    plain = imported(odd, name="plain")
    packed = tmp_path / "other.paf.gz"
    packed.write_bytes(gzip.compress(odd.encode()))
    zipped = import_alignment(container, Importing(str(packed), name="zipped"))
    for plot in (plain, zipped):
        assert (plot.folder / "alignment.paf").read_text() == odd


def test_a_plot_that_is_given_away_says_how_it_came_to_be_and_no_path_of_this_machine(
    imported: Import, tmp_path: Path
) -> None:
    plot = imported(target=TARGET)
    assert plot.command == "holdfast plot import map.paf --target target.idx"
    for name in ("scene.arrow", "plot.html", "alignment.paf"):
        assert str(tmp_path).encode() not in (plot.folder / name).read_bytes(), name


def test_a_url_is_fetched_and_its_password_is_forgotten(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"map.paf.gz": gzip.compress(PAF.encode()), "q.idx": QUERY.encode()})
    url = databank.url.replace("://", "://me:secret@")
    plot = import_alignment(container, Importing(f"{url}1/map.paf.gz", query=f"{url}1/q.idx"))
    assert (plot.title, plot.matches, plot.query.contigs) == ("map", 2, 3)
    assert plot.command.startswith(f"holdfast plot import {databank.url}1/map.paf.gz --query ")
    assert b"secret" not in (plot.folder / "plot.json").read_bytes()
    assert list((container.settings.home / "incoming").iterdir()) == []


def test_fasta_files_and_fai_indexes_name_genomes_too(
    imported: Import, container: QuickContainer, tmp_path: Path
) -> None:
    fasta = tmp_path / "new.fa.gz"
    fasta.write_bytes(gzip.compress(b">a\n" + b"A" * 1100 + b"\n>b\n" + b"C" * 900 + b"\n"))
    fai = tmp_path / "old.fa.fai"
    fai.write_text("one\t2000\t5\t60\t61\n")
    plot = imported(target=str(fai), query=str(fasta))
    assert plot.title == "new against old"
    digests = [contig.digest for contig in open_plot(container, plot.name).query.contigs]
    assert all(digest is not None and digest.startswith("SQ.") for digest in digests)


def test_a_collection_of_the_store_is_a_genome_of_an_alignment(
    imported: Import, container: QuickContainer, tmp_path: Path
) -> None:
    fasta = tmp_path / "old.fa"
    fasta.write_text(f">one\n{'ACGT' * 500}\n>two\nGATTACA\n")
    with container.store_made_if_absent() as store:
        store.load(fasta, "x", collection="x:1:old.fa", origin=Origin(file="old.fa"))
        container.__dict__.pop("store", None)
    plot = imported(target="x:1:old.fa")
    assert contigs(plot, "target") == [("one", 2000), ("two", 7)]
    opened = open_plot(container, plot.name)
    assert opened.target.name == "old"
    assert opened.document["target"]["provenance"]["collection"] == "x:1:old.fa"
    assert opened.target.contigs[1].digest == "SQ." + sha512t24u(b"GATTACA")


def test_a_query_that_nobody_names_is_the_target_if_it_has_all_its_contigs(
    imported: Import,
) -> None:
    both = "tee\na\t1100\nb\t900\none\t2000\nleft\t5\n"
    plot = imported(target=both)
    assert contigs(plot, "query") == contigs(plot, "target")
    assert plot.query.name == "tee"


def test_what_comes_by_a_pipe_is_taken_and_leaves_nothing_behind(
    container: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = io.TextIOWrapper(io.BytesIO(gzip.compress(PAF.encode())))
    monkeypatch.setattr(sys, "stdin", piped)
    plot = import_alignment(container, Importing("-"))
    assert (plot.name, plot.matches) == ("standard-input", 2)
    assert [each for each in plot.folder.parent.iterdir() if "tmp" in each.name] == []


def test_a_pipe_with_a_name_is_taken_too(container: QuickContainer, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as writer:
        writer.submit(pipe.write_text, PAF)
        assert import_alignment(container, Importing(str(pipe))).matches == 2


def test_what_a_killed_import_left_is_removed_by_the_next_one_and_what_is_in_use_is_not(
    container: QuickContainer, tmp_path: Path
) -> None:
    members = {"map.paf": PAF, "target.idx": TARGET, "query.idx": QUERY}
    wish = Importing(str(tar(tmp_path / "b.tar", **members)))
    plots = container.settings.plots
    (plots / ".locks").mkdir(parents=True)
    for name in (".tmp-given-dead", ".tmp-given-alive"):
        (plots / name).mkdir()
    with exclusive(plots / ".locks" / ".tmp-given-alive.lock"):
        import_alignment(container, wish)
    assert [each.name for each in plots.glob(".tmp-*")] == [".tmp-given-alive"]
    import_alignment(container, replace(wish, name="again"))
    assert list(plots.glob(".tmp-*")) == []
    assert list(plots.glob(".locks/*given-*")) == [plots / ".locks" / ".tmp-given-.lock"]


def test_another_format_is_turned_into_paf(imported: Import, real_data: Path) -> None:
    maf = (real_data / "dotplots" / "parsers" / "in.maf").read_text()
    plot = imported(maf, ending="maf")
    assert plot.aligner.startswith("imported maf")
    line = (plot.folder / "alignment.paf").read_text().splitlines()[1].split("\t")
    assert line[:9] == ["q2", "400", "383", "395", "-", "c2", "500", "0", "10"]


def test_lengths_that_a_format_lacks_come_from_the_genomes(imported: Import) -> None:
    table = "a\tone\t99.0\t500\t5\t0\t1\t500\t101\t600\t0.0\t900\n"
    plot = imported(table, ending="blast6", target=TARGET, query=QUERY, format="blast6")
    assert plot.matches == 1
    assert contigs(plot, "query")[0] == ("a", 1100)


@pytest.mark.parametrize("genomes", [{}, {"target": TARGET, "query": QUERY}])
def test_an_empty_alignment_is_an_empty_plot(imported: Import, genomes: dict) -> None:
    plot = imported("", **genomes)
    assert (plot.matches, plot.identity) == (0, None)
    assert contigs(plot, "query") == ([] if not genomes else [("a", 1100), ("b", 900), ("c", 70)])


def test_the_same_question_again_gives_the_same_plot(imported: Import) -> None:
    first = {each.name: each.read_bytes() for each in imported().folder.iterdir()}
    second = {each.name: each.read_bytes() for each in imported().folder.iterdir()}
    for files in (first, second):
        files.pop("plot.json")
    assert first == second


def test_a_large_alignment_is_drawn_by_a_job_of_its_own(
    imported: Import, container: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(name="small")
    assert container.executor.started == ["take"]
    monkeypatch.setattr(importing, "SMALL", 10)
    imported(name="large")
    assert container.executor.started == ["take", "take", "draw"]


def test_what_was_taken_is_not_taken_again(
    imported: Import, container: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(draw, "pictures", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imported()
    with monkeypatch.context() as broken:
        broken.setattr(take, "read_paf", lambda *_: 1 / 0)
        assert imported().matches == 2


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alignment", "genomes", "sentence"),
    [
        (PAF, {"target": QUERY, "query": TARGET}, "target and query are swapped"),
        (PAF, {"target": QUERY}, "cue is its query by the names"),
        (PAF, {"query": "cue\na\t1100\n"}, r"map\.paf:1: .*query contig 'b', which cue lacks"),
        (PAF, {"query": "cue\nb\t900\na\t7\n"}, r"map\.paf:2: .*'a' has 1,100 .* and 7 in cue"),
        (PAF, {"target": "tee\nzz\t2000\n"}, r"map\.paf:1: .*target contig 'one', which tee"),
        (PAF.replace("1800", "2001"), {}, r"map\.paf:1: the target interval ends beyond"),
        (PAF + "half a line", {}, r"map\.paf:3: "),
        (PAF + PAF.replace("\t900", "\t901"), {}, r"map\.paf:3: the query has another length"),
        ("what is this\n", {}, r"map\.paf"),
    ],
)
def test_an_alignment_of_something_else_is_told_with_file_and_line(
    imported: Import, container: QuickContainer, alignment: str, genomes: dict, sentence: str
) -> None:
    with pytest.raises(PlotError, match=sentence):
        imported(alignment, **genomes)
    assert [each.name for each in container.settings.plots.iterdir()] == [".locks"]


@pytest.mark.parametrize(
    ("genomes", "sentence"),
    [
        ({"target": "tee\none\t2000\none\t3\n"}, r"target\.idx:3: a second contig is called one"),
        ({"target": "tee\none\tmany\n"}, r"target\.idx:2: "),
        ({"query": "a\t100\n"}, r"query\.idx:1: "),
    ],
)
def test_an_index_that_is_none_is_told_with_file_and_line(
    imported: Import, container: QuickContainer, genomes: dict, sentence: str
) -> None:
    with pytest.raises(FormatError, match=sentence):
        imported(**genomes)
    assert container.executor.started == []


def test_two_sequences_of_one_name_are_told(imported: Import, tmp_path: Path) -> None:
    fasta = tmp_path / "twice.fa"
    fasta.write_text(">a\nACGT\n>a\nACGT\n")
    with pytest.raises(PlotError, match=r"twice\.fa:3: a second sequence is called a"):
        imported(query=str(fasta))


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Importing("nothing.paf"), "is not a file"),
        (Importing("."), "is a folder"),
        (Importing("{paf}", format="pfa"), "did you mean paf"),
        (Importing("{paf}", target="nobody"), "is not a file"),
        (Importing("{paf}", name="../up"), "cannot be the name"),
        (Importing("{paf}", output=Path("{folder}")), "is not a plot"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(
    container: QuickContainer, tmp_path: Path, wish: Importing, sentence: str
) -> None:
    file = tmp_path / "map.paf"
    file.write_text(PAF)
    named = wish.alignment.format(paf=file)
    output = wish.output and tmp_path
    options = {key: getattr(wish, key) for key in ("target", "format", "name")}
    with pytest.raises(UsageError, match=sentence):
        import_alignment(container, Importing(named, output=output, **options))
    assert container.executor.started == []


# -- backups ---------------------------------------------------------------------------------------


def tar(file: Path, **members: str) -> Path:
    with tarfile.open(file, "w:gz" if file.suffix == ".gz" else "w") as archive:
        for name, content in members.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content.encode()))
    return file


@pytest.mark.parametrize(("ending", "start"), [("tar", ""), ("tar.gz", "./")])
def test_a_backup_is_imported_by_itself(
    container: QuickContainer, tmp_path: Path, ending: str, start: str
) -> None:
    members = {"map.paf": PAF, "target.idx": TARGET, "query.idx": QUERY, "logs.txt": "it went well"}
    file = tar(tmp_path / f"b.{ending}", **{start + name: text for name, text in members.items()})
    plot = import_alignment(container, Importing(str(file)))
    assert (plot.name, plot.matches) == ("cue-against-tee", 2)
    assert contigs(plot, "target") == [("one", 2000), ("two", 50)]
    assert layout(plot, "query")["reversed"] == ["b"]  # laid out by us: it says nothing of that
    assert [each for each in plot.folder.parent.iterdir() if "tmp" in each.name] == []


def test_a_backup_that_says_how_it_was_drawn_is_drawn_so(
    container: QuickContainer, tmp_path: Path
) -> None:
    query = "cue\nc\t70\t0\nb\t900\t0\na\t1100\t1\n"
    file = tar(tmp_path / "b.tar", **{"map.paf": PAF, "target.idx": TARGET, "query.idx": query})
    plot = import_alignment(container, Importing(str(file), name="kept"))
    assert layout(plot, "query") == {"contigs": ["c", "b", "a"], "reversed": ["a"]}
    assert layout(plot, "target") == {"contigs": ["one", "two"], "reversed": []}
    other = Importing(
        str(file), name="ours", keep_layout=False, drawing=Drawing(order=Order.REFERENCE)
    )
    assert layout(import_alignment(container, other), "query")["contigs"] == ["a", "b", "c"]


def test_an_index_that_says_how_contigs_are_drawn_tells_of_its_own_side(imported: Import) -> None:
    plot = imported(query="cue\nb\t900\t1\nc\t70\t0\na\t1100\t0\n")
    assert layout(plot, "query") == {"contigs": ["b", "c", "a"], "reversed": ["b"]}
    assert layout(plot, "target") == {"contigs": ["one"], "reversed": []}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"map.paf": PAF, "target.idx": TARGET}, "it lacks query.idx"),
        ({"map.paf": PAF, "target.idx": TARGET, "query.idx": QUERY, "x": ""}, "it holds 'x'"),
        ({"map.paf": PAF, "target.idx": TARGET, "query.idx": QUERY, "../x": ""}, r"\.\./x"),
        ({"map.paf": PAF, "target.idx": TARGET, "query.idx": "cue\na\n"}, "query.idx:2"),
        ({"map.paf": PAF, "target.idx": QUERY, "query.idx": TARGET}, "are swapped"),
        ({"map.paf": PAF[:40], "target.idx": TARGET, "query.idx": QUERY}, r"map\.paf:1"),
    ],
)
def test_a_backup_that_is_none_leaves_nothing_behind(
    container: QuickContainer, tmp_path: Path, members: dict[str, str], sentence: str
) -> None:
    file = tar(tmp_path / "b.tar.gz", **members)
    with pytest.raises((FormatError, PlotError, UsageError), match=sentence):
        import_alignment(container, Importing(str(file)))
    assert list_plots(container) == ()
    assert list(container.settings.plots.glob(".tmp-given-*")) == []
    assert not (tmp_path / "x").exists()


def test_a_backup_has_its_own_genomes(container: QuickContainer, tmp_path: Path) -> None:
    members = {"map.paf": PAF, "target.idx": TARGET, "query.idx": QUERY}
    file = tar(tmp_path / "b.tar", **members)
    with pytest.raises(UsageError, match="leave target, query and format out"):
        import_alignment(container, Importing(str(file), target=str(file)))


@pytest.mark.parametrize("case", ["toy", "orientation"])
def test_a_plot_goes_into_a_backup_and_comes_back_the_same(
    container: QuickContainer, real_data: Path, tmp_path: Path, case: str
) -> None:
    folder = real_data / "dotplots" / case / "in"
    sides = {side: str(folder / f"{side}.idx") for side in ("target", "query")}
    first = import_alignment(container, Importing(str(folder / "raw.paf"), name="first", **sides))
    file = write_backup(open_plot(container, "first"), tmp_path / "b.tar.gz")
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["map.paf", "target.idx", "query.idx"]
        archive.extractall(tmp_path / "inside", filter="data")
    for side, index in sides.items():
        assert read_index(tmp_path / "inside" / f"{side}.idx") == read_index(Path(index))
    assert (tmp_path / "inside" / "map.paf").read_bytes() == (folder / "raw.paf").read_bytes()
    second = import_alignment(container, Importing(str(file), name="second"))
    assert (second.title, second.matches) == (first.title, first.matches)
    assert layout(second, "query") == layout(first, "query")
    assert write_backup(open_plot(container, "second"), tmp_path / "c.tar.gz").read_bytes() == (
        file.read_bytes()
    )


@pytest.mark.parametrize("side", ["query", "target"])
def test_the_golden_errors_are_told(container: QuickContainer, real_data: Path, side: str) -> None:
    folder = real_data / "dotplots" / f"err_unknown_{side}" / "in"
    sides = {each: str(folder / f"{each}.idx") for each in ("target", "query")}
    told = (folder.parent / "out" / "error.txt").read_text().split()[-1]
    with pytest.raises(PlotError, match=f"the {side} contig '{told}'"):
        import_alignment(container, Importing(str(folder / "raw.paf"), **sides))
