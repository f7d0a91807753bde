"""A recipe that is written reads back the same."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.recipes.recipe import Recipe, parse_recipe
from holdfast.banks.recipes.written import written

TEXT = st.text(max_size=12)  # quotes, backslashes, control characters, all of Unicode
WORD = st.text("abcXYZ019", min_size=1, max_size=6)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Recipes with everything that may be text."""
    names = draw(st.lists(WORD, unique=True, max_size=4))
    steps = [
        {
            "name": f"s{name}",
            "command": draw(st.lists(TEXT, min_size=1, max_size=3)),
            "description": draw(TEXT),
            "needs": draw(st.sampled_from([None, [], [f"s{names[0]}"] if number else []])),
            "cores": draw(st.integers(1, 9)),
            "time": draw(st.none() | st.floats(0.1, 1e9)),
            "makes": [{"format": draw(TEXT), "files": draw(st.lists(TEXT, max_size=2))}],
        }
        for number, name in enumerate(names)
    ]
    document = {
        "name": draw(WORD),
        "description": draw(TEXT),
        "formats": draw(st.lists(TEXT, max_size=2)),
        "keep": draw(st.none() | st.integers(0, 10)),
        "publish": draw(st.booleans()),
        "remote": {
            "url": "https://example.org/",
            "match": ["^a\\.b$", "x'y", draw(WORD)],
            "arguments": {draw(TEXT): draw(TEXT)},
            "connection": {"retries": draw(st.none() | st.integers(0, 9)), "ca_file": draw(TEXT)},
        },
        "release": {"from": "content", "match": "v", "pattern": "\\d+'\""},
        "depends": [
            {"bank": f"d-{each}", "match": ["a"]}
            for each in draw(st.lists(WORD, max_size=2, unique=True))
        ],
        "environment": {f"v{name}": draw(TEXT) for name in names},
        "steps": steps,
        "before": [{"name": "b", "command": ["true"]}],
    }
    return Recipe.model_validate(document)


@given(recipes(), st.lists(TEXT, max_size=3))
def test_what_is_written_reads_back_the_same(recipe: Recipe, comments: list[str]) -> None:
    assert parse_recipe(written(recipe, comments), "x.toml") == recipe
