"""The dot-plot page in a real browser: opened from the disk, without a network, used by a hand."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from holdfast.dotplots.bundle import one_file_html, template

# One process: the page is built once, and browsers are not many at a time.
pytestmark = [pytest.mark.service("chromium"), pytest.mark.xdist_group("browser")]

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
ROOT = Path(__file__).parents[2]
YEAST = Path(__file__).with_name("yeast.scene")


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The page of this checkout's sources."""
    subprocess.run([sys.executable, ROOT / "hatch_build.py"], check=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


def altered(scene: bytes, alter: Callable[[dict[str, Any]], None]) -> bytes:
    """A scene with another description."""
    table = pa.ipc.open_stream(scene).read_all()
    described = json.loads(table.schema.metadata[b"holdfast.scene"])
    alter(described)
    sink = pa.BufferOutputStream()
    schema = table.schema.with_metadata({b"holdfast.scene": json.dumps(described)})
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def many(count: int) -> bytes:
    """The yeast's axes with `count` short matches anywhere on them."""
    table = pa.ipc.open_stream(YEAST.read_bytes()).read_all()
    random = np.random.default_rng(1)
    columns = {}
    starts = {
        side: random.integers(0, 200_000, count).astype(float) for side in ("target", "query")
    }
    for name in table.schema.names:
        side, _, part = name.partition("_")
        if part:
            columns[name] = starts[side] + (random.integers(50, 900, count) if part == "end" else 0)
        elif name in {"target", "query"}:
            columns[name] = random.integers(0, 16, count)
        else:
            columns[name] = np.resize(table.column(name).to_numpy(), count)
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in table.schema]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(pa.Table.from_arrays(arrays, schema=table.schema))
    content: bytes = sink.getvalue().to_pybytes()
    return content


class Visit:
    """One page in a context of its own, with what it said and asked for."""

    def __init__(self, browser: Browser, **context: object) -> None:
        self.context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 800}, **context}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda said: self.troubles.append(said.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    @property
    def surface(self) -> Locator:
        return self.page.locator(".surface")

    def open(self, path: Path, fragment: str = "") -> "Visit":
        self.page.goto(path.as_uri() + fragment)
        expect(self.page.locator(".kept")).to_contain_text("matches drawn")
        return self

    def point(self, x: float, y: float) -> None:
        """Move the pointer to a place of the plot, in parts of its width and height."""
        box = self.surface.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])

    def view(self) -> dict[str, float]:
        view: dict[str, float] = self.page.evaluate("window.holdfastPlot.shown.view")
        return view

    def target_length(self) -> int:
        length: int = self.page.evaluate("window.holdfastPlot.target.length")
        return length

    def inks(self) -> int:
        """How many pixels of the plot are neither its ground nor grey."""
        pixels: int = self.page.evaluate(
            """() => {
              const canvas = document.querySelector('.paper');
              const { width, height } = canvas;
              const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
              let coloured = 0;
              for (let i = 0; i < data.length; i += 4)
                if (Math.abs(data[i] - data[i + 2]) > 40) coloured++;
              return coloured;
            }"""
        )
        return pixels


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    visits: list[Visit] = []

    def make(**context: object) -> Visit:
        visits.append(Visit(browser, **context))
        return visits[-1]

    yield make
    for made in visits:
        made.context.close()


@pytest.fixture(scope="module")
def plot(tmp_path_factory: pytest.TempPathFactory, built: None) -> Path:
    path = tmp_path_factory.mktemp("plot") / "plot.html"
    path.write_bytes(one_file_html(template(), YEAST.read_bytes(), "yeast"))
    return path


def test_it_opens_from_the_disk_offline_and_draws(
    visit: Callable[..., Visit], plot: Path, tmp_path: Path
) -> None:
    seen = visit(offline=True).open(plot)
    expect(seen.page.locator("h1")).to_have_text("UWOPS034614 compared with S288C")
    expect(seen.page.locator(".figures")).to_contain_text("99.16 %")
    assert seen.inks() > 500
    assert seen.troubles == []
    assert [url for url in seen.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    seen.page.screenshot(path=tmp_path / "light.png")


def test_pointing_at_a_match_tells_names_coordinates_and_identity(
    visit: Callable[..., Visit], plot: Path, tmp_path: Path
) -> None:
    seen = visit().open(plot)
    tooltip = seen.page.locator(".tooltip")
    seen.point(0.2, 0.8)
    seen.page.keyboard.press("n")  # the pair with most in common
    expect(seen.page.locator(".where")).to_contain_text("chrIV")
    seen.point(0.5, 0.5)
    for height in np.arange(0.35, 0.65, 0.01):
        seen.point(0.5, float(height))
        if tooltip.is_visible():
            break
        seen.page.wait_for_timeout(25)
    expect(tooltip).to_contain_text("identity")
    expect(tooltip).to_contain_text(
        re.compile(r"chrIV.*S288C.*\d,\d+–\d+,\d.*UWOPS034614", re.DOTALL)
    )
    seen.page.screenshot(path=tmp_path / "hover.png")


def test_inverted_matches_are_hit_too(visit: Callable[..., Visit], plot: Path) -> None:
    seen = visit().open(plot)
    hits = seen.page.evaluate(
        """async () => {
          const plot = window.holdfastPlot;
          const { size } = plot.stage;
          const strokes = await plot.connection.ask(
            'strokes', plot.view, size, plot.settings, plot.settings.colouring, 1000);
          const falling = strokes.filter(({ line }) => line[3] > line[1] && line[2] - line[0] > 15);
          const found = [];
          for (const { line: [x1, y1, x2, y2] } of falling)
            for (const t of [0.1, 0.5, 0.9])
              found.push((await plot.connection.ask(
                'hit', plot.view, size, x1 + t * (x2 - x1), y1 + t * (y2 - y1), 5)) !== null);
          return found;
        }"""
    )
    assert len(hits) >= 3
    assert all(hits)


def test_keys_zoom_the_address_follows_and_a_reload_restores_the_view(
    visit: Callable[..., Visit], plot: Path
) -> None:
    seen = visit().open(plot)
    assert "#" not in seen.page.url
    seen.page.keyboard.press("+")
    seen.page.wait_for_url(re.compile(r"#x=[\d.]+,[\d.]+&y="))
    seen.page.keyboard.press("ArrowRight")
    seen.page.keyboard.press("s")
    seen.page.wait_for_url(re.compile("colour=strand"))
    view, url = seen.view(), seen.page.url
    seen.page.reload()
    expect(seen.page.locator(".kept")).to_contain_text("matches drawn")
    assert seen.view() == view
    assert seen.page.url == url
    assert seen.page.get_by_role("radio", name="Strand").is_checked()
    seen.page.keyboard.press("Escape")
    seen.page.wait_for_url(re.compile(r"#colour=strand$"))
    assert seen.view() is None
    seen.page.keyboard.press("Backspace")
    seen.page.wait_for_url(re.compile("x="))
    assert seen.view() == view


def test_the_wheel_zooms_about_the_pointer_and_a_drag_moves(
    visit: Callable[..., Visit], plot: Path
) -> None:
    seen = visit().open(plot)
    seen.point(0.25, 0.75)
    seen.page.mouse.wheel(0, -700)
    seen.page.wait_for_url(re.compile("x="))
    before = seen.view()
    share = (0.25 * seen.target_length() - before["x0"]) / (before["x1"] - before["x0"])
    assert share == pytest.approx(0.25, abs=0.02)
    seen.page.mouse.down()
    seen.point(0.35, 0.75)
    seen.page.mouse.up()
    seen.page.wait_for_function(f"window.holdfastPlot.shown.view.x0 < {before['x0']}")
    after = seen.view()
    moved = (before["x0"] - after["x0"]) / (before["x1"] - before["x0"])
    assert moved == pytest.approx(0.1, abs=0.01)


def test_a_box_drawn_with_shift_becomes_the_view(visit: Callable[..., Visit], plot: Path) -> None:
    seen = visit(reduced_motion="reduce").open(plot)
    seen.page.keyboard.down("Shift")
    seen.point(0.5, 0.5)
    seen.page.mouse.down()
    seen.point(0.75, 0.75)
    seen.page.mouse.up()
    seen.page.keyboard.up("Shift")
    seen.page.wait_for_url(re.compile("x="))
    view = seen.view()
    assert view["x0"] / seen.target_length() == pytest.approx(0.5, abs=0.01)
    assert view["x1"] / seen.target_length() == pytest.approx(0.75, abs=0.01)


def test_filters_and_search_work_by_keyboard_and_name(
    visit: Callable[..., Visit], plot: Path
) -> None:
    seen = visit(reduced_motion="reduce").open(plot)
    seen.page.get_by_label("Length at least").fill("5")
    expect(seen.page.locator(".kept")).to_contain_text(" of 272 matches drawn")
    seen.page.keyboard.press("/")
    seen.page.keyboard.press("Backspace")
    seen.page.get_by_label("Find a contig or a place").fill("chrix")
    expect(seen.page.locator(".found li")).to_have_count(2)
    seen.page.get_by_label("Find a contig or a place").press("Enter")
    expect(seen.page.locator(".where")).to_contain_text("chrIX:0–")
    assert "length=" in seen.page.url


def test_a_place_is_gone_to_and_the_browsers_back_button_returns(
    visit: Callable[..., Visit], plot: Path
) -> None:
    seen = visit(reduced_motion="reduce").open(plot)
    search = seen.page.get_by_label("Find a contig or a place")
    search.fill("chrII:100,000-200,000 chrV:0-50k")
    search.press("Enter")
    where = seen.page.locator(".where")
    expect(where).to_have_text("chrII:100,000–200,000 × chrV:0–50,000")
    target = seen.page.get_by_role("combobox", name="Target")
    target.fill("chrxv")
    target.press("ArrowDown")
    target.press("Enter")
    expect(where).to_have_text(re.compile("chrXVI:.* × chrV:0–50,000"))
    expect(target).to_have_value("chrXVI")
    seen.page.go_back()
    expect(where).to_have_text("chrII:100,000–200,000 × chrV:0–50,000")
    seen.page.go_back()
    expect(where).to_contain_text("whole genomes")
    expect(target).to_have_value("")
    seen.page.get_by_label("Next pair").click()
    expect(where).to_contain_text("chrIV:0–1,566,853 × chrIV:")
    expect(seen.page.locator(".place")).to_contain_text("pair 1 of 88")
    assert seen.troubles == []


def test_colours_tell_classes_that_one_chooses_and_the_link_keeps_them(
    visit: Callable[..., Visit], plot: Path
) -> None:
    seen = visit().open(plot)
    seen.page.get_by_label("Classes").check()
    seen.page.get_by_label("Palette").select_option("dgenies")
    borders = seen.page.get_by_label("Where classes meet, in percent")
    borders.fill("99, 95")
    borders.press("Enter")
    expect(borders).to_have_attribute("aria-invalid", "true")
    borders.fill("95, 99")
    borders.press("Enter")
    classes = seen.page.locator(".classes li")
    expect(classes).to_have_text(["99 % and more", "95–99 %", "below 95 %"])
    seen.page.wait_for_url(re.compile("#colour=classes&palette=dgenies&classes=0.95,0.99$"))
    seen.page.reload()
    expect(classes).to_have_count(3)
    assert seen.page.get_by_label("Palette").input_value() == "dgenies"


def test_differences_in_structure_are_listed_gone_to_and_told(
    visit: Callable[..., Visit], plot: Path, tmp_path: Path
) -> None:
    seen = visit(reduced_motion="reduce").open(plot)
    entries = seen.page.locator(".events button")
    expect(entries).to_have_count(35)
    seen.page.get_by_label("deletions").check()
    expect(entries).to_have_count(59)
    seen.page.wait_for_url(re.compile("events=deletion,"))
    entries.first.click()
    expect(seen.page.locator(".where")).not_to_contain_text("whole")
    seen.point(0.3, 0.5)
    tooltip = seen.page.locator(".tooltip")
    expect(tooltip).to_contain_text(re.compile("translocation.*told by", re.DOTALL))
    seen.page.screenshot(path=tmp_path / "event.png")


def test_the_axes_are_exchanged_contigs_turned_and_ordered_and_a_reload_keeps_it(
    visit: Callable[..., Visit], plot: Path
) -> None:
    seen = visit(reduced_motion="reduce").open(plot)
    search = seen.page.get_by_label("Find a contig or a place")
    search.fill("chrV")
    search.press("Enter")
    expect(seen.page.locator(".where")).to_contain_text("chrV:0–583,092 ×")
    seen.point(0.5, 0.01)
    seen.page.locator(".surface").focus()
    seen.page.keyboard.press("t")
    seen.page.wait_for_url(re.compile("turned=y15"))
    seen.page.keyboard.press("t")
    seen.page.wait_for_url(re.compile(r"^[^&]*&[^&]*$"))
    seen.page.keyboard.press("t")
    seen.page.wait_for_url(re.compile("turned=y15"))
    expect(seen.page.locator(".where")).to_contain_text("chrV:0–583,092 ×")
    seen.page.keyboard.press("x")
    expect(seen.page.locator(".where")).to_contain_text("× chrV:0–583,092")
    seen.page.get_by_label("Order upwards").select_option("length")
    seen.page.wait_for_url(re.compile("#target-order=length&turned=y15&axes=swapped$"))
    seen.page.reload()
    expect(seen.page.locator(".kept")).to_contain_text("All 272 matches drawn")
    expect(seen.page.locator(".order")).to_contain_text("1 contig turned")
    names = seen.page.evaluate("window.holdfastPlot.query.contigs.slice(0, 3).map((c) => c.name)")
    assert names == ["chrIV", "chrVII", "chrXV"]
    assert seen.page.evaluate("window.holdfastPlot.target.name") == "UWOPS034614"
    assert seen.inks() > 500
    assert seen.troubles == []


def test_groups_are_named_as_one_and_what_is_hidden_is_said(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    def grouped(described: dict[str, Any]) -> None:
        described["query"]["groups"] = [{"first": 4, "count": 3, "name": "3 small ones"}]
        described["query"]["hidden"] = {"contigs": 12, "bases": 3456}

    page = tmp_path / "grouped.html"
    page.write_bytes(one_file_html(template(), altered(YEAST.read_bytes(), grouped), "groups"))
    seen = visit(reduced_motion="reduce", viewport={"width": 900, "height": 420}).open(page)
    note = "Not on the axes: 12 contigs of UWOPS034614 (3.46 kb)"
    expect(seen.page.locator(".note:not([hidden])")).to_contain_text(note)
    zone = seen.page.evaluate(
        """window.holdfastPlot.stage.drawn.zones
          .find(({ side, count }) => side === 'query' && count > 1)"""
    )
    assert (zone["contig"], zone["count"]) == (4, 3)
    paper = seen.page.locator(".paper")
    middle = {"x": zone["x"] + zone["width"] / 2, "y": zone["y"] + zone["height"] / 2}
    paper.hover(position=middle)
    expect(seen.page.locator(".tooltip")).to_contain_text("3 small ones")
    paper.click(position=middle)
    expect(seen.page.locator(".where")).to_contain_text("× chrV – chrVII")


def test_of_many_matches_none_is_left_out(
    visit: Callable[..., Visit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.dotplots.bundle.PIECE", 1_000_000)  # so it takes several elements
    page = tmp_path / "many.html"
    page.write_bytes(one_file_html(template(), many(200_000), "many"))
    assert page.read_bytes().count(b"holdfast-scene-more") > 2
    seen = visit(reduced_motion="reduce").open(page)
    expect(seen.page.locator(".kept")).to_have_text("All 200,000 matches drawn")
    expect(seen.page.locator(".reasons")).to_have_text("all in the density")
    assert seen.inks() > 2_000
    expect(seen.page.locator(".place")).to_have_text("256 pairs with matches")
    seen.page.keyboard.press("n")
    expect(seen.page.locator(".place")).to_contain_text("pair 1 of")
    seen.page.get_by_label("Length at least").fill("2.5")
    expect(seen.page.locator(".reasons")).to_contain_text(re.compile(r"Not drawn: [\d,]+ shorter"))
    assert seen.troubles == []


def test_a_million_matches_are_opened_and_panned(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    page = tmp_path / "million.html"
    page.write_bytes(one_file_html(template(), many(1_000_000), "million"))
    seen = visit(reduced_motion="reduce").open(page)
    expect(seen.page.locator(".kept")).to_have_text("All 1,000,000 matches drawn")
    expect(seen.page.locator(".place")).to_have_text("256 pairs with matches")
    for _ in range(3):
        seen.page.keyboard.press("+")
    before = seen.view()
    seen.point(0.5, 0.5)
    seen.page.mouse.down()
    seen.point(0.3, 0.6)
    seen.page.mouse.up()
    seen.page.wait_for_function(f"window.holdfastPlot.shown.view.x0 > {before['x0']}")
    assert seen.view()["x1"] - seen.view()["x0"] == pytest.approx(before["x1"] - before["x0"])
    assert seen.troubles == []


@pytest.mark.parametrize(("width", "height"), [(800, 600), (1920, 1080)])
def test_nothing_breaks_on_small_and_large_screens(
    visit: Callable[..., Visit], plot: Path, tmp_path: Path, width: int, height: int
) -> None:
    seen = visit(viewport={"width": width, "height": height}).open(plot)
    outside = seen.page.evaluate(
        """() => [...document.querySelectorAll('.bar *, .stage, .surface')]
          .map((part) => [part.className, part.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0)
          .filter(([, box]) => box.right > innerWidth || box.bottom > innerHeight)
          .map(([name]) => String(name))"""
    )
    assert outside == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width
    box = seen.surface.bounding_box()
    assert box is not None
    assert box["width"] * box["height"] > 0.45 * width * height
    seen.page.screenshot(path=tmp_path / "screen.png")


def test_pictures_carry_names_and_legend(
    visit: Callable[..., Visit], plot: Path, tmp_path: Path
) -> None:
    seen = visit().open(plot)
    for kind in ("SVG", "PNG"):
        seen.page.get_by_label("Save or share").click()
        with seen.page.expect_download() as download:
            seen.page.get_by_role("menuitem", name=kind).click()
        download.value.save_as(tmp_path / f"picture.{kind.lower()}")
    svg = (tmp_path / "picture.svg").read_text()
    assert ">chrIV</text>" in svg
    assert "same direction, identity 96 % to 100 %" in svg
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert seen.troubles == []


def test_dark_and_small_screens_are_served(
    visit: Callable[..., Visit], plot: Path, tmp_path: Path
) -> None:
    dark = visit(color_scheme="dark").open(plot)
    assert (
        dark.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(10, 20, 26)"
    )
    dark.page.screenshot(path=tmp_path / "dark.png")
    phone = visit(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True).open(plot)
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 390
    phone.page.screenshot(path=tmp_path / "phone.png")
    phone.page.get_by_label("Controls", exact=True).click()
    expect(phone.page.get_by_label("Find a contig or a place")).to_be_visible()
    phone.page.screenshot(path=tmp_path / "sheet.png")


def test_without_a_scene_it_asks_for_one_and_refuses_another_file(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    empty = tmp_path / "empty.html"
    empty.write_bytes(template())
    seen = visit()
    seen.page.goto(empty.as_uri())
    expect(seen.page.locator("h1")).to_have_text("Open a dot plot")
    other = tmp_path / "other.arrow"
    with pa.OSFile(str(other), "wb") as file, pa.ipc.new_stream(file, pa.schema([])):
        pass
    seen.page.set_input_files("input[type=file]", other)
    expect(seen.page.get_by_role("alert")).to_contain_text("not a Holdfast scene")
    seen.page.set_input_files("input[type=file]", YEAST)
    expect(seen.page.locator(".kept")).to_contain_text("All 272 matches drawn")


def test_two_plots_live_side_by_side(visit: Callable[..., Visit], plot: Path) -> None:
    seen = visit(reduced_motion="reduce").open(plot)
    views = seen.page.evaluate(
        """async (scene) => {
          const first = window.holdfastPlot;
          const place = document.body.appendChild(document.createElement('div'));
          place.style.height = '400px';
          const second = await first.constructor.open(place, new Uint8Array(scene));
          second.key(new KeyboardEvent('keydown', { key: '+' }));
          second.key(new KeyboardEvent('keydown', { key: 's' }));
          const shown = [first.shown, second.shown];
          second.close();
          return shown;
        }""",
        list(YEAST.read_bytes()),
    )
    assert views[0]["view"] is None
    assert views[1]["view"] is not None
    assert [shown["settings"]["colouring"]["by"] for shown in views] == ["identity", "strand"]
    assert seen.troubles == []


def test_names_in_a_scene_are_words_never_markup(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    def hostile(described: dict[str, Any]) -> None:
        described["target"]["contigs"][3]["name"] = "<img src=x onerror=alert(1)>"
        described["events"][0]["kind"] = "<img src=x>"
        described["colouring"]["palette"] = "<img src=x>"

    page = tmp_path / "hostile.html"
    scene = altered(YEAST.read_bytes(), hostile)
    page.write_bytes(one_file_html(template(), scene, "</title><b>"))
    seen = visit().open(page)
    seen.page.get_by_label("Find a contig or a place").fill("img")
    expect(seen.page.locator(".found li").first).to_contain_text("<img src=x")
    assert seen.page.locator("img").count() == 0
    assert seen.troubles == []
