"""Plots are asked for on pages and by programs, followed, listed, shown to others and removed."""

import io
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.plots.finished import finished
from holdfast.app.container import Container
from holdfast.app.errands import doing, errand, starting
from holdfast.app.errands.doing import do_errand
from holdfast.app.plots import making
from holdfast.app.plots.expiring import remove_expired
from holdfast.app.plots.gallery import add_exhibit
from holdfast.app.plots.marks import PlotMark, PlotVisibility, mark_of, mark_plot
from holdfast.app.plots.uploads import upload
from holdfast.app.tasks import draw
from holdfast.errors import AlignmentFailed
from holdfast.web.application import application

HTML = {"Accept": "text/html"}
PAGE = b"<html><head><title>Plot</title></head><body></body></html>"
FASTA = b">one\nACGTACGTAC\n"


@pytest.fixture(autouse=True)
def _none_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_start", lambda *_: None)


@pytest.fixture
def container(home: Path) -> Iterator[Container]:
    with Container.read() as container:
        yield container


@pytest.fixture
def client(container: Container) -> Iterator[TestClient]:
    app = application(container)
    with TestClient(app, base_url="http://127.0.0.1", headers=HTML) as client:
        yield client


def token(client: TestClient) -> str:
    """What proves that a form is ours."""
    found = re.search(r'name="csrf" content="([^"]+)"', client.get("/compare").text)
    assert found is not None
    return found[1]


def submit(client: TestClient, address: str, files: object = None, **fields: str) -> str:
    """The errand that a form asked for."""
    answer = client.post(
        address,
        data={"csrf": token(client), **fields},
        files=files,  # type: ignore[arg-type]  # as httpx takes them
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def words(container: Container, word: str) -> dict:
    return dict(errand(container, word).words)


# -- the form --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", ["genomes", "alignment", "saved", "batch"])
def test_each_way_to_a_plot_has_its_form(client: TestClient, tab: str) -> None:
    page = client.get("/compare", params={"tab": tab}).text
    assert page.count("<h1>") == 1
    assert "20.0 GB" in page  # limits are shown
    labels = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    fields = re.findall(
        r'<(?:input|select|textarea)[^>]*?id="([^"]+)"', page.replace('id="seek"', "")
    )
    assert fields
    assert set(fields) <= labels


def test_what_the_address_says_is_filled_in(client: TestClient) -> None:
    page = client.get("/compare", params={"target": "example:ancestor", "aligner": "mappy"}).text
    assert 'value="example:ancestor"' in page


def test_presets_and_options_are_those_of_the_aligner(client: TestClient) -> None:
    part = client.get("/compare/aligner", params={"aligner": "minimap2"}).text
    assert 'name="option.repeat" value="repeat:many"' in part
    assert "<h1>" not in part


def test_what_is_held_is_suggested(client: TestClient) -> None:
    part = client.get("/compare/names", params={"query": "descend"}).text
    assert '<option value="example:descendant">' in part
    assert "ancestor" not in part


def test_a_form_asks_for_a_plot_with_all_that_was_chosen(
    client: TestClient, container: Container
) -> None:
    word = submit(
        client,
        "/compare",
        **{
            "target": "example:ancestor",
            "query": "example:descendant",
            "aligner": "mappy",
            "preset": "asm5",
            "option.secondary": "secondary:keep",
            "order": "length",
            "min_length": "500",
            "hide_noise": "yes",
            "palette": "",
            "name": "mine",
            "visibility": "private",
            "cores": "1",
            "memory": "2G",
        },
    )
    asked = words(container, word)["comparison"]
    assert (asked["target"], asked["query"]) == ("example:ancestor", "example:descendant")
    assert (asked["preset"], asked["options"]) == ("asm5", ["secondary:keep"])
    assert (asked["drawing"]["order"], asked["drawing"]["min_length"]) == ("length", 500)
    assert asked["drawing"]["hide_noise"] is True
    assert (asked["cores"], asked["memory"]) == (1, 2 << 30)
    assert mark_of(container, "mine").visibility is PlotVisibility.PRIVATE
    page = client.get(f"/errands/{word}").text
    assert "descendant against ancestor" in page
    assert "waiting" in page


def test_files_come_along_with_a_form(client: TestClient, container: Container) -> None:
    files = {"target_file": ("my old.fa", FASTA), "query_file": ("", b"")}
    word = submit(client, "/compare", files)
    asked = words(container, word)["comparison"]
    sent = upload(container, asked["target"])
    assert (sent.name, sent.file.read_bytes()) == ("my old.fa", FASTA)
    assert asked["query"] is None
    assert errand(container, word).title == "my old against itself"


def test_a_form_that_cannot_be_carried_out_comes_back_as_it_was(
    client: TestClient, container: Container
) -> None:
    answer = client.post(
        "/compare",
        data={"csrf": token(client), "query": "nothing at all", "min_length": "77"},
        files={"target_file": ("old.fa", FASTA)},
    )
    assert answer.status_code == 400
    assert "nothing that is known here" in answer.text
    assert 'value="nothing at all"' in answer.text
    assert 'value="77"' in answer.text
    assert "old.fa" in answer.text  # it need not be sent again
    assert re.search(r'name="target_upload" value="upload:[\w-]{24}"', answer.text)


@pytest.mark.parametrize("target", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/a.fa"])
def test_no_file_of_the_server_and_no_private_address_is_reached(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PRIVATE_NETWORKS", "")
    with (
        Container.read() as strict,
        TestClient(application(strict), base_url="http://127.0.0.1", headers=HTML) as visitor,
    ):
        answer = visitor.post("/compare", data={"csrf": token(visitor), "target": target})
    assert answer.status_code == 400
    assert "root:" not in answer.text


def test_a_form_without_its_token_is_refused(client: TestClient) -> None:
    answer = client.post("/compare", data={"target": "example:ancestor"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"\xff\xfe=%", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_refused(client: TestClient, content: bytes, kind: str) -> None:
    headers = {"Content-Type": kind, "X-CSRF": token(client)}
    answer = client.post("/compare", content=content, headers=headers)
    assert answer.status_code in (400, 415)


def test_a_batch_is_looked_at_and_then_begun(client: TestClient, container: Container) -> None:
    text = "type=align target=mine.fa\ntype=align target=missing.fa\n"
    files = {"files_file": ("mine.fa", FASTA)}
    fields = {"csrf": token(client), "text": text, "act": "look"}
    seen = client.post("/compare/batch", data=fields, files=files).text
    assert "1 problem" in seen
    assert "missing.fa" in seen
    assert 'value="begin"' not in seen
    whole = {"csrf": token(client), "text": text.split("\n", maxsplit=1)[0], "act": "look"}
    assert "Make 1 plot<" in client.post("/compare/batch", data=whole).text
    word = submit(client, "/compare/batch", text=whole["text"], act="begin")
    assert errand(container, word).kind == "batch"


def test_a_saved_plot_is_opened(
    client: TestClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in (making, draw):
        monkeypatch.setattr(part, "template", lambda: PAGE)
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for name, text in {
            "map.paf": "q\t10\t0\t10\t+\tt\t10\t0\t10\t10\t10\t60\n",
            "target.idx": "tee\nt\t10\n",
            "query.idx": "cue\nq\t10\n",
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    files = {"alignment_file": ("saved.tar", content.getvalue())}
    word = submit(client, "/compare/saved", files)
    assert words(container, word)["importing"]["keep_layout"] is True
    assert errand(container, word).about == "saved"


# -- errands ---------------------------------------------------------------------------------------


def test_an_errand_is_followed_to_its_end(
    client: TestClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = submit(client, "/compare", target="example:ancestor", name="mine")
    finished(container, "mine")
    result = {"plot": "mine", "matches": 3, "identity": 0.5}
    monkeypatch.setattr(doing, "carry_out", lambda *_: result)
    do_errand(container, word, lambda _: None)
    with client.stream("GET", f"/errands/{word}/live") as stream:
        told = "".join(stream.iter_text())
    assert re.findall(r"event: (\w+)", told) == ["state", "progress", "log", "over"]
    assert "Open the plot" in told
    assert client.get(f"/errands/{word}/end").headers["HX-Redirect"] == "/plots/mine"
    assert "/plots/mine/picture.png" in client.get(f"/errands/{word}").text
    events = client.get(f"/api/v1/errands/{word}/events").text
    assert '"state": "done"' in events


def test_an_errand_is_stopped_and_tried_again(client: TestClient, container: Container) -> None:
    word = submit(client, "/compare", target="example:ancestor")
    proof = {"csrf": token(client)}
    client.post(f"/errands/{word}/cancel", data=proof)
    assert "Try again" in client.get(f"/errands/{word}").text
    client.post(f"/errands/{word}/again", data=proof)
    assert errand(container, word).state.value == "waiting"
    assert "ancestor against itself" in client.get("/errands").text


def test_a_failure_says_why_without_the_servers_folders(
    client: TestClient, container: Container, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        problem = "it holds no sequence; choose another file"
        raise AlignmentFailed(
            f"{home}/uploads/1/content.fa:1: {problem} (log: {home}/logs/1/a.log)"
        )

    word = submit(client, "/compare", target="example:ancestor")
    monkeypatch.setattr(doing, "carry_out", fail)
    do_errand(container, word, lambda _: None)
    page = client.get(f"/errands/{word}").text
    assert "content.fa:1: it holds no sequence" in page.lower()
    assert str(home) not in page
    assert str(home) not in json.dumps(client.get(f"/api/v1/errands/{word}").json()["problem"])


# -- plots -----------------------------------------------------------------------------------------


def test_plots_are_listed_by_words_and_whose_they_are(
    client: TestClient, container: Container
) -> None:
    assert "No plots yet" in client.get("/plots").text
    for number in range(30):
        finished(container, f"plot-{number:02}", days=number)
    mark_plot(container, "plot-07", PlotMark(container.author, PlotVisibility.LINK))
    page = client.get("/plots").text
    assert page.count('<article class="card') == 24
    assert page.index("The plot plot-00") < page.index("The plot plot-01")
    after = re.search(r'href="(/plots\?start=24)"', page)
    assert after is not None
    assert client.get(after[1]).text.count('<article class="card') == 6
    assert client.get("/plots?q=PLOT-07").text.count('<article class="card') == 1
    mine = client.get("/plots?whose=mine").text
    assert re.findall(r"The plot plot-\d\d</a>", mine) == ["The plot plot-07</a>"]
    assert "No plot is said to be that" in client.get("/plots?q=zebra").text


def test_a_plot_is_shown_to_others_put_into_the_gallery_and_removed(
    client: TestClient, container: Container
) -> None:
    finished(container, "mine")
    proof = {"csrf": token(client)}
    assert "Remove the plot" in client.get("/plots/mine/about").text
    client.post("/plots/mine/visibility", data={**proof, "visibility": "private"})
    assert mark_of(container, "mine").visibility is PlotVisibility.PRIVATE
    client.post("/plots/mine/gallery", data={**proof, "act": "add", "title": "Our best"})
    assert "Our best" in client.get("/gallery").text
    client.post("/plots/mine/gallery", data={**proof, "act": "remove"})
    assert "Nothing hangs here yet" in client.get("/gallery").text
    client.post("/plots/mine/remove", data=proof)
    assert client.get("/plots/mine/about").status_code == 404


def test_the_gallery_hides_what_a_guest_may_not_see(container: Container, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n....")
    for name in ("open", "secret"):
        finished(container, name)
        add_exhibit(container, name, f"The {name} one", picture)
    mark_plot(container, "secret", PlotMark("anna", PlotVisibility.PRIVATE))
    app = application(container, host="0.0.0.0")
    with TestClient(app, base_url="http://here", headers=HTML) as guest:
        page = guest.get("/gallery").text
        assert "The open one" in page
        assert "The secret one" not in page
        assert guest.get("/plots/open/gallery-picture").status_code == 200
        for address in ("gallery-picture", "about", "picture.png"):
            assert guest.get(f"/plots/secret/{address}").status_code == 404
        assert "Sign in to make plots" in guest.get("/compare").text
        assert guest.get("/api/v1/plots").json()["items"][0]["name"] == "open"
        assert len(guest.get("/api/v1/plots").json()["items"]) == 1


# -- programs --------------------------------------------------------------------------------------


@pytest.fixture
def program(container: Container) -> Iterator[TestClient]:
    with TestClient(application(container), base_url="http://127.0.0.1") as client:
        yield client


def test_a_program_uploads_in_pieces_and_compares(
    program: TestClient, container: Container
) -> None:
    begun = program.post("/api/v1/uploads", json={"name": "a.fa", "size": 16})
    assert begun.status_code == 201
    where = begun.headers["Location"]
    assert program.put(f"{where}?offset=0", content=FASTA[:5]).json()["received"] == 5
    again = program.put(f"{where}?offset=0", content=FASTA[:5])
    assert (again.status_code, again.json()["detail"]) == (
        400,
        "5 bytes are here; go on from there",
    )
    whole = program.put(f"{where}?offset=5", content=FASTA[5:]).json()
    assert (whole["complete"], whole["received"]) == (True, 16)
    asked = {"target": whole["given"], "drawing": {"min_length": "5"}, "name": "mine"}
    made = program.post("/api/v1/plots", json=asked)
    assert made.status_code == 202
    assert made.headers["Location"] == f"/api/v1/errands/{made.json()['id']}"
    assert made.json()["subject"] == "plot:mine"
    assert program.delete(where).status_code == 204
    assert program.get(where).status_code == 404


def test_too_much_is_told_as_that(program: TestClient) -> None:
    refused = program.post("/api/v1/uploads", json={"name": "a.fa", "size": 10**12})
    assert refused.status_code == 413
    begun = program.post("/api/v1/uploads", json={"name": "a.fa", "size": 3}).json()
    assert program.put(f"/api/v1/uploads/{begun['id']}", content=b"12345").status_code == 413
    assert program.get(f"/api/v1/uploads/{begun['id']}").json()["received"] == 0


def test_a_program_is_told_what_is_wrong(program: TestClient) -> None:
    for asked, status in (
        ({"target": "/etc/passwd"}, 400),
        ({"target": "example:ancestor", "aligner": "none"}, 400),
        ({"target": "example:ancestor", "drawing": {"order": "sideways"}}, 400),
        ({}, 422),
    ):
        answer = program.post("/api/v1/plots", json=asked)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_list_of_plots_goes_on_where_it_ended(program: TestClient, container: Container) -> None:
    for number in range(5):
        finished(container, f"plot-{number}", days=number)
    names, after = [], None
    while True:
        asked = {"limit": 2, "sort": "name", **({"after": after} if after else {})}
        answer = program.get("/api/v1/plots", params=asked).json()
        names += [each["name"] for each in answer["items"]]
        after = answer["next"]
        if after is None:
            break
    assert names == [f"plot-{number}" for number in range(5)]
    assert program.get("/api/v1/plots", params={"after": "!"}).status_code == 400
    shown = program.get("/api/v1/plots/plot-1").json()
    assert (shown["owner"], shown["visibility"], shown["size"] > 0) == ("", "public", True)
    assert program.get("/api/v1/plots/plot-1/files/plot.svg").status_code == 200
    assert program.get("/api/v1/plots/plot-1/files/..%2Fx").status_code in (400, 404)
    changed = program.patch("/api/v1/plots/plot-1", json={"visibility": "link"})
    assert changed.json()["visibility"] == "link"
    assert program.delete("/api/v1/plots/plot-1").status_code == 204
    assert program.get("/api/v1/plots/plot-1").status_code == 404


def test_errands_are_listed_for_programs(program: TestClient) -> None:
    for _ in range(3):
        program.post("/api/v1/plots", json={"target": "example:ancestor"})
    first = program.get("/api/v1/errands", params={"limit": 2}).json()
    rest = program.get("/api/v1/errands", params={"limit": 2, "after": first["next"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    word = rest["items"][0]["id"]
    assert program.post(f"/api/v1/errands/{word}/cancel").json()["state"] == "cancelled"
    assert program.post(f"/api/v1/errands/{word}/cancel").status_code == 409
    assert program.post(f"/api/v1/errands/{word}/again").status_code == 202
    assert program.get("/api/v1/errands/none").status_code == 404


def test_a_batch_is_checked_for_a_program(program: TestClient) -> None:
    text = "type=align target=example:ancestor\ntype=align\n"
    checked = program.post("/api/v1/plots/batch/check", json={"text": text}).json()
    assert (checked["sound"], len(checked["lines"])) == (False, 2)
    assert checked["problems"] == ["line 2: target is missing: the genome to align with"]
    assert program.post("/api/v1/plots/batch", json={"text": text}).status_code == 400


def test_guests_plots_go_after_their_days(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PLOT_DAYS", "7")
    with Container.read() as strict:
        for name, owner in (("guests", ""), ("pinned", ""), ("annas", "anna")):
            finished(strict, name, days=1000)
            mark_plot(strict, name, PlotMark(owner, PlotVisibility.LINK))
        finished(strict, "old", days=1000)
        add_exhibit(strict, "pinned")
        assert remove_expired(strict) == ("guests",)


def test_a_guest_compares_where_that_is_allowed_and_only_the_address_leads_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOLDFAST_GUESTS_MAY_COMPARE", "yes")
    with Container.read() as generous:
        app = application(generous, host="0.0.0.0")
        with TestClient(app, base_url="http://here", headers=HTML) as guest:
            word = submit(guest, "/compare", {"target_file": ("mine.fa", FASTA)})
            asked = errand(generous, word)
            assert re.fullmatch(r"mine-against-itself-[0-9a-f]{16}", asked.about)
            assert "Keep the address of this page" in guest.get(f"/errands/{word}").text
            assert asked.title not in guest.get("/errands").text
            assert guest.get("/api/v1/errands").json()["items"] == []
            assert guest.get("/api/v1/uploads").json()["items"] == []
            guest.post(f"/errands/{word}/cancel", data={"csrf": token(guest)})
            assert errand(generous, word).state.value == "cancelled"
            remove = f"/plots/{asked.about}/remove"
            assert guest.post(remove, data={"csrf": token(guest)}).status_code == 401


def test_files_are_loaded_into_the_store_from_a_form(
    client: TestClient, container: Container, home: Path
) -> None:
    files = {"files_file": ("my genome.fa", FASTA)}
    word = submit(client, "/sequences-loading/urls", files, namespace="lab")
    assert errand(container, word).title == "Load my genome.fa"
    done = do_errand(container, word, lambda _: None)
    assert done.value == "done", errand(container, word).problem
    assert container.store.collection("my genome.fa").members[0].length == 10
    for urls in ("/etc/passwd", "upload:" + "a" * 24, ""):
        fields = {"csrf": token(client), "namespace": "lab", "urls": urls}
        assert client.post("/sequences-loading/urls", data=fields).status_code in (400, 404)
