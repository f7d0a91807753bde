"""Archives of every kind, made for tests."""

import bz2
import gzip
import io
import lzma
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import zstandard

Pack = Callable[[bytes], bytes]


def bgzip(content: bytes) -> bytes:
    """`content` as bgzip makes it: several gzip members, and an empty one at the end."""
    halves = content[: len(content) // 2], content[len(content) // 2 :], b""
    return b"".join(gzip.compress(half) for half in halves)


def zstd(content: bytes) -> bytes:
    """`content` in two frames."""
    return b"".join(zstandard.compress(part) for part in (content[:99], content[99:]))


def compress(content: bytes) -> bytes:
    """`content` as the compress of old Unix packs it, in codes of 9 bits that never grow.

    Only literal codes, and a "clear" (256) before the codes would have to become wider: a
    reader's table is never used, but every reader must take it.
    """
    made, block = bytearray(b"\x1f\x9d\x90"), 8 * 30 - 1
    for start in range(0, max(len(content), 1), block):
        made += _codes(content[start : start + block], start + block < len(content))
    return bytes(made)


@cache
def _codes(part: bytes, more: bool) -> bytes:
    """`part` in codes of 9 bits, in groups of eight; with a "clear" when `more` follows."""
    codes = [*part, 256] if more else [*part]
    bits = sum(code << (9 * place) for place, code in enumerate(codes))
    return bits.to_bytes(-(-len(codes) // 8) * 9 if more else -(-len(codes) * 9 // 8), "little")


def tarred(members: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for name, content in members.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
    return made.getvalue()


def tar_with(*headers: tarfile.TarInfo, before: Mapping[str, bytes] | None = None) -> bytes:
    """A tar of headers without content, behind some files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in (before or {}).items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
        for header in headers:
            archive.addfile(header)
    return made.getvalue()


def link(name: str, kind: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    """The header of a link or a device."""
    facts = tarfile.TarInfo(name)
    facts.type, facts.linkname = kind, target
    return facts


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def zip_link() -> bytes:
    """A zip that holds a symbolic link."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        facts = zipfile.ZipInfo("link")
        facts.external_attr = 0o120777 << 16
        archive.writestr(facts, "/etc/passwd")
    return made.getvalue()


def sevenzipped(
    members: Mapping[str, bytes], *options: str, links: Mapping[str, str] = {}
) -> bytes:
    """A 7z of files, made by the program."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        for member, content in members.items():
            (folder / member).parent.mkdir(parents=True, exist_ok=True)
            (folder / member).write_bytes(content)
        for member, target in links.items():
            (folder / member).symlink_to(target)
        made = Path(name) / "made.7z"
        command = ["7zz", "a", "-snl", "-bd", *options, str(made), "."]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return made.read_bytes()


#: How the file "a.fa" is packed into an archive of each name.
PACKS: dict[str, Pack] = {
    "a.fa.gz": gzip.compress,
    "a.fa.bgz": bgzip,
    "a.fa.bz2": bz2.compress,
    "a.fa.xz": lzma.compress,
    "a.fa.zst": zstd,
    "a.fa.Z": compress,
    "a.zip": lambda content: zipped({"a.fa": content}),
    "a.tar": lambda content: tarred({"a.fa": content}),
    "a.tar.gz": lambda content: gzip.compress(tarred({"a.fa": content})),
    "a.tgz": lambda content: gzip.compress(tarred({"a.fa": content})),
    "a.tar.bz2": lambda content: bz2.compress(tarred({"a.fa": content})),
    "a.tar.xz": lambda content: lzma.compress(tarred({"a.fa": content})),
    "a.tar.zst": lambda content: zstd(tarred({"a.fa": content})),
    "a.tar.Z": lambda content: compress(tarred({"a.fa": content})),
}
UNCHECKED = ("a.fa.Z", "a.tar.Z")  #: compress has no checks
