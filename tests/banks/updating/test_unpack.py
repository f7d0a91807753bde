"""Archives become what is in them, and nothing else ever happens."""

import bz2
import gzip
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formats.archives.packing import (
    PACKS,
    link,
    sevenzipped,
    tar_with,
    tarred,
    zip_link,
    zipped,
)
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.release import Entry, Product
from holdfast.banks.updating.arrivals import Unpacked, all_unpacked
from holdfast.banks.updating.making import Making, write_making
from holdfast.banks.updating.unpack import unpack_step
from holdfast.errors import FormatError
from holdfast.formats.archives.limits import Limits
from holdfast.remotes.interface import Listing, RemoteFile

TEXT = b">chrI\n" + b"ACGTTGCA" * 3000 + b"\n"
LIMIT = 10**7
FEW = Limits(size=LIMIT)


@pytest.fixture
def making(tmp_path: Path) -> Making:
    """A making whose release folder is empty."""
    recipe = Recipe.model_validate(
        {
            "name": "x",
            "remote": {"url": "https://example.org/"},
            "steps": [{"name": "unpack", "use": "unpack"}],
        }
    )
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
        recipe=recipe,
        bank_folder=tmp_path / "x",
    )
    write_making(made)
    made.flat.mkdir(parents=True)
    return made


def unpack(making: Making, files: dict[str, bytes], limits: Limits = FEW) -> tuple[Unpacked, ...]:
    """Put `files` in the release, as if they had arrived, and unpack them."""
    entries = []
    for name, content in files.items():
        path = making.flat / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        product = Product(name, len(content), sha256(content).hexdigest())
        file = RemoteFile(name, "", len(content), datetime(2024, 1, 1, tzinfo=UTC))
        entries.append(Entry(file, product.sha256, (product,)))
    return unpack_step(making, making.recipe.steps[0], tuple(entries), limits, threads=2)


def flat(making: Making) -> dict[str, bytes]:
    paths = (path for path in sorted(making.flat.rglob("*")) if path.is_file())
    return {path.relative_to(making.flat).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize(("name", "pack"), PACKS.items())
def test_an_archive_is_replaced_by_what_is_in_it(
    making: Making, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (unpacked,) = unpack(making, {f"sub/{name}": pack(TEXT)})
    assert flat(making) == {"sub/a.fa": TEXT}
    product = Product("sub/a.fa", len(TEXT), sha256(TEXT).hexdigest())
    assert unpacked == Unpacked(f"sub/{name}", (product,))
    assert all_unpacked(making) == {f"sub/{name}": unpacked}
    assert (making.flat / "sub/a.fa").stat().st_mode & 0o222 == 0  # shared by releases


@pytest.mark.service("7zz")
def test_a_7z_is_replaced_by_what_is_in_it(making: Making) -> None:
    unpack(making, {"sub/a.7z": sevenzipped({"a.fa": TEXT, "b/c": b"1"})})
    assert flat(making) == {"sub/a.fa": TEXT, "sub/b/c": b"1"}


def test_an_archive_that_is_cut_off_is_one_sentence_and_leaves_nothing(making: Making) -> None:
    cut = gzip.compress(TEXT)[:-3]
    with pytest.raises(FormatError, match=r"a\.fa\.gz: it is cut off or broken"):
        unpack(making, {"a.fa.gz": cut})
    assert flat(making) == {"a.fa.gz": cut}
    assert not list(making.folder.glob("unpacking-*"))


def test_a_file_that_is_called_an_archive_and_is_none_is_refused(making: Making) -> None:
    page = b"<html>404 Not Found</html>"
    with pytest.raises(FormatError, match="called gzip, but does not begin as gzip does"):
        unpack(making, {"a.fa.gz": page, "b.fa": TEXT})
    assert flat(making) == {"a.fa.gz": page, "b.fa": TEXT}


def test_what_came_out_of_an_archive_is_not_unpacked_in_turn(making: Making) -> None:
    inner = gzip.compress(TEXT)
    files = {"a.tar": tarred({"b.fa.gz": inner}), "c.gz": gzip.compress(b"3")}
    unpack(making, files)
    assert flat(making) == {"b.fa.gz": inner, "c": b"3"}
    unpack(making, {})  # taken up again after a kill: the same
    assert flat(making) == {"b.fa.gz": inner, "c": b"3"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.tar", tarred({"../out": b"x"}), "would leave its folder"),
        ("a.tar", tarred({"/etc/out": b"x"}), "would leave its folder"),
        ("a.tar", tarred({"a\nb": b"x"}), "unprintable"),
        ("a.tar", tar_with(link("l", tarfile.SYMTYPE)), "a link or a device"),
        ("a.tar", tar_with(link("l", tarfile.CHRTYPE)), "a link or a device"),
        ("a.tar", tar_with(link("l", tarfile.FIFOTYPE)), "a link or a device"),
        ("a.zip", zipped({"../out": b"x"}), "would leave its folder"),
        ("a.zip", zipped({"/etc/out": b"x"}), "would leave its folder"),
        ("a.zip", zip_link(), "a link or a device"),
        ("a.fa.gz", gzip.compress(bytes(LIMIT + 1)), "unpacks to more than 10,000,000 bytes"),
        ("a.fa.zst", zstandard.compress(bytes(LIMIT + 1)), "unpacks to more than"),
        ("a.zip", zipped({"a": bytes(LIMIT // 2), "b": bytes(LIMIT)}), "unpacks to more than"),
        ("a.tar.gz", gzip.compress(tarred({"a": bytes(LIMIT + 1)})), "unpacks to more than"),
        ("a.tar", tarred({"b.fa": b"other"}), "b.fa, which b.fa is called"),
        ("a.tar", tarred({"a.tar": b"self"}), "holds a.tar"),
        ("a.tar", tarred({"b.fa/x": b"other"}), "one name"),
    ],
)
def test_a_hostile_archive_is_one_sentence_and_leaves_nothing(
    making: Making, name: str, content: bytes, sentence: str
) -> None:
    files = {name: content, "b.fa": b"mine"}
    with pytest.raises(FormatError) as caught:
        unpack(making, files)
    assert sentence in str(caught.value)
    assert flat(making) == files
    assert all_unpacked(making) == {}


def test_two_archives_with_one_name_in_them_are_refused(making: Making) -> None:
    with pytest.raises(FormatError, match="exclude one of them"):
        unpack(making, {"a.fa.gz": gzip.compress(b"1"), "a.fa.bz2": bz2.compress(b"2")})


def test_archives_are_kept_beside_their_products_when_the_step_says_so(making: Making) -> None:
    step = making.recipe.steps[0].model_copy(update={"keep_archives": True})
    keeping = replace(making, recipe=making.recipe.model_copy(update={"steps": (step,)}))
    content = gzip.compress(TEXT)
    (unpacked,) = unpack(keeping, {"a.fa.gz": content})
    assert flat(making) == {"a.fa": TEXT, "a.fa.gz": content}
    assert [product.path for product in unpacked.products] == ["a.fa", "a.fa.gz"]


def test_unpacking_again_after_a_kill_gives_the_same(making: Making) -> None:
    first, second = gzip.compress(b"1"), gzip.compress(b"2")
    unpack(making, {"a.gz": first})
    # Killed while the second one was put in place: it is there, and was not noted.
    (making.flat / "b").write_bytes(b"half")
    entries = {"a.gz": first, "b.gz": second}
    unpack(making, entries)
    assert flat(making) == {"a": b"1", "b": b"2"}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from(["gz", "bz2", "xz", "zst", "zip", "tar", "tgz"]))
def test_any_bytes_are_unpacked_left_or_refused(making: Making, content: bytes, kind: str) -> None:
    magic = {"gz": b"\x1f\x8b", "bz2": b"BZh9", "zst": b"\x28\xb5\x2f\xfd", "zip": b"PK\x03\x04"}
    name = f"any.{kind}"
    for found in (content, magic.get(kind, b"") + content):
        for path in making.flat.iterdir():
            path.unlink()
        try:
            unpack(making, {name: found})
        except FormatError:
            assert flat(making) == {name: found}
