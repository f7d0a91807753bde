"""
Which files a bank file chooses, what they are called, and what its release is named: two tables.

Each row is what the keys say, asked of a remote in memory, as an update would ask it.
"""

from datetime import UTC, datetime

import pytest

from holdfast.banks.choosing.naming import Found, find_release
from holdfast.banks.properties.meaning import Site, meaning_of
from holdfast.banks.properties.reading import read_bytes
from holdfast.errors import ListingFailed
from holdfast.remotes.memory import MemoryFile, MemoryRemote

MARCH = datetime(2024, 3, 7, 23, 30, tzinfo=UTC)
NOVEMBER = datetime(2024, 11, 1, 9, 0, tzinfo=UTC)
LEAST = "[GENERAL]\nprotocol=http\nserver=h.org\nremote.dir=/pub\nlocal.files=**/*\n"

TREE = {
    "README": b"",
    "a.gz": b"a",
    "b.txt": b"b",
    "fasta/x.fa": b"x",
    "fasta/deep/y.fa": b"y",
    "fasta2/x.fa": b"z",
}


def asked(said: str, files: dict[str, MemoryFile]) -> Found:
    """What a remote with `files` answers to a bank file that says this."""
    found = meaning_of(read_bytes((LEAST + said).encode(), "b.properties"), None, Site(), "b")
    assert found.recipe is not None, found.problems

    def opened(url: str) -> MemoryRemote:
        remote = MemoryRemote(url)
        below = url.partition("h.org/")[2]
        remote.files = {
            name.removeprefix(below): file for name, file in files.items() if name.startswith(below)
        }
        return remote

    return find_release(found.recipe, opened)


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        (".*", {"README": "README", "a.gz": "a.gz", "b.txt": "b.txt"}),  # of the folder itself
        ("**/*", {name: name for name in TREE}),
        ("a b", {"a.gz": "a.gz", "b.txt": "b.txt"}),  # split at blanks, each from its beginning
        (r"^.*\\.gz$", {"a.gz": "a.gz"}),  # a doubled backslash is one
        (r"^.*\.gz$", {"a.gz": "a.gz"}),
        ("fasta/.*", {"fasta/x.fa": "fasta/x.fa", "fasta2/x.fa": "fasta2/x.fa"}),
        ("fasta$/.*", {"fasta/x.fa": "fasta/x.fa"}),
        ("^/fasta$/x", {"fasta/x.fa": "fasta/x.fa"}),  # a lone ^ is the remote's folder
        ("/x", {"fasta/x.fa": "fasta/x.fa", "fasta2/x.fa": "fasta2/x.fa"}),  # any folder
        ("//y", {"fasta/deep/y.fa": "fasta/deep/y.fa"}),
        ("a.* a.*gz", {"a.gz": "a.gz"}),  # meant twice, fetched once
        ("(a).*", {"a.gz": "a.gz"}),  # groups call no file of the folder itself
        ("fasta/(.*) ", {"fasta/x.fa": "x.fa", "fasta2/x.fa": "fasta2/x.fa"}),
        ("(fasta)/(.*)", {"fasta/x.fa": "fasta/x.fa", "fasta2/x.fa": "fasta2/x.fa"}),
        ("fasta/(?:.*)", {"fasta/x.fa": "fasta/x.fa", "fasta2/x.fa": "fasta2/x.fa"}),
        ("fasta$/(.*)", {"fasta/x.fa": "fasta/x.fa"}),  # a $ on a folder's part disables it
        ("fasta/deep/(.*)", {"fasta/deep/y.fa": "y.fa"}),
        ("fasta/deep/(z)?(y.*)", {"fasta/deep/y.fa": "y.fa"}),  # a group that found nothing
        ("^fasta/deep/([^.]*).*", {"fasta/deep/y.fa": "y"}),  # a ^ in a class stays one
        ("fasta/(.*) fasta2/(.*)_", {"fasta/x.fa": "x.fa", "fasta2/x.fa": "fasta2/x.fa"}),
        ("nothing", {}),
    ],
)
def test_files_are_chosen_and_called_as_biomaj_does(patterns: str, chosen: dict[str, str]) -> None:
    files = {f"pub/{name}": MemoryFile(content, MARCH) for name, content in TREE.items()}
    said = f"remote.files={patterns}\n"
    if not chosen:
        with pytest.raises(ListingFailed, match="no file matches"):
            asked(said, files)
        return
    listing = asked(said, files).listing
    lead = len("http://h.org/pub/")
    assert {file.url[lead:]: file.name for file in listing.files} == chosen


RELEASES = {
    "pub/db_1.fa": MemoryFile(b"", MARCH),
    "pub/db_2.fa": MemoryFile(b"", NOVEMBER),
    "pub/db_10.fa": MemoryFile(b"", MARCH),
    "pub/notes.txt": MemoryFile(b"was A_1, then 1.9; now 1.10 (not 1.10rc2)", MARCH),
    "pub/notes.md": MemoryFile(b"1.5", MARCH),
    "pub/empty.txt": MemoryFile(b"\xff\xfe", MARCH),
    "pub/3.1/in": MemoryFile(b"", MARCH),
    "pub/GCF_7.1_latest/in": MemoryFile(b"", MARCH),
    "elsewhere/v_4.txt": MemoryFile(b"", MARCH),
}


@pytest.mark.parametrize(
    ("said", "release"),
    [
        ("", "2024-11-1"),  # the newest file's date, without zeros
        ("remote.files=db_10.*\n", "2024-3-7"),
        ("release.format=%%Y_%%m_%%d\n", "2024_11_01"),
        ("release.regexp=x\n", "2024-11-1"),  # says nothing without release.file
        (r"release.file=^db_(\d+)\.fa$" + "\n", "2"),  # of several, that of the newest file
        (r"release.file=^(db)_(\d+)\.fa$" + "\n", "db"),  # of several groups the first
        (r"release.file=notes\.txt" + "\nrelease.regexp=([\\d.]+\\w*)\n", "1.10"),
        ("release.file=notes.txt\nrelease.regexp=\\w_\\d\n", "A_1"),  # the whole, without a group
        (r"release.file=^3\.1/(in)" + "\n", "in"),  # in folders below, too
        (r"release.file=^GCF_([\d.]+)_latest" + "\n", "7.1"),  # a link to a folder, or a folder
        (
            r"release.remote.dir=/elsewhere" + "\n" + r"release.file=^v_(\d)" + "\n",
            "4",
        ),
        (
            "release.file=notes.md\nrelease.regexp=.*\nremote.dir=/pub/\nremote.files=db_1\n",
            "1.5",
        ),
    ],
)
def test_a_release_is_named_as_biomaj_does(said: str, release: str) -> None:
    chosen = "" if "remote.files" in said else "remote.files=db_.*\n"
    assert asked(chosen + said, RELEASES).release == release


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("release.file=nothing(.*)", "no file matches 'nothing(.*)'"),
        ("release.file=notes.*\nrelease.regexp=x", "2 files match 'notes.*'"),
        ("release.file=empty.*\nrelease.regexp=\\d+", "is nowhere in the text"),
        ("release.file=notes.txt\nrelease.regexp=was (.*)", "cannot be the name of a release"),
    ],
)
def test_a_release_that_cannot_be_named_says_why(said: str, sentence: str) -> None:
    with pytest.raises(ListingFailed) as caught:
        asked(f"remote.files=db_.*\n{said}\n", RELEASES)
    assert sentence in str(caught.value)
