"""A selection leaves the release nothing but what it means, and may be killed at any moment."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import Entry, Product
from holdfast.banks.updating import select
from holdfast.banks.updating.arrivals import all_unpacked
from holdfast.banks.updating.entries import entries_as_unpacked
from holdfast.banks.updating.making import Making, write_making
from holdfast.banks.updating.select import select_step
from holdfast.errors import BankError
from holdfast.remotes.interface import Listing, RemoteFile

FILES = ("a.fa", "b.txt", "deep/c.fa", "deep/d.txt")


@pytest.fixture
def making(tmp_path: Path) -> Making:
    """A making with a few files in its release folder."""
    steps = [{"name": "keep", "use": "select", "match": [r".*\.fa$"]}]
    document = {"name": "x", "remote": {"url": "https://example.org/"}, "steps": steps}
    made = Making(
        bank="x",
        release="1",
        remote_release="1",
        number=1,
        token="one",
        attempts=1,
        url="https://example.org/",
        listing=Listing("https://example.org/", ()),
        reuse=frozenset(),
        previous=None,
        same_unpacking=False,
        recipe=Recipe.model_validate(document),
        bank_folder=tmp_path / "x",
    )
    write_making(made)
    for name in FILES:
        (made.flat / name).parent.mkdir(parents=True, exist_ok=True)
        (made.flat / name).write_text(name)
    return made


def entries() -> tuple[Entry, ...]:
    products = [Product(name, len(name), sha256(name.encode()).hexdigest()) for name in FILES]
    return tuple(
        Entry(RemoteFile(each.path, "", each.size, None), each.sha256, (each,)) for each in products
    )


def left(making: Making) -> list[str]:
    paths = (path for path in making.flat.rglob("*") if path.is_file())
    return sorted(path.relative_to(making.flat).as_posix() for path in paths)


def in_account(making: Making) -> list[str]:
    known = entries_as_unpacked(entries(), all_unpacked(making))
    return sorted(product.path for entry in known for product in entry.products)


def test_what_is_not_meant_leaves_the_disk_and_the_account(making: Making) -> None:
    assert select_step(making, making.recipe.steps[0], entries()) == 2
    assert left(making) == in_account(making) == ["a.fa", "deep/c.fa"]


def test_globs_select_too(making: Making) -> None:
    step = Step.model_validate({"name": "keep", "use": "select", "files": ["*"]})
    assert select_step(making, step, entries()) == 2
    assert left(making) == ["a.fa", "b.txt"]


@pytest.mark.parametrize("noted", [0, 1, 2])
def test_a_selection_that_was_killed_is_done_by_the_next(
    making: Making, noted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(noted))

    def note_until_killed(*words: object) -> None:
        if next(times, None) is None:
            raise KeyboardInterrupt
        real(*words)

    real = select.note_unpacked
    monkeypatch.setattr(select, "note_unpacked", note_until_killed)
    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        select_step(making, making.recipe.steps[0], entries())
    monkeypatch.undo()
    assert left(making) == sorted(FILES)  # nothing goes before all of it is noted
    select_step(making, making.recipe.steps[0], entries())
    assert left(making) == in_account(making) == ["a.fa", "deep/c.fa"]


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_selection_that_keeps_nothing_says_so_and_removes_nothing(making: Making) -> None:
    step = replace_match(making.recipe.steps[0], "none")
    with pytest.raises(BankError, match="none of 4 files is kept by step 'keep' \\(none\\)"):
        select_step(replace(making), step, entries())
    assert left(making) == sorted(FILES)


def replace_match(step: Step, match: str) -> Step:
    return step.model_copy(update={"match": (match,)})
