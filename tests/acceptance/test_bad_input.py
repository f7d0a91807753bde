"""
What bad input gets, through the command line: one sentence with file and line, exit code 1, and
nothing half-stored. Names that could become paths are refused by every noun.
"""

import bz2
import gzip
import json
import lzma
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard

from holdfast.cli.main import main

GOOD = b">chr1 the first\nACGTACGTNN\n>p1\nMKVLLEDI\n"
BGZIP_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
Shown = pytest.CaptureFixture[str]


def _many(count: int) -> bytes:
    """FASTA that does not compress to nothing."""
    chance = random.Random(1)
    records = (f">s{n}\n{''.join(chance.choices('ACGT', k=60))}\n" for n in range(count))
    return "".join(records).encode()


def _flipped(content: bytes, place: int) -> bytes:
    """`content` with one bit flipped."""
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def _bgzip(content: bytes, end: bytes = BGZIP_END) -> bytes:
    """`content` as bgzip packs it: small members that say their size."""
    packed = []
    for start in range(0, len(content), 60_000):
        part = content[start : start + 60_000]
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        body = deflate.compress(part) + deflate.flush()
        head = BGZIP_END[:16] + (len(body) + 25).to_bytes(2, "little")
        tail = zlib.crc32(part).to_bytes(4, "little") + len(part).to_bytes(4, "little")
        packed.append(head + body + tail)
    return b"".join(packed) + end


MANY = _many(3000)
GZ, ZST = gzip.compress(MANY, mtime=0), zstandard.ZstdCompressor(write_checksum=True).compress(MANY)


SOME = -1  #: in compressed data a line is named, as near to the break as can be told


@dataclass(frozen=True)
class Bad:
    """A file that is no FASTA, the line the sentence names (or SOME), and words it says."""

    name: str
    content: bytes
    line: int | None
    words: str


BAD = (
    Bad("empty.fa", b"", None, "is empty"),
    Bad("blank.fa", b"\n \r\n\t\n", None, "is empty"),
    Bad("empty.fa.gz", gzip.compress(b""), None, "is empty"),
    Bad("cut.fa.gz", GZ[: len(GZ) // 2], SOME, "cut short"),
    Bad("cut-in-its-check-sum.fa.gz", GZ[:-4], SOME, "cut short"),
    Bad("cut-in-its-head.fa.gz", GZ[:2], SOME, "cut short"),
    Bad("flipped.fa.gz", _flipped(GZ, len(GZ) // 2), SOME, "damaged"),
    Bad("garbage-behind.fa.gz", GZ + b"garbage", SOME, "damaged"),
    Bad("cut.fa.bgz", _bgzip(MANY)[:-60], SOME, "cut short"),
    Bad("cut.fa.zst", ZST[: len(ZST) // 2], SOME, "cut short"),
    Bad("cut-in-its-head.fa.zst", ZST[:4], SOME, "cut short"),
    Bad("flipped.fa.zst", _flipped(ZST, len(ZST) // 2), SOME, "damaged"),
    Bad("cut.fa.bz2", bz2.compress(MANY)[:-9], SOME, "cut short"),
    Bad("cut-in-its-head.fa.bz2", b"BZh91AY&SY", SOME, "cut short"),
    Bad("cut.fa.xz", lzma.compress(MANY)[:-9], SOME, "cut short"),
    Bad("cut-in-its-head.fa.xz", b"\xfd7zXZ\x00\x00", SOME, "cut short"),
    Bad("record.gb", b"LOCUS       X 9 bp DNA\nORIGIN\n        1 acgt\n//\n", 1, "9 residues"),
    Bad("contig.gb", b"LOCUS       X 9 bp DNA\nCONTIG      join(Y.1:1..9)\n//\n", 1, "in full"),
    Bad("cut.embl", b"ID   X; SV 1; linear; DNA; STD; PRO; 9 BP.\nAC   X;\n", 3, "cut short"),
    Bad("cut.2bit", b"\x43\x27\x41\x1a" + bytes(9), None, "cut short"),
    Bad("genes.gff", b"##gff-version 3\n", 1, "this is GFF"),
    Bad("packed.zip", b"PK\x03\x04\x14\x00", None, "is zip"),
    Bad("random.fa", bytes(range(256)) * 64, 1, "is not text"),
    Bad("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(500), 1, "is not text"),
    Bad("utf16.fa", ">a\nACGT\n".encode("utf-16"), 1, "is not text"),
    Bad("reads.fastq", b"@read1\nACGT\n+\nIIII\n", 1, "FASTQ"),
    Bad("reads.fastq.gz", gzip.compress(b"@read1\nACGT\n+\nIIII\n"), 1, "FASTQ"),
    Bad("page.html", b"\n<!DOCTYPE html>\n<title>404</title>\n", 2, "this is HTML"),
    Bad("headless.fa", b"ACGT\n>a\nACGT\n", 1, "before the first '>'"),
    Bad("crlf.fa", b">a\r\nACGT\r\n\r\n#!\r\n", 4, "'#' is not a residue"),
    Bad("old-mac.fa", b">a\rACGT\r>b\rGGTT\r", 1, "no residues"),
    Bad("digit.fa", b">a\nACGT\n>b\nAC1T\n", 4, "'1' is not a residue"),
    Bad("digit.fa.gz", gzip.compress(b">a\nACGT\n>b\nAC1T\n"), 4, "'1' is not a residue"),
    Bad("gap.fa", b">a\nAC-GT\n", 2, "'-' is not a residue"),
    Bad("nul.fa", b">a\nAC\0GT\n", 2, "0x00"),
    Bad("nul-name.fa", b">a\0b\nACGT\n", 1, "control characters"),
    Bad("escape-name.fa", b">\x1b[31mred\nACGT\n", 1, "control characters"),
    Bad("latin1-name.fa", b">caf\xe9\nACGT\n", 1, "is not text"),
    Bad("long-name.fa", b">" + b"x" * 5000 + b"\nACGT\n", 1, "too long"),
    Bad("no-name.fa", b">a\nACGT\n>\nACGT\n", 3, "has no name"),
    Bad("blank-name.fa", b">a\nACGT\n> \t \nACGT\n", 3, "has no name"),
    Bad("cut-behind-a-name.fa", b">a\nACGT\n>b\n", 3, "no residues"),
    Bad("late.fa", MANY + b">bad\nAC?T\n", 6002, "'?' is not a residue"),
    Bad("name-twice.fa", b">a\nACGT\n>b\nGG\n>a\nACGG\n", 5, "another sequence of this file"),
    Bad("name-taken.fa", b">new\nAAAA\n>chr1\nTTTT\n", 3, "belongs to another sequence"),
)


@dataclass(frozen=True)
class Place:
    """A home with a good load in it."""

    home: Path
    folder: Path  #: for files
    shown: Shown

    def put(self, name: str, content: bytes) -> Path:
        """A file."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def ask(self, *words: str) -> Any:
        """What a command that must go well answers as JSON."""
        self.shown.readouterr()
        assert main([*words, "--json"]) == 0, self.shown.readouterr().err
        said = self.shown.readouterr()
        assert said.err == ""
        return json.loads(said.out)

    def refused(self, *words: str, code: int = 1) -> str:
        """The one sentence of a command that must fail."""
        self.shown.readouterr()
        assert main(list(words)) == code
        said = self.shown.readouterr()
        assert said.out == ""
        assert said.err.startswith("holdfast: ")
        assert said.err.count("\n") == 1
        assert said.err[:-1].isprintable()
        return said.err.removeprefix("holdfast: ").rstrip("\n")

    def kept(self) -> dict[str, bytes]:
        """Every file of the store but the index and the lock, which tell nothing new."""
        files = (path for path in (self.home / "store").rglob("*") if path.is_file())
        return {
            str(path): path.read_bytes()
            for path in files
            if not path.name.startswith("index.") and path.name != "lock"
        }


@pytest.fixture
def place(home: Path, tmp_path: Path, capsys: Shown) -> Place:
    made = Place(home, tmp_path, capsys)
    made.ask("seq", "load", str(made.put("good.fa", GOOD)), "--namespace", "lab")
    return made


@pytest.fixture
def untouched(place: Place) -> Callable[[], None]:
    """Asserts that the store is as it was, clean, and takes the next good load."""
    kept, stood = place.kept(), place.ask("seq", "status")

    def check() -> None:
        assert place.kept() == kept
        now = place.ask("seq", "status")
        assert {**now, "index_bytes": 0} == {**stood, "index_bytes": 0}
        assert place.ask("seq", "check")["problems"] == []
        good = place.put("next.fa", b">next\nGGGG\n")
        place.ask("seq", "load", str(good), "--namespace", "lab")
        assert place.ask("seq", "get", "lab:next")[0]["residues"] == "GGGG"

    return check


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_fasta_gets_one_sentence_and_nothing_of_it_is_kept(
    place: Place, untouched: Callable[[], None], bad: Bad
) -> None:
    path = place.put(bad.name, bad.content)
    sentence = place.refused("seq", "load", str(path), "--namespace", "lab")
    line = {None: "", SOME: r":\d+"}.get(bad.line, f":{bad.line}")
    assert re.match(f"{re.escape(str(path))}{line}: ", sentence), sentence
    assert bad.words in sentence
    untouched()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no-such.fa", "No such file"),
        (".", "Is a directory"),
        ("dangling.fa", "No such file"),
        ("/proc/self/mem", "Input/output error"),  # opens well, and cannot be read
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(
    place: Place, untouched: Callable[[], None], path: str, words: str
) -> None:
    (place.folder / "dangling.fa").symlink_to("nowhere")
    whole = str(place.folder / path)
    sentence = place.refused("seq", "load", whole, "--collection", "x")
    assert sentence.startswith(f"{whole}: ")
    assert words in sentence
    untouched()


def test_a_bad_fasta_through_a_pipe_is_called_standard_input(home: Path) -> None:
    command = [sys.executable, "-m", "holdfast", "seq", "load", "-"]
    done = subprocess.run(command, input=b">a\nAC1T\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == (
        b"holdfast: standard input:2: '1' is not a residue; only letters and * are\n"
    )
    check = subprocess.run([*command[:3], "seq", "check"], capture_output=True, check=False)
    assert check.returncode == 0


def test_the_files_before_a_broken_one_are_stored_and_the_sentence_says_so(place: Place) -> None:
    one, two = place.put("one.fa", b">one\nAAAA\n"), place.put("two.fa", b">two\nCCCC\n")
    bad, never = place.put("bad.fa", b">x\nA1\n"), place.put("never.fa", b">never\nTTTT\n")
    sentence = place.refused("seq", "load", *map(str, (one, two, bad, never)))
    assert sentence.startswith(f"{bad}:2: ")
    assert sentence.endswith("; the 2 files before it are stored")
    names = [each["name"] for each in place.ask("seq", "collection", "list")]
    assert names == ["good.fa", "one.fa", "two.fa"]
    assert place.ask("seq", "check")["problems"] == []
    assert place.ask("seq", "load", *map(str, (one, two, never)))["files"][0]["sequences_new"] == 0


def test_a_broken_fasta_makes_no_plot(place: Place) -> None:
    bad = place.put("bad.fa", b">a\nACGT\n>b\nAC1T\n")
    sentence = place.refused("plot", "run", str(place.folder / "good.fa"), str(bad))
    assert sentence.startswith(f"{bad}:4: '1' is not a residue")
    assert place.ask("plot", "list") == []


def test_names_with_slashes_and_bars_are_right_and_a_blank_ends_a_name(place: Place) -> None:
    text = b">sp|P1|X_Y ../../etc a/b\nMKVL\n>../../up\tand more\nMMMM\n>a/b[red]:dna:\nMKKK\n"
    report = place.ask("seq", "load", str(place.put("odd names.fa", text)))
    assert report["files"][0]["collection"] == "odd names.fa"
    for name, residues in (("sp|P1|X_Y", "MKVL"), ("../../up", "MMMM"), ("a/b[red]:dna:", "MKKK")):
        assert place.ask("seq", "get", f"local:{name}")[0]["residues"] == residues
    assert place.ask("seq", "check")["problems"] == []
    assert {path.name for path in place.home.iterdir()} == {"store"}


def test_what_is_unusual_but_right_is_loaded(place: Place) -> None:
    for name, content, residues in (
        ("crlf.fa", b">u1\r\nAC\r\nGT\r\n", "ACGT"),
        ("no-end-of-line.fa", b">u1\nacgt", "ACGT"),
        ("blanks.fa", b"\n\n> u1 \nAC GT\n\n", "ACGT"),
        ("bgzip-without-its-end.fa", _bgzip(b">u1\nACGT\n", end=b""), "ACGT"),
        ("same-twice.fa", b">u1\nACGT\n>u1\nACGT\n", "ACGT"),
    ):
        place.ask("seq", "load", str(place.put(name, content)), "--namespace", "odd")
        assert place.ask("seq", "get", "odd:u1")[0]["residues"] == residues


def test_a_files_name_cannot_break_the_sentence(
    place: Place, untouched: Callable[[], None]
) -> None:
    path = place.put("two\nlines\x1b[2J.fa", b"")
    assert "two\\nlines\\x1b[2J.fa" in place.refused("seq", "load", str(path), "--collection", "x")
    untouched()


# -- names -----------------------------------------------------------------------------------------

NAMES = ("../up", "a/../../up", "/abs", "a\\b", "a\nb", "a\x1bb", "a\x00b", "", " ")
STRICTER = (*NAMES, "a/b", "a b", ".", "..", ".hidden", "-x" + "x" * 200)
GENOME = "{folder}/good.fa"
MAKERS = {
    "bank": ("bank", "add", "--url", "http://example.org/", "--", "{name}"),
    "snapshot": ("seq", "snapshot", "create", "--", "{name}"),
    "plot": ("plot", "run", "--name={name}", GENOME, GENOME),
    "namespace": ("seq", "load", "--namespace={name}", GENOME),
    "alias": ("seq", "alias", "add", "--", "{name}:x", "lab:chr1"),
}
ASKERS = (
    ("bank", "update"),
    ("bank", "update", "--dry-run"),
    ("bank", "status"),
    ("bank", "check"),
    ("bank", "releases"),
    ("bank", "publish"),
    ("plot", "show"),
    ("seq", "get"),
    ("seq", "get", "lab:chr1", "--at"),
    ("seq", "alias", "list"),
)


@pytest.mark.parametrize("noun", MAKERS)
def test_a_name_that_could_be_a_path_is_refused_by_what_makes_things(
    place: Place, untouched: Callable[[], None], noun: str
) -> None:
    before = sorted(place.folder.parent.rglob("*"))
    for name in STRICTER:
        words = [word.format(name=name, folder=place.folder) for word in MAKERS[noun]]
        sentence = place.refused(*words, code=2)
        assert repr(name) in sentence or not name  # quoted, so that it can be seen
    after = [path for path in sorted(place.folder.parent.rglob("*")) if path not in before]
    assert after == []
    assert {path.name for path in place.home.iterdir()} <= {"store", "ledger.sqlite"}
    untouched()


@pytest.mark.parametrize("name", NAMES)
def test_a_collections_name_cannot_climb_or_be_nothing(
    place: Place, untouched: Callable[[], None], name: str
) -> None:
    good = str(place.folder / "good.fa")
    assert repr(name) in place.refused("seq", "load", good, "--collection", name, code=2)
    untouched()


@pytest.mark.parametrize("words", ASKERS, ids=" ".join)
def test_a_name_that_could_be_a_path_finds_nothing(place: Place, words: tuple[str, ...]) -> None:
    secret = place.home / "recipes.toml"
    secret.write_text('name = "../recipes"\n[remote]\nurl = "http://example.org/"\n')
    (place.home / "recipes").mkdir()
    for name in ("../recipes", "../store", "a/b", "a\nb", "\x1b[2J", "*", "", "."):
        place.shown.readouterr()
        code = main([*words, *((name,) if words[-1] == "--at" else ("--", name))])
        said = place.shown.readouterr()
        assert code in {1, 2}
        assert said.err.count("\n") == 1
        assert said.err.startswith("holdfast: ")
        assert said.err[:-1].isprintable()
    assert {path.name for path in place.home.iterdir()} <= {
        "store",
        "ledger.sqlite",
        "recipes",
        "recipes.toml",
    }
