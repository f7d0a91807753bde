"""One thing is changed in the text of a recipe, and all else stays."""

from pathlib import Path

import pytest

from holdfast.banks.recipes.recipe import parse_recipe
from holdfast.banks.recipes.rewording import placed, renamed
from holdfast.errors import RecipeError

FILE = Path("yeast.toml")
TEXT = """\
# our yeast
  name = 'yeast'  # as the others call it
description = "name = 'yeast'"

[remote]
url = "https://example.org/"
name = "a.fa"

[[steps]]
name = "unpack"
use = "unpack"
"""
DIRECT = TEXT.replace("https:", "direct+https:").replace("org/", "org/x")


@pytest.mark.parametrize("text", [DIRECT, DIRECT.replace("\n", "\r\n")])
def test_only_the_name_of_the_bank_changes(text: str) -> None:
    after = renamed(text, "fly", FILE)
    assert after == text.replace("'yeast'  #", '"fly"  #')


def test_what_cannot_be_changed_by_rule_is_told() -> None:
    with pytest.raises(RecipeError, match="only a person can change; say name = "):
        renamed('"name" = "yeast"\n[remote]\nurl = "https://example.org/"\n', "fly", FILE)


PLAIN = 'name = "x"\n[remote]\nurl = "https://example.org/"\n'


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN + "[place]",
        PLAIN + '[place]\nfolder = "/old/x"\nroot = "/old"\n',
        '# x\nname = "x"\n[ place ]  # here\nseparator = "-"\n\n[remote]\nurl = "https://a.org/"\n',
    ],
)
def test_a_place_is_said_in_its_table(text: str) -> None:
    after = placed(text, Path("/new/ü x"), FILE)
    before, now = parse_recipe(text, FILE), parse_recipe(after, FILE)
    assert (now.place.folder, now.place.root) == ("/new/ü x", "")
    assert now.place.separator == before.place.separator
    assert now.remote == before.remote
    assert placed(after, Path("/new/ü x"), FILE) == after


def test_a_place_that_is_written_otherwise_is_told() -> None:
    inline = 'name = "x"\nplace = { folder = "/old" }\n[remote]\nurl = "https://example.org/"\n'
    with pytest.raises(RecipeError, match="only a person can change"):
        placed(inline, Path("/new"), FILE)
