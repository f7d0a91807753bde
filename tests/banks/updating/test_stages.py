"""Where people want an update to stop, or to begin again."""

import pytest

from holdfast.banks.recipes.recipe import Recipe, parse_recipe
from holdfast.banks.updating.stages import Point, Stage, Stop, Wishes, begin_of, point_of, stop_of
from holdfast.errors import UsageError

RECIPE = """
name = "x"
[remote]
url = "https://example.org/"
[[steps]]
name = "unpack"
use = "unpack"
[[steps]]
name = "INDEX_blast"
command = ["true"]
[[steps]]
name = "INDEX_bwa"
command = ["true"]
[[steps]]
name = "LAST_mail"
command = ["true"]
needs = ["INDEX_blast"]
"""
OTHERS = frozenset({"INDEX_blast", "INDEX_bwa", "LAST_mail", "finish"})


@pytest.fixture
def recipe() -> Recipe:
    return parse_recipe(RECIPE, "x.toml")


@pytest.mark.parametrize(
    ("name", "stage", "jobs"),
    [
        ("unpack", Stage.JOBS, {"unpack"}),
        ("fetch", Stage.JOBS, {"fetch"}),
        ("finish", Stage.JOBS, {"finish"}),
        ("publish", Stage.JOBS, {"publish"}),
        ("ask", Stage.ASK, ()),
        ("before", Stage.BEFORE, ()),
        # BioMAJ's names
        ("init", Stage.CHECK, ()),
        ("check", Stage.CHECK, ()),
        ("depends", Stage.DEPENDS, ()),
        ("preprocess", Stage.BEFORE, ()),
        ("release", Stage.ASK, ()),
        ("download", Stage.JOBS, {"fetch", "unpack"}),
        ("postprocess", Stage.JOBS, OTHERS),
        ("over", Stage.OVER, ()),
    ],
)
def test_a_name_is_a_place(recipe: Recipe, name: str, stage: Stage, jobs: object) -> None:
    assert isinstance(jobs, set | frozenset | tuple)
    assert point_of(name, recipe) == Point(stage, frozenset(jobs))


def test_a_step_of_the_recipe_goes_before_a_stage_of_its_name() -> None:
    text = RECIPE.replace('name = "unpack"', 'name = "download"')
    assert point_of("download", parse_recipe(text, "")).jobs == {"download"}


@pytest.mark.parametrize(
    ("wishes", "stop"),
    [
        (Wishes(), Stop()),
        (Wishes(stop_before="init"), Stop(Stage.NONE)),
        (Wishes(stop_before="release"), Stop(Stage.BEFORE)),
        (Wishes(stop_after="release"), Stop(Stage.ASK)),
        (Wishes(stop_before="download"), Stop(Stage.JOBS, before=frozenset({"fetch", "unpack"}))),
        (Wishes(stop_after="download"), Stop(Stage.JOBS, after=frozenset({"fetch", "unpack"}))),
        (Wishes(stop_before="over"), Stop(Stage.JOBS)),
        (Wishes(stop_after="over"), Stop(Stage.OVER)),
    ],
)
def test_an_update_stops_where_it_is_told(recipe: Recipe, wishes: Wishes, stop: Stop) -> None:
    assert stop_of(wishes, recipe) == stop


@pytest.mark.parametrize(
    ("wishes", "jobs"),
    [
        (Wishes(process="INDEX_bwa"), {"INDEX_bwa"}),
        (Wishes(process="INDEX"), {"INDEX_blast", "INDEX_bwa"}),  # a meta of BioMAJ
        (Wishes(process="mail"), {"LAST_mail"}),  # a process of BioMAJ
        (Wishes(from_task="postprocess", process="blast"), {"INDEX_blast"}),
        (Wishes(from_task="postprocess"), OTHERS),
    ],
)
def test_an_update_begins_again_where_it_is_told(
    recipe: Recipe, wishes: Wishes, jobs: frozenset[str]
) -> None:
    assert begin_of(wishes, recipe) == Point(Stage.JOBS, frozenset(jobs))
    assert begin_of(Wishes(), recipe) is None


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        (Wishes(stop_before="unpak"), "x has no step 'unpak'; did you mean unpack?"),
        (Wishes(stop_after="nothing"), r"no step 'nothing' \(there are: unpack, .*download"),
        (Wishes(stop_after="fetch", stop_before="fetch"), "stops at one place"),
        (Wishes(from_task="dowload"), "did you mean download"),
        (Wishes(process="fetch"), r"no step 'fetch' \(there are: unpack, INDEX_blast"),
        (Wishes(from_task="download", process="mail"), "mail is no part of download"),
    ],
)
def test_a_place_that_there_is_not_is_told(recipe: Recipe, wishes: Wishes, sentence: str) -> None:
    asked = stop_of if wishes.stop_before or wishes.stop_after else begin_of
    with pytest.raises(UsageError, match=sentence):
        asked(wishes, recipe)
