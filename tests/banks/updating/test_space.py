"""What a release will take on the disk is estimated before a byte moves."""

from pathlib import Path

import pytest

from holdfast.banks.recipes.recipe import parse_recipe
from holdfast.banks.releases.release import Entry, Product
from holdfast.banks.updating.making import Making
from holdfast.banks.updating.space import Space, space_for
from holdfast.remotes.interface import Listing, RemoteFile

UNPACK = '[[steps]]\nname = "unpack"\nuse = "unpack"\n'


def making(
    files: dict[str, int | None], steps: str = UNPACK, reuse: tuple[str, ...] = ()
) -> Making:
    listed = tuple(RemoteFile(name, f"u/{name}", size, None) for name, size in files.items())
    return Making(
        bank="x",
        release="2",
        remote_release="2",
        number=2,
        token="t",
        attempts=1,
        url="u",
        listing=Listing("u", listed),
        reuse=frozenset(reuse),
        previous=None,
        same_unpacking=True,
        recipe=parse_recipe(f'name = "x"\n[remote]\nurl = "file:///x"\n{steps}', ""),
        bank_folder=Path("x"),
    )


def had(name: str, size: int, *products: int) -> Entry:
    made = tuple(Product(f"{name}{count}", each, "") for count, each in enumerate(products))
    return Entry(RemoteFile(name, "", size, None), "", made)


@pytest.mark.parametrize(
    ("files", "steps", "previous", "space"),
    [
        ({"a": 10, "b": 20}, "", (), Space(30, 0)),
        ({"a": None}, "", (), Space(0, 0)),
        ({"a": None}, "", (had("a", 7, 7),), Space(7, 0)),
        # Archives go as they are unpacked: 4 times 100, less these 100, and one beside.
        ({"a.gz": 100, "b": 1}, UNPACK, (), Space(101, 400)),
        ({"a.gz": 100, "b.gz": 50}, UNPACK, (), Space(150, 450 + 100)),
        ({"a.gz": 100}, UNPACK + "keep_archives = true\n", (), Space(100, 400)),
        ({"a.gz": 100}, UNPACK + 'files = ["b*"]\n', (), Space(100, 0)),
        # What archives became before tells what they will.
        ({"a.gz": 100}, UNPACK, (had("z.gz", 10, 5, 15),), Space(100, 200)),
        ({"a.gz": 100}, UNPACK, (had("z.gz", 10, 5),), Space(100, 100)),
    ],
)
def test_what_arrives_and_comes_out_of_archives_is_counted(
    files: dict[str, int | None], steps: str, previous: tuple[Entry, ...], space: Space
) -> None:
    assert space_for(making(files, steps), (), (), previous, ratio=4.0) == space


def test_what_is_here_or_unpacked_or_reused_takes_nothing_more() -> None:
    files: dict[str, int | None] = {"a.gz": 100, "b.gz": 10, "c.gz": 1}
    made = making(files, reuse=("c.gz",))
    assert space_for(made, {"a.gz"}, (), (), ratio=2.0).arriving == 10
    assert space_for(made, {"a.gz", "b.gz"}, {"a.gz", "b.gz"}, (), ratio=2.0) == Space(0, 0)


def test_archives_that_are_unpacked_side_by_side_are_there_together() -> None:
    files: dict[str, int | None] = {"a.gz": 100, "b.gz": 100, "c.gz": 100}
    assert space_for(making(files), (), (), (), ratio=1.0, at_once=2) == Space(300, 200)
    assert space_for(making(files), (), (), (), ratio=1.0, at_once=9) == Space(300, 300)
