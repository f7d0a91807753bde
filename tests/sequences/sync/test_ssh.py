"""Stores follow one another over rsync and a real SSH server."""

import io
from pathlib import Path

import pytest

from holdfast.errors import FetchFailed
from holdfast.sequences import SequenceStore
from holdfast.sequences.sync import WritableDepot, open_depot
from holdfast.testing.depots import HASTE
from sequences.sync.sites import ServedSite

pytestmark = [pytest.mark.service("rsync", "sshd"), pytest.mark.xdist_group("ssh")]


def load(store: SequenceStore, name: str, text: bytes) -> None:
    store.load(io.BytesIO(text), "lab", name, reassign=True)


def test_a_store_is_pulled_over_ssh_and_then_what_is_new_of_it(
    ssh_site: ServedSite, tmp_path: Path
) -> None:
    with (
        SequenceStore.create(ssh_site.folder / "store") as there,
        SequenceStore.create(tmp_path / "clone", there.id) as clone,
    ):
        load(there, "one", b">a\nACGT\n>b\nMKVL\n")
        there.snapshot("first")
        source = open_depot(f"{ssh_site.url}/store", HASTE)
        assert clone.pull(source).snapshots == ("first",)
        load(there, "two", b">c\n" + b"ACGTN" * 100_000 + b"\n")
        report = clone.pull(source)
        assert (report.before, report.after, report.packs) == (1, 2, 1)
        assert clone.fetch("lab:c") == "ACGTN" * 100_000
        assert clone.check().problems == ()


def test_a_store_is_pushed_over_ssh_where_there_is_none_and_opens_there(
    ssh_site: ServedSite, store: SequenceStore
) -> None:
    load(store, "one", b">a\nACGT\n")
    there = open_depot(f"{ssh_site.url}/store", HASTE)
    assert isinstance(there, WritableDepot)
    assert store.push(there).packs == 1
    load(store, "two", b">a\nGGGG\n")
    assert (store.push(there).before, store.push(there).bytes) == (1, 0)
    with SequenceStore.open(ssh_site.folder / "store") as copy:
        assert (copy.id, copy.fetch("lab:a")) == (store.id, "GGGG")
        assert copy.check().problems == ()


def test_who_is_not_let_in_is_told_what_ssh_says(
    ssh_shell: str, ssh_site: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSYNC_RSH", f"{ssh_shell} -o IdentityFile=none -o UserKnownHostsFile=none")
    with pytest.raises(FetchFailed, match=r"Host key verification failed.*check the place"):
        open_depot(ssh_site.url, HASTE).read("store.toml", 100)
