"""The page of a plot asks for alignments and bases over HTTP."""

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.plots.compared import fasta, random_bases
from app.plots.drawn import drawn_plot
from holdfast.app.container import Container
from holdfast.app.plots.folders import PLOT_FILE
from holdfast.dotplots.genome import read_genome
from holdfast.settings import Settings
from holdfast.web.application import application

SCRIPT = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("near")
    container = Container(Settings(home=folder / "home"))
    genome = fasta(folder / "a.fa", one=random_bases(3000, 1))
    contigs = read_genome(genome)
    line = "one 3000 100 200 - one 3000 1050 1160 100 110 60 cg:Z:40M10D60M"
    plot = drawn_plot(container, "near", contigs, contigs, line)
    document = json.loads((plot / PLOT_FILE).read_text())
    document["query"]["provenance"] = {"path": str(genome)}
    (plot / PLOT_FILE).write_text(json.dumps(document))
    with TestClient(application(container), base_url="http://localhost") as client:
        yield client


def test_alignments_and_bases_are_answered(client: TestClient) -> None:
    places = {"target": "one:1055-1060", "query": ["one:0-50", "one:100-3000"]}
    assert client.get("/plots/near/details", params=places).json() == {
        "alignments": [
            {
                "target": {"contig": "one", "start": 1050, "end": 1160},
                "query": {"contig": "one", "start": 100, "end": 200},
                "strand": -1,
                "cigar": "40M",
                "from": [1050, 200],
            }
        ],
        "cut": False,
    }
    words = {"side": "query", "contig": "one", "start": 10, "end": 60}
    assert client.get("/plots/near/bases", params=words).text == random_bases(3000, 1)[10:60]


def test_annotation_is_offered_and_given(client: TestClient) -> None:
    assert client.get("/plots/near/tracks").json() == {"items": []}
    answer = client.get("/plots/near/tracks/target%3Ax%3A1%3Aa%2Fb.gff3", headers=SCRIPT)
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "the plot near has no track 'target:x:1:a/b.gff3'; see what it has",
    )


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/plots/none/details", 404, "there is no plot 'none'"),
        ("/plots/near/details?target=one", 400, "'one' is not a place"),
        ("/plots/near/bases?side=target&contig=one&start=0&end=9", 404, "not in the store"),
        ("/plots/near/bases?side=query&contig=two&start=0&end=9", 404, "no contig 'two'"),
        ("/plots/near/bases?side=query&contig=one&start=9&end=0", 400, "no slice"),
        ("/plots/near/bases?side=query&contig=one&start=a&end=0", 422, "start"),
    ],
)
def test_what_cannot_be_answered_is_told_to_the_page(
    client: TestClient, address: str, status: int, said: str
) -> None:
    answer = client.get(address, headers=SCRIPT)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert said in answer.json()["detail"]
