"""The page of a plot on a server, used by a hand and by keys, in Debian's Chromium."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.banks.bank_world import QuickContainer
from browser.site import ARGUMENTS, DESKTOP, PHONE, ROOT, Site, Visitor, fasta, genome, served
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.settings import Settings

# One process: the page is built once, and browsers are not many at a time.
pytestmark = [pytest.mark.service("chromium"), pytest.mark.xdist_group("browser")]

PLOT = "/plots/near"
NAMES = """() => window.holdfastPlot.query.contigs
  .map(({ name, reversed }) => name + (reversed ? '-' : ''))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with one plot: contigs in another order, one of them turned."""
    subprocess.run([sys.executable, ROOT / "hatch_build.py"], check=True)
    home = tmp_path_factory.mktemp("served")
    old = genome(1)
    turned = old[1].translate(str.maketrans("ACGT", "TGCA"))[::-1]
    (home / "old.fa").write_bytes(fasta(old))
    (home / "new.fa").write_bytes(fasta([old[2], turned, old[0], "GATTACA" * 90], "tig"))
    with patch.dict(os.environ, {"HOLDFAST_HOME": str(home)}):
        with QuickContainer(Settings.read()) as container:
            asked = Comparison(str(home / "old.fa"), str(home / "new.fa"), name="near")
            compare_genomes(container, asked)
        with served(home) as address:
            yield Site(home, Path(), "", address)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Visitor]:
    with Visitor(browser, site, accept_downloads=True) as visitor:
        yield visitor
        assert visitor.complaints == []


def opened(visitor: Visitor, hash_: str = "") -> Page:
    page = visitor.open(PLOT + hash_)
    expect(page.locator(".kept")).to_contain_text("matches drawn")
    return page


def surface_place(page: Page, x: float, y: float) -> dict[str, float]:
    box = page.locator(".surface").bounding_box()
    assert box is not None
    return {"x": x * box["width"], "y": y * box["height"]}


def test_it_opens_under_a_policy_without_anything_inline_and_anybody_can_use_it(
    visitor: Visitor, browser: Browser, site: Site
) -> None:
    page = opened(visitor)
    expect(page.locator("h1")).to_have_count(1)
    names = "performance.getEntriesByType('mark').map(({ name }) => name)"
    assert "holdfast:painted" in page.evaluate(names)
    assert page.locator("[style*='expression']").count() == 0
    with Visitor(browser, site, bypass_csp=True) as other:  # axe-core is no part of the page
        page = opened(other)
        for viewport, theme in ((DESKTOP, "light"), (PHONE, "dark")):
            other.looks(viewport, theme)
            page.reload()
            page.locator(".surface").wait_for()
            assert (other.violations(), other.overflow()) == ([], 0)
            other.picture(f"plot-{theme}")
        page.get_by_role("button", name="Controls", exact=True).click()
        expect(page.get_by_label("Find a contig or a place")).to_be_visible()
        assert other.violations() == []


def test_the_server_draws_it_anew_and_the_link_restores_it(visitor: Visitor) -> None:
    page = opened(visitor)
    # The longest of the query, chr1, is its third contig; the last one matches nothing.
    assert page.evaluate(NAMES) == ["tig3", "tig2-", "tig1", "tig4"]
    page.get_by_label("Laid out").select_option("input")
    page.wait_for_url(re.compile("#drawn-by=input$"))
    page.wait_for_function("() => window.holdfastPlot.query.contigs[0].name === 'tig1'")
    page.locator(".surface").hover(position=surface_place(page, 0.5, 0.001))
    page.keyboard.press("h")  # the topmost contig, which matches nothing
    page.wait_for_url(re.compile("#drawn-by=input&hidden=y3$"))
    page.get_by_label("Same scale on both axes").check()
    page.wait_for_url(re.compile("aspect=locked$"))
    page.reload()
    expect(page.locator(".order")).to_contain_text("1 contig hidden")
    assert page.evaluate(NAMES) == ["tig1", "tig2", "tig3"]
    assert page.get_by_label("Same scale on both axes").is_checked()
    page.get_by_role("button", name="show again").click()
    page.wait_for_function("() => window.holdfastPlot.query.contigs.length === 4")
    page.get_by_label("Laid out").select_option("chain")
    page.wait_for_function("() => window.holdfastPlot.query.contigs[1].reversed")
    page.go_back()
    page.wait_for_function("() => !window.holdfastPlot.query.contigs[1].reversed")


def test_contigs_have_a_menu_for_hand_and_keys_and_a_box_needs_no_key(visitor: Visitor) -> None:
    page = opened(visitor)
    page.locator(".surface").click(button="right", position=surface_place(page, 0.2, 0.8))
    page.get_by_role("menuitem", name="See this pair alone").click()
    expect(page.locator(".bar .where")).to_have_text("chr1:0–40,000 × tig3:0–40,000")
    page.keyboard.press("Shift+F10")
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Hide all others").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".surface")).to_be_focused()
    page.keyboard.press("t")
    page.wait_for_url(re.compile("turned=y0"))
    page.keyboard.press("b")
    page.locator(".surface").hover(position=surface_place(page, 0.25, 0.75))
    page.mouse.down()
    page.locator(".surface").hover(position=surface_place(page, 0.75, 0.25))
    page.mouse.up()
    page.wait_for_url(re.compile(r"x=\d+"))
    view = page.evaluate("window.holdfastPlot.shown.view")
    assert view["x1"] - view["x0"] == pytest.approx(20_000, rel=0.02)
    expect(page.get_by_label("Zoom to a box")).to_have_attribute("aria-pressed", "false")


def test_ribbons_are_lit_with_the_plot_and_lead_to_pairs(visitor: Visitor) -> None:
    page = opened(visitor)
    page.locator(".surface").focus()
    page.keyboard.press("r")
    page.wait_for_url(re.compile("#view=ribbons$"))
    ribbons = page.locator(".ribbon-surface")
    box = ribbons.bounding_box()
    assert box is not None
    ribbons.hover(position={"x": 0.2 * box["width"], "y": 0.12 * box["height"]})
    expect(page.locator(".ribbons .tooltip")).to_contain_text(re.compile("chr1.*tig3", re.DOTALL))
    page.keyboard.press("r")
    page.wait_for_url(re.compile("#view=both$"))
    box = ribbons.bounding_box()
    assert box is not None
    ribbons.hover(position={"x": 0.2 * box["width"], "y": 0.5 * box["height"]})
    expect(page.locator(".overlay .core")).to_be_visible()
    ribbons.click(position={"x": 0.2 * box["width"], "y": 0.5 * box["height"]})
    expect(page.locator(".bar .where")).to_have_text("chr1:0–40,000 × tig3:0–40,000")


def test_tables_are_sorted_searched_and_lead_to_the_plot(visitor: Visitor) -> None:
    page = opened(visitor)
    page.get_by_role("button", name="Tables").click()
    expect(page.locator(".summary-table")).to_contain_text("Contigs")
    page.get_by_label("Best matches").check()
    contigs = page.locator(".contig-table tbody th")
    expect(contigs).to_have_text(["tig3", "tig2", "tig1", "tig4"])
    page.get_by_role("button", name="Length").click()
    expect(contigs).to_have_text(["tig3", "tig2", "tig1", "tig4"])
    page.get_by_role("button", name="Length").click()
    expect(contigs).to_have_text(["tig4", "tig1", "tig2", "tig3"])
    page.get_by_label("Without match").check()
    expect(contigs).to_have_text(["tig4"])
    page.get_by_label("Best matches").check()
    page.get_by_label("Only contigs with this in their name").fill("chr2")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as TSV").click()
    assert download.value.suggested_filename.endswith(".tsv")
    page.get_by_role("button", name="tig2").click()
    expect(page.locator(".bar .where")).to_have_text("chr2:0–30,000 × tig2:0–30,000")


def test_what_is_seen_and_the_query_are_saved(visitor: Visitor, tmp_path: Path) -> None:
    page = opened(visitor, "#x=0,40000&y=0,40000")
    for item, begin in (
        ("Picture for print (PDF)", b"%PDF"),
        ("Matches (PAF)", b"tig3\t"),
        ("In this order (FASTA)", b"\x1f\x8b"),
        ("One page for offline", b"<!doctype html>"),
    ):
        page.get_by_label("Save or share").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item).click()
        file = tmp_path / "saved"
        download.value.save_as(file)
        assert file.read_bytes().startswith(begin), item
