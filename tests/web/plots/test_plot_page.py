"""The page of a plot, its scene, what is exported of it and its tables, over HTTP."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from starlette.testclient import TestClient

from app.plots.compared import fasta, random_bases
from app.plots.drawn import drawn_plot
from holdfast.accounts.people import Person, Scope
from holdfast.app.container import Container
from holdfast.app.plots.folders import ALIGNMENT_FILE, PLOT_FILE, SCENE_FILE
from holdfast.app.plots.marks import PlotMark, PlotVisibility, forget_marks, mark_plot
from holdfast.base.digests import file_sha256
from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.drawing import Drawing, draw
from holdfast.dotplots.genome import read_genome
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.matches import matches_of
from holdfast.dotplots.scene import KEY, write_scene
from holdfast.dotplots.small import Small
from holdfast.formats.paf import read_paf
from holdfast.formats.residues import reverse_complement
from holdfast.settings import Settings
from holdfast.web.application import application
from holdfast.web.plots.exports import drawing

SCRIPT = {"Accept": "application/json"}
DRAWING = Drawing(order=Order.INPUT, small=Small.SHOW)
PAF = """
a 3000 100 1100 + one 3000 200 1200 990 1000 60 tp:A:P
b 1000 0 900 - two 2000 50 950 880 900 60 tp:A:P
a 3000 2000 2100 + two 2000 1900 2000 80 100 60 tp:A:S
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seen")


@pytest.fixture(scope="module")
def container(place: Path) -> Container:
    """A home with one plot in it."""
    tmp_path = place
    container = Container(Settings(home=tmp_path / "home"))
    target = fasta(tmp_path / "t.fa", one=random_bases(3000, 1), two=random_bases(2000, 2))
    query = fasta(tmp_path / "q.fa", a=random_bases(3000, 3), b=random_bases(1000, 4))
    genomes = read_genome(target), read_genome(query)
    folder = drawn_plot(container, "seen", *genomes, PAF, drawing=DRAWING)
    matches = matches_of(read_paf(folder / ALIGNMENT_FILE), *genomes)
    drawn = draw(DRAWING, "q & t", genomes, matches, AlignerNote("hand", "1", "", ""))
    with (folder / SCENE_FILE).open("wb") as file:
        write_scene(drawn.scene, file)
    document = json.loads((folder / PLOT_FILE).read_text())
    document["files"] = {SCENE_FILE: file_sha256(folder / SCENE_FILE)}
    document["matches"] = {"drawn": 3}
    document["title"] = "q & <t>"
    document["query"]["provenance"] = {"path": str(query), "file": "q.fa"}
    (folder / PLOT_FILE).write_text(json.dumps(document))
    return container


@pytest.fixture(scope="module")
def client(container: Container) -> Iterator[TestClient]:
    with TestClient(application(container), base_url="http://localhost") as client:
        yield client


def scene_of(client: TestClient, question: str = "") -> pa.Table:
    answer = client.get(f"/plots/seen/scene{question}")
    assert answer.status_code == 200, answer.text
    return pa.ipc.open_stream(answer.content).read_all()


def contigs(table: pa.Table, side: str) -> list[tuple[str, bool]]:
    axis = json.loads(table.schema.metadata[KEY])[side]
    return [(contig["name"], contig["reversed"]) for contig in axis["contigs"]]


def test_the_page_names_the_plot_and_where_its_scene_is(client: TestClient) -> None:
    answer = client.get("/plots/seen")
    assert "<h1>q &amp; &lt;t&gt;</h1>" in answer.text
    assert 'data-order="input"' in answer.text
    assert "style=" not in answer.text
    assert "<script>" not in answer.text
    address = answer.text.partition('data-scene="')[2].partition('"')[0]
    scene = client.get(address)
    assert "immutable" in scene.headers["cache-control"]
    assert "immutable" not in client.get("/plots/seen/scene").headers["cache-control"]
    again = client.get(address, headers={"If-None-Match": scene.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_scene_is_packed_as_the_browser_takes_it(client: TestClient) -> None:
    plain = client.get("/plots/seen/scene", headers={"Accept-Encoding": "identity"})
    assert int(plain.headers["x-scene-size"]) > 0
    with client.stream("GET", "/plots/seen/scene", headers={"Accept-Encoding": "zstd"}) as sent:
        assert sent.headers["content-encoding"] == "zstd"
        packed = b"".join(sent.iter_raw())
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed) == plain.content
    with client.stream("GET", "/plots/seen/scene", headers={"Accept-Encoding": "gzip"}) as sent:
        assert gzip.decompress(b"".join(sent.iter_raw())) == plain.content


def test_a_plot_is_drawn_anew_as_asked_and_the_plot_stays(client: TestClient) -> None:
    assert contigs(scene_of(client), "query") == [("a", False), ("b", False)]
    anew = scene_of(client, "?order=chain")
    assert contigs(anew, "query") == [("a", False), ("b", True)]
    other = scene_of(client, "?order=chain&side=target")
    assert contigs(other, "target") == [("one", False), ("two", True)]
    assert contigs(scene_of(client), "query") == [("a", False), ("b", False)]
    tags = {client.get(f"/plots/seen/scene{q}").headers["etag"] for q in ("", "?order=chain")}
    assert len(tags) == 2


def test_what_is_seen_is_exported_by_the_words_of_its_link(client: TestClient) -> None:
    base = "/plots/seen/export"
    rows = client.get(f"{base}/view.tsv?x=3000,5000&y=0,4000&length=200").text.splitlines()
    assert [row.split("\t")[3] for row in rows] == ["query", "b"]
    lines = client.get(f"{base}/view.paf?x=3000,5000&y=0,4000").text.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["b", "a"]
    hidden = client.get(f"{base}/view.paf?hidden=y0&drawn-by=chain").text
    assert hidden.split("\t")[0] == "b"
    picture = client.get(f"{base}/view.png?size=400x300px&dpi=60&theme=dark&axes=swapped")
    assert picture.content.startswith(b"\x89PNG")
    assert picture.headers["content-disposition"] == 'attachment; filename="q-t.png"'


def test_the_query_is_written_in_the_order_seen(client: TestClient) -> None:
    a, b = random_bases(3000, 3), random_bases(1000, 4)
    turned = reverse_complement(b.encode()).decode()
    text = client.get("/plots/seen/export/query.fa?query-order=name&turned=y1&hidden=y0").text
    records = text.replace("\n", "").split(">")[1:]
    assert records == [f"b{turned}", f"a{a}"]
    packed = client.get("/plots/seen/export/query.fa.gz?joined=yes")
    joined = gzip.decompress(packed.content).decode().replace("\n", "")
    assert joined == f">one{a}>two{turned}"


def test_the_whole_plot_is_given_without_paths_of_the_machine(
    client: TestClient, place: Path
) -> None:
    assert client.get("/plots/seen/export/plot.paf").text.count("\n") == 3
    told = client.get("/plots/seen/export/plot.json")
    assert str(place) not in told.text
    assert told.json()["query"]["provenance"] == {"file": "q.fa"}
    assert client.get("/plots/seen/export/backup.tar.gz").content.startswith(b"\x1f\x8b")
    left = [each.name for each in (place / "home" / "plots").iterdir()]
    assert left == ["seen"]


def test_tables_are_told_as_json_and_as_text(client: TestClient) -> None:
    base = "/plots/seen/tables"
    summary = client.get(f"{base}/summary?limits=90,95").json()
    assert [each["least"] for each in summary["target"]["identity"]["classes"]] == [0.0, 0.9, 0.95]
    best = client.get(f"{base}/associations").json()
    assert [(row["contig"], row["best"]["other"]) for row in best["associations"]] == [
        ("a", "one"),
        ("b", "two"),
    ]
    assert client.get(f"{base}/associations?dgenies=yes").text.startswith("Query\tTarget\tStrand")
    assert client.get(f"{base}/coverage?side=query&tsv=yes").text.count("\n") == 3
    assert client.get(f"{base}/unmatched?side=target").text == ""


def test_programs_ask_the_api_for_the_same_tables(client: TestClient) -> None:
    base = "/api/v1/plots/seen"
    summary = client.get(f"{base}/summary?limits=0.9&limits=0.95").json()
    assert [each["least"] for each in summary["query"]["identity"]["classes"]] == [0.0, 0.9, 0.95]
    best = client.get(f"{base}/associations?side=target").json()
    assert (best["side"], best["associations"][0]["best"]["other"]) == ("target", "a")
    assert len(client.get(f"{base}/coverage").json()["contigs"]) == 2
    told = client.get(f"{base}/structure?least=50&kind=inversion").json()
    assert {each["kind"] for each in told["differences"]} <= {"inversion"}
    assert client.get(f"{base}/coverage?side=up").status_code == 422
    assert client.get(f"{base}/summary?limits=nan").status_code == 400


def test_who_would_wait_long_for_a_picture_is_told_to_come_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.web.plots.exports.PATIENCE", 0.01)
    with drawing():
        answer = client.get("/plots/seen/export/view.png", headers=SCRIPT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert client.get("/plots/seen/tables/summary.svg").content.startswith(b"<?xml")
    assert client.get("/plots/seen/tables/summary.gif", headers=SCRIPT).status_code == 404


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("none/scene", 404, "there is no plot 'none'"),
        ("seen/scene?order=mood", 400, "'mood' is not order"),
        ("seen/export/view.gif", 404, "what is seen is no 'gif'"),
        ("seen/export/view.png?size=large", 400, "no size"),
        ("seen/export/view.png?size=1900x1900mm&dpi=600", 400, "pixels"),
        ("seen/export/view.png?x=9e9,9.1e9&y=0,1", 400, "nothing of t is in view"),
        ("seen/export/view.paf?identity=many", 400, "makes no sense"),
        ("seen/tables/coverage?side=up", 400, "no side"),
        ("seen/tables/summary?limits=9,1", 400, "classes of identity"),
    ],
)
def test_what_cannot_be_answered_is_said(
    client: TestClient, address: str, status: int, said: str
) -> None:
    answer = client.get(f"/plots/{address}", headers=SCRIPT)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


PARTS = (
    *("", "/scene", "/picture.png", "/export/view.tsv", "/export/query.fa", "/export/plot.html"),
    *("/export/plot.paf", "/export/plot.json", "/export/backup.tar.gz", "/tables/summary"),
    *("/tables/associations", "/tables/coverage", "/tables/unmatched"),
)


def test_a_private_plot_is_not_told_to_exist(
    container: Container, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_plot(container, "seen", PlotMark("ann", PlotVisibility.PRIVATE))
    asking = Person("bob", scopes=frozenset(Scope))
    monkeypatch.setattr("holdfast.web.site.person_asking", lambda _: asking)
    told = {client.get(f"/plots/seen{part}", headers=SCRIPT).status_code for part in PARTS}
    for part in ("summary", "associations", "coverage", "structure"):
        told.add(client.get(f"/api/v1/plots/seen/{part}").status_code)
    assert told == {404}
    asking = Person("ann", scopes=frozenset(Scope))
    assert client.get("/plots/seen/scene").status_code == 200
    forget_marks(container, ["seen"])
