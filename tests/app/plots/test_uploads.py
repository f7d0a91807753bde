"""Uploads are bounded, come in pieces, are their owner's, and leave nothing of their names."""

import os
import time
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from holdfast.accounts.people import GUEST, Person
from holdfast.app.container import Container
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.app.plots.genomes import Kind, find_genome
from holdfast.app.plots.receiving import complete, receiving
from holdfast.app.plots.uploads import (
    begin_upload,
    remove_old_uploads,
    remove_upload,
    upload,
    uploads,
    whole_upload,
)
from holdfast.errors import StoreBusy, TooMuch, UploadNotFound, UsageError
from holdfast.settings import Settings

ANNA, BORIS = Person("anna"), Person("boris")


@pytest.fixture
def anna(container: QuickContainer) -> Container:
    return container.asked_by(ANNA)


class _Full:
    """A disk with hardly any room."""

    free = 1000


def sent(container: Container, name: str, content: bytes) -> str:
    """The id of a file that was uploaded."""
    begun = begin_upload(container, name, len(content))
    with receiving(container, begun.id, 0) as file:
        file.write(content)
    return complete(container, begun.id).id


def test_a_file_that_comes_in_pieces_is_whole_at_the_end(anna: Container) -> None:
    begun = begin_upload(anna, "my genome.fa.gz", 8)
    with receiving(anna, begun.id, 0) as file:
        file.write(b">one")
    assert upload(anna, begun.id).received == 4
    with receiving(anna, begun.id, 4) as file:
        file.write(b"\nACG")
    whole = complete(anna, begun.id)
    assert (whole.size, whole.sha256) == (8, sha256(b">one\nACG").hexdigest())
    assert whole.file.read_bytes() == b">one\nACG"
    assert whole_upload(anna, whole.given) == whole
    assert complete(anna, begun.id) == whole


@pytest.mark.parametrize(
    ("name", "shown", "kept"),
    [
        ("my genome.fa.gz", "my genome.fa.gz", "content.fa.gz"),
        ("../../etc/passwd", "passwd", "content"),
        ("C:\\data\\a.FASTA", "a.FASTA", "content.fasta"),
        ("a.sh.fa", "a.sh.fa", "content.fa"),
        ("x" * 300 + ".paf", "x" * 196 + ".paf", "content.paf"),
        ("a\n\x1b[31m.idx", "a\\n\\x1b[31m.idx", "content.idx"),
    ],
)
def test_the_name_is_shown_and_is_no_path(
    anna: Container, name: str, shown: str, kept: str
) -> None:
    begun = begin_upload(anna, name)
    assert (begun.name, begun.file.name) == (shown, kept)
    assert begun.file.is_relative_to(anna.settings.uploads)
    assert [each.id for each in uploads(anna)] == [begun.id]


def test_a_piece_that_does_not_follow_is_refused(anna: Container) -> None:
    begun = begin_upload(anna, "a.fa", 10)
    with receiving(anna, begun.id, 0) as file:
        file.write(b"1234")
    for offset in (0, 5):
        with pytest.raises(UsageError, match="4 bytes are here"), receiving(anna, begun.id, offset):
            pass
    with (
        receiving(anna, begun.id, 4),
        pytest.raises(StoreBusy, match="another piece"),
        receiving(anna, begun.id, 4),
    ):
        pass
    with pytest.raises(UsageError, match="4 of 10 bytes"):
        complete(anna, begun.id)
    with pytest.raises(UsageError, match="not arrived yet"):
        whole_upload(anna, begun.id)


def test_what_came_before_a_connection_broke_is_kept(anna: Container) -> None:
    begun = begin_upload(anna, "a.fa", 10)
    with suppress(ConnectionError), receiving(anna, begun.id, 0) as file:
        file.write(b"123")
        raise ConnectionError
    assert upload(anna, begun.id).received == 3


def test_more_than_was_said_is_refused_while_it_comes(anna: Container) -> None:
    begun = begin_upload(anna, "a.fa", 4)
    with receiving(anna, begun.id, 0) as file:
        file.write(b"1234")
        with pytest.raises(TooMuch, match="larger than was said"):
            file.write(b"5")
    assert upload(anna, begun.id).received == 4


def test_limits_hold_before_and_while_a_file_comes(
    home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_UPLOAD_LIMIT", "10")
    monkeypatch.setenv("HOLDFAST_UPLOAD_SPACE", "15")
    with Container(Settings.read()) as container:
        anna = container.asked_by(ANNA)
        with pytest.raises(TooMuch, match="a file may have 10 B"):
            begin_upload(anna, "a.fa", 11)
        begun = begin_upload(anna, "a.fa")
        with receiving(anna, begun.id, 0) as file, pytest.raises(TooMuch, match="10 B"):
            file.write(b"x" * 11)
        sent(anna, "b.fa", b"x" * 8)
        with pytest.raises(TooMuch, match="15 B together"):
            begin_upload(anna, "c.fa", 8)
        sent(container.asked_by(BORIS), "c.fa", b"x" * 8)  # whose space is his own


def test_a_full_disk_is_told_before_it_is_full(
    anna: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin_upload(anna, "a.fa")
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Full)
    with pytest.raises(TooMuch, match="no room"):
        begin_upload(anna, "b.fa", 1)
    with receiving(anna, begun.id, 0) as file, pytest.raises(TooMuch, match="nearly full"):
        file.write(b"x")


def test_an_upload_is_its_owners_alone(container: QuickContainer, anna: Container) -> None:
    word = sent(anna, "a.fa", b">a\nACGT\n")
    for other in (BORIS, GUEST):
        stranger = container.asked_by(other)
        assert uploads(stranger) == ()
        with pytest.raises(UploadNotFound):
            upload(stranger, word)
        with pytest.raises(UploadNotFound):
            remove_upload(stranger, word)
    assert find_genome(anna, f"upload:{word}").kind is Kind.UPLOAD
    remove_upload(anna, word)
    with pytest.raises(UploadNotFound):
        upload(anna, word)


@pytest.mark.parametrize("word", ["", "../../x", "upload:", "a" * 24, "../" * 8])
def test_what_is_no_id_names_nothing(anna: Container, word: str) -> None:
    with pytest.raises(UploadNotFound):
        upload(anna, word)


def test_guests_uploads_are_in_nobodys_list(container: QuickContainer) -> None:
    guest = container.asked_by(GUEST)
    word = sent(guest, "a.fa", b">a\nACGT\n")
    assert uploads(guest) == ()
    assert upload(guest, word).name == "a.fa"  # whoever knows its id


def test_old_uploads_are_removed(anna: Container) -> None:
    old, new = sent(anna, "old.fa", b"x"), sent(anna, "new.fa", b"x")
    folder = upload(anna, old).file.parent
    before = time.time() - timedelta(days=8).total_seconds()
    for each in (*folder.iterdir(), folder):
        os.utime(each, (before, before))
    assert remove_old_uploads(anna) == 1
    assert [each.id for each in uploads(anna)] == [new]


@pytest.mark.usefixtures("_page")
def test_uploads_are_compared_by_the_names_their_sender_gave(
    anna: Container, question: Comparison
) -> None:
    given = {
        side: sent(anna, f"my {side}.fa", Path(path).read_bytes())
        for side, path in (("target", question.target), ("query", question.query or ""))
    }
    asked = Comparison(f"upload:{given['target']}", f"upload:{given['query']}", name="mine")
    plot = compare_genomes(anna, asked)
    assert (plot.title, plot.matches) == ("my query against my target", 2)
    assert plot.command == "minimap2 -c -x asm20 my-target.fa my-query.fa"
    assert "path" not in plot.target.provenance
    assert str(anna.settings.home) not in (plot.folder / "plot.json").read_text()
