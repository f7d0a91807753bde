"""What a remote says of its files is held to, and what nobody vouches for is looked at."""

import gzip
import hashlib
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, contents, packed
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.held.show import show_release
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.banks.updating.update import update_bank
from holdfast.errors import UpdateFailed
from holdfast.formats.checksums import bsd_sum
from holdfast.settings import Settings
from thoroughness import thorough

A, B = b">a\nACGT\n" * 500, b">b\nGGTT\n" * 500
UNPACK = '[[steps]]\nname = "unpack"\nuse = "unpack"\n'
MIB = 1024**2


def add(
    container: QuickContainer, databank: Databank, steps: str = "", verify: str = '"auto"'
) -> None:
    """Give the container the recipe of the bank ``x``."""
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n[remote]\nurl = "{databank.url}"\nfiles = ["**/*.fa*", "**/*.tar*"]\n'
        f'exclude = ["**/*.md5", "**/*.sha256"]\nverify = {verify}\n'
        f'[release]\nfrom = "folder"\n{steps}'
    )


def flat(container: QuickContainer, release: str = "1") -> dict[str, bytes]:
    return contents(container.settings.banks / "x" / f"x_{release}" / "flat")


def verified(container: QuickContainer, release: str = "1") -> dict[str, tuple[str, ...]]:
    return {each.file: each.verified for each in show_release(container, "x", release).files}


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def failure(container: QuickContainer) -> str:
    with pytest.raises(UpdateFailed) as caught:
        update_bank(container, "x")
    assert not (container.settings.banks / "x" / "current").exists()
    return str(caught.value)


# -- remotes as they are ---------------------------------------------------------------------------


def test_a_remote_like_ensembl_says_sums(container: QuickContainer, databank: Databank) -> None:
    one, two = packed(A), packed(B)
    sums = f"{bsd_sum([one])} a.fa.gz\n{bsd_sum([two])} b.fa.gz\n"
    databank.publish("1", {"dna/a.fa.gz": one, "dna/b.fa.gz": two, "dna/CHECKSUMS": sums.encode()})
    add(container, databank)
    update_bank(container, "x")
    assert flat(container) == {"dna/a.fa.gz": one, "dna/b.fa.gz": two}
    assert verified(container) == {
        "dna/a.fa.gz": (f"sum:{bsd_sum([one])} (dna/CHECKSUMS)",),
        "dna/b.fa.gz": (f"sum:{bsd_sum([two])} (dna/CHECKSUMS)",),
    }


def test_a_remote_like_ncbi_says_md5_of_paths(
    container: QuickContainer, databank: Databank
) -> None:
    one, two = packed(A), packed(B)
    sums = f"{md5(one)}  ./GCF_1_genomic.fa.gz\n{md5(two)}  ./parts/chr1.fa.gz\n"
    files = {"GCF_1_genomic.fa.gz": one, "parts/chr1.fa.gz": two}
    databank.publish("1", {**files, "md5checksums.txt": sums.encode()})
    add(container, databank, UNPACK)
    update_bank(container, "x")
    assert flat(container) == {"GCF_1_genomic.fa": A, "parts/chr1.fa": B}
    assert verified(container)["parts/chr1.fa.gz"] == (f"md5:{md5(two)} (md5checksums.txt)",)
    # A file has its own manifest at many places of the same house.
    own = f"{md5(packed(B))}  c.fa.gz\n".encode()
    databank.publish("2", {"c.fa.gz": packed(B), "c.fa.gz.md5": own}, day=1)
    update_bank(container, "x")
    assert verified(container, "2") == {"c.fa.gz": (f"md5:{md5(packed(B))} (c.fa.gz.md5)",)}


def test_a_remote_like_uniprot_says_it_in_a_metalink(
    container: QuickContainer, databank: Databank
) -> None:
    one = packed(A)
    link = (
        '<?xml version="1.0" encoding="utf-8"?>\n<metalink version="3.0"><files>'
        f'<file name="uniprot_sprot.fasta.gz"><verification><hash type="md5">{md5(one)}'
        "</hash></verification></file></files></metalink>"
    )
    databank.publish("1", {"uniprot_sprot.fasta.gz": one, "RELEASE.metalink": link.encode()})
    add(container, databank)
    update_bank(container, "x")
    told = (f"md5:{md5(one)} (RELEASE.metalink)",)
    assert verified(container) == {"uniprot_sprot.fasta.gz": told}


def test_a_remote_that_says_nothing_has_its_archives_read(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa.gz": packed(A), "b.fa": B})
    add(container, databank)
    update_bank(container, "x")
    assert verified(container) == {"a.fa.gz": ("archive (gzip)",), "b.fa": ()}


def test_what_is_reused_stays_verified_and_old_manifests_are_not_asked_for(
    container: QuickContainer, databank: Databank
) -> None:
    files = {"a.fa": A, "a.fa.md5": md5(A).encode()}
    databank.publish("1", files)
    add(container, databank)
    update_bank(container, "x")
    databank.publish("2", files)
    databank.publish("2", {"b.fa": B, "b.fa.md5": md5(B).encode()}, day=1)
    databank.take_sent()
    update_bank(container, "x")
    assert databank.take_sent() == ["b.fa", "b.fa.md5"]
    assert verified(container, "2") == {
        "a.fa": (f"md5:{md5(A)} (a.fa.md5)",),
        "b.fa": (f"md5:{md5(B)} (b.fa.md5)",),
    }


def test_a_check_without_changes_asks_for_no_manifest(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa": A, "a.fa.md5": md5(A).encode()})
    add(container, databank)
    update_bank(container, "x")
    databank.take_sent()
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE
    assert databank.take_sent() == []


# -- remotes that lie ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manifest", "text", "expected"),
    [
        ("a.fa.gz.md5", "0" * 32, "md5:" + "0" * 32),
        ("SHA256SUMS", f"{'0' * 64}  a.fa.gz", "sha256:" + "0" * 64),
        ("CHECKSUMS", "00001 1 a.fa.gz", "sum:00001 1"),
    ],
)
def test_a_wrong_checksum_is_fetched_again_and_then_is_one_sentence(
    container: QuickContainer, databank: Databank, manifest: str, text: str, expected: str
) -> None:
    databank.publish("1", {"a.fa.gz": packed(A), "b.fa": B, manifest: text.encode()})
    add(container, databank)
    said = failure(container)
    assert f"expected {expected} (as {manifest} says), found {expected.partition(':')[0]}:" in said
    assert "(fetched 2 times)" in said
    assert databank.take_sent().count("a.fa.gz") == 2
    # What was right is kept; when the remote is mended, only the rest comes.
    databank.publish("1", {"a.fa.gz.sha256": hashlib.sha256(packed(A)).hexdigest().encode()})
    (databank.folder / "1" / manifest).unlink()
    report = update_bank(container, "x")
    assert (report.state, report.resumed) == (UpdateState.UPDATED, True)
    assert databank.take_sent() == ["a.fa.gz", "a.fa.gz.sha256"]
    assert flat(container) == {"a.fa.gz": packed(A), "b.fa": B}


@pytest.mark.parametrize(
    ("name", "manifest"),
    [("a.fa", "a.fa.md5"), ("a.fa", "CHECKSUMS"), ("a.fa.gz", None)],
)
@pytest.mark.parametrize("steps", ["", UNPACK])
def test_a_file_that_is_garbled_on_its_way_is_fetched_again(
    container: QuickContainer, databank: Databank, name: str, manifest: str | None, steps: str
) -> None:
    content = packed(A) if name.endswith(".gz") else A
    databank.publish("1", {name: content, "b.fa": B})
    if manifest is not None:
        line = bsd_sum([content]) if manifest == "CHECKSUMS" else md5(content)
        databank.publish("1", {manifest: f"{line} {name}\n".encode()})
    databank.faults[name] = "garbled"
    add(container, databank, steps)
    update_bank(container, "x")
    assert flat(container) == {"a.fa" if steps else name: A if steps else content, "b.fa": B}
    sent = databank.take_sent()
    assert (sent.count(name), sent.count("b.fa")) == (2, 1)


def test_many_wrong_files_do_not_keep_an_update_busy(
    container: QuickContainer, databank: Databank
) -> None:
    files = {f"f{number}.fa": B for number in range(200)}
    databank.publish(
        "1", {**files, "MD5SUMS": b"".join(f"{'0' * 32}  {name}\n".encode() for name in files)}
    )
    add(container, databank)
    assert "as MD5SUMS says" in failure(container)
    assert len(databank.take_sent()) <= 3 * 201


def test_an_archive_with_a_link_is_kept_where_nobody_unpacks_it(
    container: QuickContainer, databank: Databank
) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        facts = tarfile.TarInfo("l")
        facts.type, facts.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(facts)
    databank.publish("1", {"a.tar.gz": made.getvalue()})
    add(container, databank)
    update_bank(container, "x")
    assert verified(container) == {"a.tar.gz": ("archive (gzip)",)}
    add(container, databank, UNPACK)
    databank.publish("2", {"a.tar.gz": made.getvalue()}, day=1)
    with pytest.raises(UpdateFailed, match="a link or a device"):
        update_bank(container, "x")


def test_a_manifest_that_is_mended_meanwhile_is_believed(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa": A, "a.fa.md5": b"0" * 32})
    add(container, databank, verify='["a.fa.md5"]')
    assert "md5:000" in failure(container)
    (databank.folder / "1/a.fa.md5").write_text(md5(A))
    update_bank(container, "x")
    assert verified(container) == {"a.fa": (f"md5:{md5(A)} (a.fa.md5)",)}


def test_a_truncated_archive_that_nobody_unpacks_is_refused(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa.gz": packed(A)[:-3], "b.fa": B})
    add(container, databank)
    said = failure(container)
    assert "a.fa.gz: it is cut off or broken" in said
    assert 'write verify = "none"' in said
    assert databank.take_sent().count("a.fa.gz") == 2
    add(container, databank, verify='"none"')
    update_bank(container, "x")
    assert verified(container) == {"a.fa.gz": (), "b.fa": ()}


def test_a_page_that_says_not_found_is_no_archive(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa.gz": b"<html>404 Not Found</html>"})
    add(container, databank)
    assert "called gzip, but does not begin as gzip does ('<html>404 No')" in failure(container)


def test_a_manifest_of_another_kind_verifies_nothing_and_the_log_says_so(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa": A, "MD5SUMS": b"<html>maintenance</html>"})
    add(container, databank)
    update_bank(container, "x")
    assert verified(container) == {"a.fa": ()}


def test_a_manifest_that_the_recipe_names_and_is_not_there_is_one_sentence(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa": A})
    add(container, databank, verify='["MD5SUMS"]')
    assert "MD5SUMS is not there; look at verify" in failure(container)


def test_a_changed_record_is_found_by_a_deep_check(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa": A, "a.fa.md5": md5(A).encode()})
    add(container, databank)
    update_bank(container, "x")
    assert check_banks(container, deep=True)[0].problems == ()
    manifest = container.settings.banks / "x/x_1/files.json"
    document = json.loads(manifest.read_text())
    document["files"][0]["verified"][0][0] = "md5:" + "0" * 32
    manifest.write_text(json.dumps(document))
    (problem,) = check_banks(container, deep=True)[0].problems
    assert f"is md5:{md5(A)}, not md5:000" in problem


def test_a_release_made_before_verification_was_recorded_is_read(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa": A})
    add(container, databank)
    update_bank(container, "x")
    file = container.settings.banks / "x/x_1/release.json"
    document = json.loads(file.read_text())
    del document["verified"]
    file.write_text(json.dumps(document))
    assert show_release(container, "x").verified == 0
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE


# -- bombs, kills, full disks ----------------------------------------------------------------------


def test_a_bomb_leaves_the_published_release_and_no_trace(
    container: QuickContainer, databank: Databank, monkeypatch: pytest.MonkeyPatch
) -> None:
    databank.publish("1", {"a.fa.xz": lzma.compress(A)})
    add(container, databank, UNPACK)
    update_bank(container, "x")
    monkeypatch.setenv("HOLDFAST_UNPACK_LIMIT", str(MIB))
    databank.publish("2", {"a.fa.xz": lzma.compress(bytes(30 * MIB))}, day=1)
    with pytest.raises(UpdateFailed, match="raise the setting unpack_limit"):
        update_bank(container, "x")
    bank = container.settings.banks / "x"
    assert str((bank / "current").readlink()) == "x_1"
    assert not list(bank.glob(".making/2/unpacking-*"))
    monkeypatch.delenv("HOLDFAST_UNPACK_LIMIT")
    update_bank(container, "x")
    assert flat(container, "2") == {"a.fa": bytes(30 * MIB)}


def many_files(count: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as archive:
        for number in range(count):
            facts = tarfile.TarInfo(f"f{number}")
            facts.size = 2000
            archive.addfile(facts, io.BytesIO(bytes([number % 251]) * 2000))
    return made.getvalue()


@pytest.mark.parametrize("files", [pytest.param(10, marks=thorough), 2000])
def test_unpacking_that_is_killed_in_the_middle_goes_on(
    container: QuickContainer, databank: Databank, files: int
) -> None:
    databank.publish("1", {"a.tar.gz": many_files(1), "b.fa.gz": packed(B)})
    add(container, databank, UNPACK)
    update_bank(container, "x")
    bank = container.settings.banks / "x"
    for release in range(2, 7):  # on a busy machine one may end before anybody looks
        several = {"a.tar.gz": many_files(8000 + release), "b.fa.gz": packed(A)}
        databank.publish(str(release), several, day=release - 1)
        update = subprocess.Popen(
            [sys.executable, "-m", "holdfast", "bank", "update", "x"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        beside = bank / f".making/{release}/unpacking-unpack/a.tar.gz"
        if _comes(lambda beside=beside: _files_in(beside) >= files, update):  # type: ignore[misc]  # mypy infers no lambda with a default
            break
    else:
        pytest.fail("each update ended before it could be killed")
    killed = [update.pid, *_below(update.pid)]
    for pid in killed:
        os.kill(pid, 9)
    update.wait()
    assert str((bank / "current").readlink()) == f"x_{release - 1}"
    assert check_banks(container, deep=True)[0].problems == ()
    update_bank(container, "x")
    assert check_banks(container, deep=True)[0].problems == ()
    assert check_banks(container, deep=True)[0].remarks == ()
    assert len(flat(container, str(release))) == 8000 + release + 1


def _files_in(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except FileNotFoundError:
        return 0


def _below(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_below(int(child))]
    return found


def _comes(question: Callable[[], bool], update: "subprocess.Popen[bytes]") -> bool:
    """Whether something is so while an update goes on."""
    until = time.monotonic() + 60
    while time.monotonic() < until and update.poll() is None:
        if question():
            return True
        time.sleep(0.001)
    return False


@pytest.fixture
def small_home(home: Path) -> Iterator[Path]:
    """A disk of 8 MiB for the banks."""
    banks = home / "banks"
    banks.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(banks)]
    subprocess.run(command, check=True)
    yield banks
    subprocess.run(["umount", "--lazy", str(banks)], check=True)


@pytest.mark.root
@pytest.mark.parametrize(
    ("name", "reserve", "sentence"),
    [
        ("a.fa.gz", 0, "No space left on device; see to the disk"),
        ("a.tar.gz", 0, "what is in it does not fit"),
        ("a.tar.gz", MIB, "disk_reserve"),
    ],
)
def test_a_disk_that_is_full_while_unpacking_is_one_sentence_and_then_has_room_again(
    small_home: Path,
    container: QuickContainer,
    databank: Databank,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    reserve: int,
    sentence: str,
) -> None:
    monkeypatch.setenv("HOLDFAST_DISK_RESERVE", str(reserve))
    container.settings = Settings.read()
    content = bytes(20 * MIB)
    databank.publish("1", {"b.fa": B})
    add(container, databank, UNPACK)
    update_bank(container, "x")
    databank.publish("2", {"b.fa": A, name: _packed(name, content)}, day=1)
    with pytest.raises(UpdateFailed, match=sentence):
        update_bank(container, "x")
    assert flat(container) == {"b.fa": B}
    assert check_banks(container, deep=True)[0].problems == ()
    facts = os.statvfs(small_home)
    assert facts.f_bavail * facts.f_frsize > 7 * MIB
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_home)], check=True)
    update_bank(container, "x")
    assert len(flat(container, "2")) == 2


def _packed(name: str, content: bytes) -> bytes:
    if "tar" not in name:
        return gzip.compress(content, 1)
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        facts = tarfile.TarInfo("a.fa")
        facts.size = len(content)
        archive.addfile(facts, io.BytesIO(content))
    return gzip.compress(made.getvalue(), 1)
