"""The manual: its links lead somewhere, and it has a page for everything with a name."""

import re
from pathlib import Path

import pytest

from holdfast.banks.indexing.registry import known_keys
from holdfast.plugins import Group, names
from holdfast.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "changes" / "README.md"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_s_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    dead = [
        link
        for link in links
        if not re.match(r"[a-z]+:", link) and not (page.parent / link).exists()
    ]
    assert dead == []


def test_each_page_of_the_manual_is_in_its_contents() -> None:
    contents = (ROOT / "docs" / "README.md").read_text()
    pages = {
        str(page.relative_to(ROOT / "docs"))
        for page in PAGES
        if page.is_relative_to(ROOT / "docs") and "decisions" not in page.parts
    }
    missing = {page for page in pages if page not in contents} - {"README.md", "design/plan.md"}
    assert missing == set()


def test_each_decision_is_in_their_table() -> None:
    folder = ROOT / "docs" / "design" / "decisions"
    table = (folder / "README.md").read_text()
    assert [page.name for page in sorted(folder.glob("[0-9]*.md")) if page.name not in table] == []


def test_each_setting_is_on_the_page_of_settings() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert all(f"{PREFIX}{name.upper()}" in page for name in Settings.model_fields)


def test_each_step_and_its_keys_are_on_the_page_of_steps() -> None:
    page = (ROOT / "docs" / "reference" / "steps.md").read_text()
    used = [name for name in names(Group.STEPS) if f"[`{name}`]" not in page]
    keys = [key for key in known_keys() if f"`{key}`" not in page]
    assert (used, keys) == ([], [])


def test_each_kind_of_remote_is_on_the_page_of_remotes() -> None:
    page = (ROOT / "docs" / "reference" / "remotes.md").read_text()
    assert [scheme for scheme in names(Group.REMOTES) if scheme not in page] == []
