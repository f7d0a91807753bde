"""Opening beneath a folder: names and links that would lead out, and what is no plain file."""

import os
from pathlib import Path

import pytest

from holdfast.base.beneath import LINKS_MOST, facts_beneath, open_beneath


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a file, links of all sorts, a pipe, and a secret beside it."""
    (tmp_path / "secret").write_text("secret")
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "sub" / "file").write_text("inside")
    for name, target in {
        "inside": "sub/file",
        "sub/back": "../sub/file",
        "whole": str(tree / "sub" / "file"),
        "folder": "sub",
        "out": "../secret",
        "far": str(tmp_path / "secret"),
        "root": "/",
        "beside": f"{tree}-not/file",
        "round": "round",
        "broken": "nothing",
        "sub/up": "../../secret",
    }.items():
        (tree / name).symlink_to(target)
    os.mkfifo(tree / "pipe")
    return tree


@pytest.mark.parametrize(
    "names", ["sub/file", "inside", "sub/back", "whole", "folder/file", "folder/back", "sub/./file"]
)
def test_what_is_inside_is_opened_whichever_way_leads_there(tree: Path, names: str) -> None:
    descriptor = open_beneath(tree, names.split("/"))
    with os.fdopen(descriptor, "rb") as file:
        assert file.read() == b"inside"


@pytest.mark.parametrize(
    "names",
    [
        "out", "far", "root", "root/etc/passwd", "beside", "round", "broken", "sub/up", "pipe",
        "..", "../secret", "sub/../../secret", "sub/file/more", "nothing", "x" * 300, "sub\0/file",
        "\udcff\ud800",
    ],
)  # fmt: skip
def test_nothing_leads_out(tree: Path, names: str) -> None:
    with pytest.raises(FileNotFoundError):
        open_beneath(tree, names.split("/"))


def test_a_name_with_a_slash_is_no_name(tree: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_beneath(tree, ["sub/file"])


def test_what_is_not_visible_is_not_reached_by_a_link_either(tree: Path) -> None:
    def visible(name: str, depth: int) -> bool:
        return (name, depth) != ("sub", 0)

    with pytest.raises(FileNotFoundError):
        open_beneath(tree, ["inside"], visible)
    assert facts_beneath(tree, ["whole"], visible) is None


def test_links_to_links_come_to_an_end(tree: Path) -> None:
    before = "sub/file"
    for number in range(LINKS_MOST + 1):
        (tree / f"link{number}").symlink_to(before)
        before = f"link{number}"
    os.close(open_beneath(tree, [f"link{LINKS_MOST - 1}"]))
    with pytest.raises(FileNotFoundError):
        open_beneath(tree, [f"link{LINKS_MOST}"])


def test_no_descriptor_is_left_open(tree: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("out", "round", "pipe", "inside", "sub"):
        facts_beneath(tree, [name], lambda _name, _depth: True)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
