"""The templates that are shipped choose the right files of sites laid out as theirs are.

The sites are made up, in memory: folders and names as each site documents them, with older releases
and neighbours that are not wanted. What a live site shows today is not asked here.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from banks.template_sites import SITES, Site
from holdfast.banks.choosing.naming import find_release
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.templates import names, template
from holdfast.errors import UsageError
from holdfast.remotes.interface import Remote
from holdfast.remotes.memory import MemoryFile, MemoryRemote


def opened(site: Site, recipe: Recipe, url: str) -> Remote:
    """The remote at `url` of a made-up site."""
    everything = dict.fromkeys(site.shown, "") | dict(site.texts)
    remote = MemoryRemote(url)
    if url == "multi://":
        wanted = {part.url.removeprefix("direct+") for part in recipe.remote.parts}
        chosen = {
            each.rpartition("/")[2]: text for each, text in everything.items() if each in wanted
        }
    elif url.startswith("direct+"):
        whole = url.removeprefix("direct+")
        chosen = {whole.rpartition("/")[2]: everything[whole]}
    else:
        chosen = {
            each.removeprefix(url): text
            for each, text in everything.items()
            if each.startswith(url)
        }
    day = datetime(2026, 11, 20, tzinfo=UTC)
    remote.files = {name: MemoryFile(text.encode(), day) for name, text in chosen.items()}
    return remote


@pytest.mark.parametrize("name", names())
def test_a_template_names_the_release_and_chooses_its_files(name: str) -> None:
    recipe, site = template(name).recipe, SITES[name]
    found = find_release(recipe, lambda url: opened(site, recipe, url))
    assert found.release == site.release
    assert tuple(file.name for file in found.listing.files) == site.files


@pytest.mark.parametrize("name", names())
def test_a_template_says_what_it_is_and_what_it_costs(name: str) -> None:
    found = template(name)
    assert found.recipe.name == name
    about = found.about
    assert all((about.title, about.layout, about.release, about.size, about.licence)), about
    assert "20" in about.layout.rpartition(";")[2]  # when the site's pages were read
    assert found.recipe.description
    assert found.recipe.types
    assert found.recipe.formats
    assert max(map(len, found.text.splitlines())) <= 130


def test_a_template_nobody_ships_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean swissprot"):
        template("swisprot")


def test_each_template_is_on_the_page_of_templates() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "templates.md").read_text()
    for name in names():
        about = template(name).about
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert all(fact in row for fact in (about.release, about.size, about.licence))
