"""Each page of the site in a real browser: on two screens, in two lights, with axe-core."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser.site import ARGUMENTS, DESKTOP, PHONE, ROOT, Site, Visitor, shown_site
from thoroughness import THOROUGH

pytestmark = [
    pytest.mark.service("chromium"),
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(300),
]

#: Of each screen and light: whether axe-core looks at it in the usual run.
LOOKS = (
    ("desktop-light", DESKTOP, "light", True),
    ("desktop-dark", DESKTOP, "dark", THOROUGH),
    ("phone-light", PHONE, "light", THOROUGH),
    ("phone-dark", PHONE, "dark", True),
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
    "journal": "/journal",
    "compare": "/compare",
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
    with shown_site(tmp_path_factory.mktemp("site")) as site:
        yield site


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
    for look, viewport, theme, is_examined in LOOKS:
        visitor.looks(viewport, theme)
        visitor.picture(f"{name}-{look}")
        if visitor.overflow() > 0:
            wrong.append(f"{look}: {visitor.overflow()} pixels too wide")
        if is_examined:
            wrong += [f"{look}: {each}" for each in visitor.violations()]
    if name == "nothing":
        visitor.complaints = [each for each in visitor.complaints if "404" not in each]
    assert wrong + visitor.complaints == []
