"""A served plot looked at from near: its alignment, its bases, and annotation along its axes."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from browser.site import ARGUMENTS, ROOT, Site, Visitor, served
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.settings import Settings

pytestmark = [pytest.mark.service("chromium"), pytest.mark.xdist_group("browser")]

GENES = (
    b"##gff-version 3\n1\t.\tgene\t7001\t8200\t.\t-\t.\tName=HXT1\n9\t.\tgene\t1\t9\t.\t-\t.\t.\n"
)
NEAR = "x=4980,5060&y=4983,5063"
ON_PAGE = "document.querySelector('.stage:not([hidden]) .surface').getBoundingClientRect().toJSON()"

random.seed(5)
TARGET = "".join(random.choices("ACGT", k=12_000))
#: The target with a base changed at 5,000, three bases more at 5,020, five fewer at 5,040.
QUERY = (
    TARGET[:5000]
    + ("A" if TARGET[5000] != "A" else "C")
    + TARGET[5001:5020]
    + "GAT"
    + TARGET[5020:5040]
    + TARGET[5045:]
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the plot ``near``, whose target is of a release with annotation."""
    subprocess.run([sys.executable, ROOT / "hatch_build.py"], check=True)
    home = tmp_path_factory.mktemp("near")
    (home / "new.fa").write_text(f">tig\n{QUERY}\n")
    with patch.dict(os.environ, {"HOLDFAST_HOME": str(home)}):
        with QuickContainer(Settings.read()) as container:
            add_bank(container)
            target = f">chr1\n{TARGET}\n".encode()
            add_release(container, "1", {"old.fa": target, "genes.gff3": GENES}, publish=True)
            comparison = Comparison("x:1:old.fa", str(home / "new.fa"), name="near")
            compare_genomes(container, comparison)
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
    with Visitor(browser, site, bypass_csp=True) as visitor:  # axe-core is no part of the page
        yield visitor
        assert visitor.complaints == []


def point(page: Page, across: int, upwards: int) -> None:
    """Point at a base of the target and one of the query in the view NEAR."""
    box = page.evaluate(ON_PAGE)
    x = box["x"] + box["width"] * (across + 0.5 - 4980) / 80
    y = box["y"] + box["height"] * (1 - (upwards + 0.5 - 4983) / 80)
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)


def test_from_near_the_alignment_under_the_pointer_is_written_out(visitor: Visitor) -> None:
    page = visitor.open(f"/plots/near#{NEAR}")
    card = page.get_by_role("group", name="Alignment under the pointer")
    expect(page.locator(".surface").first).to_be_visible()
    point(page, 5018, 5018)
    expect(card).to_be_visible()
    target, bars, query = page.locator(".aligned pre div").all_inner_texts()
    assert page.locator(".aligned mark").first.inner_text() == TARGET[5018]
    assert target.replace("-", "") in TARGET
    assert query.replace("-", "") in QUERY
    # A base that differs, three bases more and five fewer, as they were made.
    assert (bars.count("."), target.count("-"), query.count("-")) == (1, 3, 5)
    assert len(target) == len(bars) == len(query)
    visitor.picture("plot-near")
    assert visitor.violations() == []
    page.keyboard.press("a")
    expect(card).to_be_hidden()
    expect(page.locator(".tooltip .letters")).to_be_visible()


def test_annotation_of_a_release_is_laid_along_found_and_kept_in_the_link(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.open("/plots/near")
    page.get_by_role("button", name="genes.gff3").click()
    row = page.locator(".tracks li").filter(has_text="genes.gff3")
    expect(row).to_contain_text("1 of 2 are on sequences that are not in this plot.")
    page.wait_for_url("**#*track=target%3Ax%3A1%3Agenes.gff3")
    page.keyboard.press(".")
    page.wait_for_url("**#x=6280,*")
    page.keyboard.press("0")
    page.wait_for_url(re.compile(r"/near#track=[^&]*$"))
    page.get_by_role("searchbox", name="Find a contig or a place").fill("hxt")
    page.get_by_role("button", name="HXT1").click()
    page.wait_for_url("**#x=6280,*")
    shown = json.loads(page.evaluate("JSON.stringify(window.holdfastPlot.shown.view)"))
    assert (shown["x0"], shown["x1"]) == (7000 - 720, 8200 + 720)
    (tmp_path / "own.bed").write_text("tig\t100\t900\tmine\n")
    page.set_input_files("input[type=file]", [tmp_path / "own.bed"])
    own = page.locator(".tracks li").filter(has_text="own.bed")
    expect(own.get_by_role("combobox")).to_have_value("query")
    visitor.picture("plot-annotation")
    assert visitor.violations() == []
    page.reload()
    expect(row).to_be_visible()
    expect(own).to_have_count(0)
    row.get_by_role("button", name="Remove genes.gff3").click()
    expect(page.get_by_role("button", name="genes.gff3")).to_be_visible()
