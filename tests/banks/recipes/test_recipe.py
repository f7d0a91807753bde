"""Recipes are checked whole when they are read."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.recipes.connecting import ConnectionPart, PagePart
from holdfast.banks.recipes.place import Place
from holdfast.banks.recipes.recipe import (
    Dependency,
    Recipe,
    as_written,
    parse_recipe,
    read_recipe,
)
from holdfast.banks.recipes.sources import PortionPart, ReleaseFrom, ReleasePart, RemotePart
from holdfast.banks.recipes.steps import Makes, Step
from holdfast.errors import RecipeError

WHOLE = """
name = "yeast-proteins"
description = "Proteins of two yeasts"
formats = ["fasta"]
keep = 3
publish = false
[remote]
url = "ftp://example.org/proteomes"
files = ["*.pep.fa.gz"]
exclude = ["old*"]
[release]
from = "folder"
pattern = '(\\d{4}-\\d\\d-\\d\\d)'
[[steps]]
name = "unpack"
use = "unpack"
files = ["*.gz"]
[[steps]]
name = "load"
use = "load"
namespace = "yeast"
[[steps]]
name = "count"
command = ["python3", "count.py", "{release_folder}"]
needs = ["load"]
folder = "counts"
cores = 2
memory = 1000000
time = 60.5
"""
LEAST = 'name = "a"\n[remote]\nurl = "https://example.org/"\n'


def test_a_whole_recipe_is_read() -> None:
    recipe = parse_recipe(WHOLE, "yeast.toml")
    assert recipe.remote.url == "ftp://example.org/proteomes/"
    assert recipe.release.source is ReleaseFrom.FOLDER
    assert [step.name for step in recipe.steps] == ["unpack", "load", "count"]
    assert recipe.keep == 3
    assert not recipe.publish


def test_the_least_recipe_names_releases_by_date_and_wants_every_file() -> None:
    recipe = parse_recipe(LEAST, "a.toml")
    assert recipe.release.source is ReleaseFrom.DATE
    assert recipe.remote.selection.file("any/file")


def test_a_step_that_does_not_say_is_done_after_what_unpacks() -> None:
    recipe = parse_recipe(WHOLE, "yeast.toml")
    assert [recipe.needs(step) for step in recipe.steps] == [(), ("unpack",), ("load",)]


def test_what_is_written_is_read_the_same() -> None:
    recipe = parse_recipe(WHOLE, "yeast.toml")
    assert Recipe.model_validate(as_written(recipe)) == recipe


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('nmae = "a"\n[remote]\nurl = "https://x.org/"', "nmae: there is no such key"),
        ('[remote]\nurl = "https://x.org/"', "a.toml: name: it is missing; every recipe needs it"),
        (
            LEAST + 'flies = ["*"]',
            "a.toml: remote.flies: there is no such key; did you mean files?",
        ),
        ("publsh = true\n" + LEAST, "publsh: there is no such key; did you mean publish?"),
        (LEAST + "[release]\nfrm = 1", "release.frm: there is no such key; did you mean from?"),
        (
            LEAST + '[[steps]]\nname="x"\nuse="unpack"\nned=[]',
            "steps.0.ned: there is no such key; did you mean needs?",
        ),
        ("name = \n", "a.toml: it is not TOML: Invalid value (at line 1, column 8)"),
        (LEAST.replace('"a"', '"../a"'), "'../a' is not a name"),
        (LEAST.replace("https://example.org/", "example.org"), "is not a URL"),
        (LEAST.replace("https://example.org/", "https://"), "names no host"),
        (LEAST.replace("https:", "gopher:"), "there is no remote for gopher; there are "),
        (LEAST + 'files = ["/etc/*"]', "leading slash"),
        (LEAST + "files = []", "remote.files"),
        (LEAST + 'files = ["a"]\nmatch = ["b"]', "by globs (files, exclude) or by regular"),
        (LEAST + 'match = ["(a/b)"]', "remote.match: '(a/b)': '(a' is no regular expression"),
        (LEAST + 'name = "a//b"', "'a//b' is not the name of one file"),
        (LEAST + 'page = { file = "(" }', "remote.page.file: '(' is not a regular expression"),
        (LEAST + 'page = { file = "x", nme = 1 }', "did you mean name?"),
        (LEAST + 'match = ["{release}"]', "needs a release that is known before"),
        (
            LEAST.replace("org/", "org/{release}/") + '[release]\nmatch = "a"',
            "say url under [release]",
        ),
        (LEAST + '[release]\nurl = "https://x.org/{release}/"', "before it is known"),
        (LEAST + '[release]\nformat = "%Y/%m"', "cannot be the name of a release"),
        (LEAST + '[release]\nfrom = "bank"', "needs a bank"),
        (LEAST + '[release]\nfrom = "bank"\nbank = "x"', "which is not in depends"),
        (LEAST + '[[depends]]\nbank = "x"\nmatch = ["["]', "is not a regular expression"),
        (
            LEAST + '[[depends]]\nbnk = "x"',
            "depends.0.bnk: there is no such key; did you mean",
        ),
        ('environment = { "a b" = "x" }\n' + LEAST, "environment"),
        (LEAST + '[[before]]\nname = "x"\nuse = "load"', "at a removal are commands"),
        (LEAST + '[[removal]]\nname="x"\ncommand=["a"]\nneeds=["y"]', "no step is called"),
        (LEAST + '[[steps]]\nname="x"\nuse="unpack"\nmatch=["a"]', 'use = "select"'),
        (LEAST + '[[steps]]\nname="x"\nuse="load"\ncontainer="i"', "only a command runs"),
        (LEAST + '[release]\nfrom = "moon"', "release.from"),
        (LEAST + '[release]\nfrom = "file name"', "needs a pattern"),
        (LEAST + '[release]\nfrom = "content"\npattern = "x"', "needs a file"),
        (LEAST + '[release]\npattern = "("', "is not a regular expression"),
        (LEAST + '[release]\npattern = "(a)(b)"', "has 2 groups"),
        (LEAST + '[schedule]\nzone = "UTC"', "schedule.cron: it is missing; every schedule needs"),
        (
            LEAST + '[schedule]\ncrom = "@daily"',
            "schedule.crom: there is no such key; did you mean",
        ),
        (LEAST + '[schedule]\ncron = "0 24 * * *"', "schedule.cron: '0 24 * * *' is not a cron"),
        (LEAST + '[schedule]\ncron = "@daily"\nzone = "Paris"', "schedule.zone: there is no time"),
        (LEAST + '[schedule]\ncron = "@daily"\njitter = "2 days"', "schedule.jitter: '2 days' is"),
        (LEAST + '[[steps]]\nname = "x"', "either use"),
        (LEAST + '[[steps]]\nname = "x"\nuse = "load"\ncommand = ["a"]', "either use"),
        (LEAST + '[[steps]]\nname = "x"\nuse = "unpak"', "did you mean unpack?"),
        (LEAST + '[[steps]]\nname = "fetch"\ncommand = ["a"]', "every update has"),
        (LEAST + '[[steps]]\nname = "x"\ncommand = ["a"]\nfolder = "../y"', "one folder"),
        (LEAST + '[[steps]]\nname = "x"\ncommand = ["a"]\nfolder = "flat"', "taken"),
        (LEAST + '[[steps]]\nname = "x"\ncommand = ["a"]\nneeds = ["y"]', "no step is called"),
        (LEAST + '[[steps]]\nname = "x"\ncommand = ["a"]\nneeds = ["x"]', "in a circle"),
        (LEAST + '[[steps]]\nname="x"\ncommand=["a"]\n' * 2, "two steps are called 'x'"),
        (LEAST + '[[steps]]\nname = "x"\ncommand = ["a"]\ncores = 0', "steps.0.cores"),
    ],
)
def test_a_recipe_that_is_wrong_says_where_and_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "a.toml")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_recipe_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b'name = "caf\xe9"')
    with pytest.raises(RecipeError, match="not UTF-8"):
        read_recipe(file)
    with pytest.raises(RecipeError, match="no such file"):
        read_recipe(tmp_path / "b.toml")


@given(st.text(max_size=200))
def test_any_text_is_a_recipe_or_a_recipe_error(text: str) -> None:
    with suppress(RecipeError):  # any other error fails the test
        parse_recipe(text, "any.toml")


def test_the_manual_explains_every_key_and_its_recipe_is_one() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "recipe.md").read_text()
    example = page.split("```toml\n")[1].split("```")[0]
    assert parse_recipe(example, "the manual").name == "yeast-proteins"
    remotes = (RemotePart, PortionPart, ReleasePart, PagePart, ConnectionPart)
    for model in (Recipe, *remotes, Step, Makes, Dependency, Place):
        for name, field in model.model_fields.items():
            written = field.alias or name
            assert f"`{written}`" in page or f"[{written}]" in page, written


def test_a_recipe_nested_deeper_than_python_goes_is_refused() -> None:
    with pytest.raises(RecipeError, match="nested too deep"):
        parse_recipe("name = " + "[" * 5000, "deep.toml")


def test_a_recipe_may_say_when_its_bank_is_updated() -> None:
    text = LEAST + '[schedule]\ncron = " @Daily "\nzone = "Europe/Paris"\njitter = "30m"'
    recipe = parse_recipe(text, "a.toml")
    assert recipe.schedule is not None
    assert (recipe.schedule.cron, recipe.schedule.zone) == ("@Daily", "Europe/Paris")
    assert (recipe.schedule.jitter, recipe.schedule.catch_up) == (1800, True)
    assert Recipe.model_validate(as_written(recipe)) == recipe
    assert parse_recipe(LEAST, "a.toml").schedule is None
