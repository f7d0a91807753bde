"""Each page of the site in a real browser: on two screens, in two lights, with axe-core."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Route, expect, sync_playwright

from browser.site import (
    ARGUMENTS,
    DESKTOP,
    PHONE,
    ROOT,
    Site,
    Visitor,
    changed,
    fasta,
    genome,
    go_by_keys,
    publish,
    served,
    shown_site,
)
from holdfast.app.accounts.users import add_user
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import Marks
from holdfast.settings import Settings
from thoroughness import THOROUGH

pytestmark = [
    pytest.mark.service("chromium"),
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(300),
]

PASSWORD = "correct horse battery"
#: Of each screen and light: whether axe-core looks at it in the usual run.
LOOKS = (
    ("desktop-light", DESKTOP, "light"),
    ("phone-dark", PHONE, "dark"),
    ("desktop-dark", DESKTOP, "dark"),
    ("phone-light", PHONE, "light"),
)
PAGES = {
    "home": "/",
    "search": "/search?q=toy",
    "search-nothing": "/search?q=zzzz",
    "banks": "/banks",
    "bank-new": "/banks-new",
    "bank": "/banks/toy",
    "bank-releases": "/banks/toy/releases",
    "bank-runs": "/banks/toy/runs",
    "bank-history": "/banks/toy/history",
    "bank-recipe": "/banks/toy/recipe",
    "bank-recipe-edit": "/banks/toy/recipe/edit",
    "bank-schedule": "/banks/toy/schedule",
    "bank-settings": "/banks/toy/settings",
    "release": "/banks/toy/releases/2024-01-15",
    "files": "/db/toy/2024-01-15/",
    "sequences": "/sequences",
    "sequence": "/sequences/toy:chr1",
    "sequence-sought": "/sequences?q=chr",
    "loading": "/sequences-loading",
    "collections": "/collections",
    "collection": "/collections/new",
    "collections-compared": "/collections-compared?a=new&b=toy:2024-01-15:genome.fa",
    "snapshots": "/snapshots",
    "snapshots-compared": "/snapshots-compared?a=first&b=now",
    "journal": "/journal",
    "compare": "/compare",
    "compare-alignment": "/compare?tab=alignment",
    "compare-batch": "/compare?tab=batch",
    "errands": "/errands",
    "plots": "/plots",
    "plot": "/plots/near",
    "plot-about": "/plots/near/about",
    "gallery": "/gallery",
    "jobs": "/jobs",
    "run": "/jobs/1",
    "job": "/jobs/1/job/fetch",
    "schedule": "/schedule",
    "users": "/users",
    "audit": "/audit",
    "settings": "/settings",
    "about": "/about",
    "nothing": "/nothing/here",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    subprocess.run([sys.executable, ROOT / "hatch_build.py"], check=True)
    folder = tmp_path_factory.mktemp("site")
    with shown_site(folder) as site:
        yield site
    assert "Traceback" not in (folder / "server.log").read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visitor(browser: Browser, site: Site) -> Iterator[Visitor]:
    with Visitor(browser, site) as visitor:
        yield visitor


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_on_both_screens_and_in_both_lights(visitor: Visitor, name: str) -> None:
    visitor.complaints.clear()
    visitor.looks(DESKTOP, "light")
    page = visitor.open(PAGES[name])
    assert page.locator("h1").count() == 1
    wrong = []
    examined = list(PAGES).index(name) % 2  # each page in one look, by turns; thoroughly in all
    for number, (look, viewport, theme) in enumerate(LOOKS):
        visitor.looks(viewport, theme)
        visitor.picture(f"{name}-{look}")
        if visitor.overflow() > 0:
            wrong.append(f"{look}: {visitor.overflow()} pixels too wide")
        if THOROUGH or number == examined:
            wrong += [f"{look}: {each}" for each in visitor.violations()]
    if name == "nothing":
        visitor.complaints = [each for each in visitor.complaints if "404" not in each]
    assert wrong + visitor.complaints == []


# -- by hand ---------------------------------------------------------------------------------------


def test_a_bank_is_updated_followed_live_and_published_by_mouse(
    browser: Browser, site: Site
) -> None:
    content = fasta(genome(3))
    publish(site.remote, "toy", "2024-03-07", {"genome.fa": content, "README": b"the second\n"})
    with Visitor(browser, site) as visitor:
        page = visitor.open("/banks")
        page.get_by_role("link", name="toy", exact=True).click()
        page.get_by_role("button", name="Update now").click()
        expect(page.locator(".going-on")).to_be_visible()
        visitor.picture("flow-updating")
        # Nothing is loaded again: what goes on is told to the page that is open.
        page.evaluate("window.isTheSame = true")
        expect(page.locator(".tiles")).to_contain_text("2024-03-07", timeout=60_000)
        assert page.evaluate("window.isTheSame")
        page.get_by_role("link", name="Releases", exact=True).click()
        older = page.get_by_role("row").filter(has_text="2024-01-15")
        older.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("row").filter(has_text="published")).to_contain_text("2024-01-15")
        visitor.picture("flow-published")
        assert visitor.complaints == []


def test_a_run_is_followed_to_its_jobs_and_a_log_by_keys_alone(
    browser: Browser, site: Site
) -> None:
    with Visitor(browser, site) as visitor:
        page = visitor.open("/banks/mini")
        go_by_keys(page, "Update now")
        with page.expect_navigation():  # keys pressed before it would be those of the page left
            page.keyboard.press("Enter")
        page.keyboard.press("/")  # everything can be searched from everywhere
        page.keyboard.type("run")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=run*")
        page.keyboard.press("/")
        page.keyboard.press("Control+A")
        page.keyboard.type("toy:chr")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
        visitor.picture("flow-suggestions")
        assert visitor.violations() == []
        page.keyboard.press("Enter")
        page.wait_for_url("**/sequences/**")
        visitor.open("/jobs/1")
        go_by_keys(page, "fetch")
        page.keyboard.press("Enter")
        page.wait_for_url("**/jobs/1/job/fetch")
        expect(page.get_by_role("heading", name="What it says")).to_be_visible()
        assert visitor.complaints == []


def test_two_uploads_are_compared_followed_and_explored(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "old.fa").write_bytes(fasta(genome(1)))
    (tmp_path / "new.fa").write_bytes(fasta(changed(genome(1)), "tig"))
    with Visitor(browser, site) as visitor:
        page = visitor.open("/compare")
        page.locator("#target-file").set_input_files(tmp_path / "old.fa")
        page.locator("#query-file").set_input_files(tmp_path / "new.fa")
        expect(page.locator(".sent .badge.good")).to_have_count(2)
        visitor.picture("flow-compare")
        page.get_by_role("button", name="Compare", exact=True).click()
        page.wait_for_url("**/errands/**")
        visitor.picture("flow-errand")
        page.wait_for_url("**/plots/**", timeout=60_000)  # it leads there when it is done
        expect(page.locator(".kept")).to_contain_text("matches drawn")
        box = page.locator(".surface").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.wheel(0, -600)
        expect(page).to_have_url(re.compile("x="))
        visitor.picture("flow-plot")
        assert visitor.complaints == []


def test_a_sequence_is_looked_up_and_its_window_moved(browser: Browser, site: Site) -> None:
    with Visitor(browser, site) as visitor:
        page = visitor.open("/sequences")
        page.locator("main input[type=search]").fill("toy:chr2")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sequences/**")
        expect(page.locator("#window")).to_contain_text("1–600 of 30,000")
        page.get_by_role("link", name="Next window").click()
        expect(page.locator("#window")).to_contain_text("601–1,200 of 30,000")
        page.locator("#window").focus()
        for key, seen in (("ArrowDown", "661–1,260"), ("End", "29,401–30,000"), ("Home", "1–600")):
            page.keyboard.press(key)
            expect(page.locator("#window")).to_contain_text(f"{seen} of 30,000")
            expect(page.locator("#window")).to_be_focused()
        page.get_by_role("link", name="Show the reverse complement").click()
        expect(page.locator("#window")).to_contain_text("read from 600 down")
        expect(page).to_have_url(re.compile("turned=true"))
        # The window is slow to come: what is typed meanwhile stays, and so does the place to type.
        slow: list[Route] = []

        def hold(route: Route) -> None:
            slow.append(route)

        page.route("**/window?*", hold, times=1)
        page.get_by_role("link", name="Show the forward strand").click()
        page.get_by_label("Position or range").fill("12001-")
        expect(page.locator("#window")).to_contain_text("read from 600 down")
        slow[0].continue_()
        expect(page.locator("#window")).not_to_contain_text("read from")
        expect(page.get_by_label("Position or range")).to_be_focused()
        page.keyboard.type("12020")
        page.keyboard.press("Enter")
        expect(page.locator("#window")).to_contain_text("12,001")
        expect(page.get_by_label("Position or range")).to_have_value("12001-12020")
        visitor.picture("flow-window")
        assert visitor.complaints == []


def test_a_plot_in_one_file_opens_from_the_disk(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    with Visitor(browser, site) as visitor:
        answer = visitor.context.request.get(site.at("/plots/near/export/plot.html"))
        file = tmp_path / "near.html"
        file.write_bytes(answer.body())
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.complaints.clear()
        visitor.page.goto(file.as_uri())
        expect(visitor.page.locator(".kept")).to_contain_text("matches drawn")
        visitor.picture("flow-offline")
        assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)


def test_two_people_sign_in_and_only_the_owner_sees_what_is_private(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    with Container(Settings.read(site.home)) as container:
        for name in ("ann", "ben"):
            add_user(container, name, PASSWORD)
        marks = Marks(owner="ann", visibility=Visibility.PRIVATE)
        container.catalogue.folder("mini").mark(marks)
    seen = {}
    accounts = {"HOLDFAST_HOME": str(site.home), "HOLDFAST_ACCESS": "accounts"}
    with patch.dict(os.environ, accounts), served(tmp_path) as address:
        shown = replace(site, url=address)
        for name in ("ann", "ben"):
            with Visitor(browser, shown) as visitor:
                page = visitor.open("/banks/mini")
                assert page.get_by_role("heading", level=1).inner_text() == "Nothing here"
                visitor.open("/sign-in?after=/banks")
                page.get_by_label("Name").fill(name)
                page.get_by_label("Password").fill(PASSWORD)
                page.keyboard.press("Enter")
                page.wait_for_url(shown.at("/banks"))
                visitor.picture(f"flow-signed-in-{name}")
                seen[name] = page.get_by_role("link", name="mini", exact=True).count()
                assert [each for each in visitor.complaints if "404" not in each] == []
    assert seen == {"ann": 1, "ben": 0}
