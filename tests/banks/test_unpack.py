"""Archives become what is in them, and nothing else ever happens."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.banks.making import Making, Unpacked, all_unpacked, write_making
from holdfast.banks.recipe import Recipe
from holdfast.banks.releases import Entry, Product
from holdfast.banks.unpack import is_archive, unpack_step
from holdfast.errors import FormatError
from holdfast.remotes.interface import Listing, RemoteFile

TEXT = b">chrI\n" + b"ACGTTGCA" * 3000 + b"\n"
LIMIT = 10**7


def bgzip(content: bytes) -> bytes:
    """`content` as bgzip makes it: gzip members with a BC field, and an empty one at the end."""
    halves = content[: len(content) // 2], content[len(content) // 2 :], b""
    return b"".join(gzip.compress(half) for half in halves)


def tarred(**members: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in members.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
    return made.getvalue()


def tar_with(facts: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(facts)
    return made.getvalue()


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def zstd(content: bytes) -> bytes:
    return b"".join(zstandard.compress(part) for part in (content[:99], content[99:]))


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


def unpack(making: Making, files: dict[str, bytes], limit: int = LIMIT) -> tuple[Unpacked, ...]:
    """Put `files` in the release, as if they had arrived, and unpack them."""
    entries = []
    for name, content in files.items():
        path = making.flat / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        product = Product(name, len(content), sha256(content).hexdigest())
        file = RemoteFile(name, "", len(content), datetime(2024, 1, 1, tzinfo=UTC))
        entries.append(Entry(file, product.sha256, (product,)))
    return unpack_step(making, making.recipe.steps[0], tuple(entries), limit, threads=2)


def flat(making: Making) -> dict[str, bytes]:
    paths = (path for path in sorted(making.flat.rglob("*")) if path.is_file())
    return {path.relative_to(making.flat).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.fa.gz", gzip.compress),
        ("a.fa.bgz", bgzip),
        ("a.fa.bz2", bz2.compress),
        ("a.fa.xz", lzma.compress),
        ("a.fa.zst", zstd),
        ("a.zip", lambda content: zipped(**{"a.fa": content})),
        ("a.tar", lambda content: tarred(**{"a.fa": content})),
        ("a.tar.gz", lambda content: gzip.compress(tarred(**{"a.fa": content}))),
        ("a.tgz", lambda content: gzip.compress(tarred(**{"a.fa": content}))),
        ("a.tar.bz2", lambda content: bz2.compress(tarred(**{"a.fa": content}))),
        ("a.tar.xz", lambda content: lzma.compress(tarred(**{"a.fa": content}))),
        ("a.tar.zst", lambda content: zstd(tarred(**{"a.fa": content}))),
    ],
)
def test_an_archive_is_replaced_by_what_is_in_it(
    making: Making, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (unpacked,) = unpack(making, {f"sub/{name}": pack(TEXT)})
    assert flat(making) == {"sub/a.fa": TEXT}
    product = Product("sub/a.fa", len(TEXT), sha256(TEXT).hexdigest())
    assert unpacked == Unpacked(f"sub/{name}", (product,))
    assert all_unpacked(making) == {f"sub/{name}": unpacked}
    assert (making.flat / "sub/a.fa").stat().st_mode & 0o222 == 0  # shared by releases


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.fa.gz", gzip.compress),
        ("a.fa.bgz", bgzip),
        ("a.fa.bz2", bz2.compress),
        ("a.fa.xz", lzma.compress),
        ("a.fa.zst", zstd),
        ("a.tar", lambda content: tarred(**{"a.fa": content})),
        ("a.tar.gz", lambda content: gzip.compress(tarred(**{"a.fa": content}))),
        ("a.zip", lambda content: zipped(**{"a.fa": content})),
    ],
)
@pytest.mark.parametrize("kept", [0, 6, 0.5, 0.95, -1])
def test_an_archive_that_is_cut_off_is_one_sentence_and_leaves_nothing(
    making: Making, name: str, pack: Callable[[bytes], bytes], kept: float
) -> None:
    whole = pack(bytes(i * i % 251 for i in range(5000)))
    end = int(len(whole) * kept) if isinstance(kept, float) else kept
    if name == "a.tar" and kept in {0, 0.95, -1}:
        end = 700  # what is missing at a tar's very end is padding, and nothing at all is no tar
    cut = whole[:end]
    if not is_recognised(making, name, cut):
        return  # too little to be told from any other file: left as it is
    with pytest.raises(FormatError, match=name.replace(".", r"\.")) as caught:
        unpack(making, {name: cut})
    assert "\n" not in str(caught.value)
    assert flat(making) == {name: cut}


def is_recognised(making: Making, name: str, content: bytes) -> bool:
    path = making.folder / name
    path.write_bytes(content)
    return is_archive(path)


def test_a_file_that_arrived_unpacked_already_is_left(making: Making) -> None:
    assert unpack(making, {"a.fa.gz": TEXT, "b.fa": TEXT}) == ()
    assert flat(making) == {"a.fa.gz": TEXT, "b.fa": TEXT}


def link(name: str, kind: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    facts = tarfile.TarInfo(name)
    facts.type, facts.linkname = kind, target
    return facts


def zip_link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        facts = zipfile.ZipInfo("link")
        facts.external_attr = 0o120777 << 16
        archive.writestr(facts, "/etc/passwd")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.tar", tarred(**{"../out": b"x"}), "would leave its folder"),
        ("a.tar", tarred(**{"/etc/out": b"x"}), "would leave its folder"),
        ("a.tar", tarred(**{"a\nb": b"x"}), "unprintable"),
        ("a.tar", tar_with(link("l", tarfile.SYMTYPE)), "a link or a device"),
        ("a.tar", tar_with(link("l", tarfile.LNKTYPE)), "a link or a device"),
        ("a.tar", tar_with(link("l", tarfile.CHRTYPE)), "a link or a device"),
        ("a.tar", tar_with(link("l", tarfile.FIFOTYPE)), "a link or a device"),
        ("a.zip", zipped(**{"../out": b"x"}), "would leave its folder"),
        ("a.zip", zipped(**{"/etc/out": b"x"}), "would leave its folder"),
        ("a.zip", zip_link(), "a link or a device"),
        ("a.fa.gz", gzip.compress(bytes(LIMIT + 1)), "unpacks to more than 10,000,000 bytes"),
        ("a.fa.zst", zstandard.compress(bytes(LIMIT + 1)), "unpacks to more than"),
        ("a.zip", zipped(a=bytes(LIMIT // 2), b=bytes(LIMIT)), "unpacks to more than"),
        ("a.tar.gz", gzip.compress(tarred(a=bytes(LIMIT + 1))), "unpacks to more than"),
        ("a.tar", tarred(**{"b.fa": b"other"}), "b.fa, which b.fa is called"),
        ("a.tar", tarred(**{"a.tar": b"self"}), "holds a.tar"),
        ("a.tar", tarred(**{"b.fa/x": b"other"}), "one name"),
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
