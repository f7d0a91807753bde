"""
A bank of which release 1 is published, and the server release 2 will come from.
"""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer, contents, packed
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.updating.update import update_bank
from holdfast.errors import HoldfastError
from servers.scripted import Document, ScriptedServer

LONG = random.Random(5).randbytes(3_000_000)  #: what is shorter is not worth going on with
OLD = {"long.bin": LONG[:500], "a.fa.gz": packed(b">a\nACGT\n"), "b.fa": b">b\nGG\n"}
NEW = {"long.bin": LONG, "a.fa.gz": packed(b">a\nACGTT\n"), "b.fa": b">b\nGG\n"}
UNPACKED = {"long.bin": LONG, "a.fa": b">a\nACGTT\n", "b.fa": b">b\nGG\n"}
UNPACK = '[[steps]]\nname = "unpack"\nuse = "unpack"\n'


@dataclass
class Mirror:
    """The bank ``x`` here, and the server it comes from."""

    container: QuickContainer
    server: ScriptedServer
    before: dict[str, bytes] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Of the bank."""
        return self.container.settings.banks / "x"

    def begin(self, more: str = UNPACK) -> None:
        """Publish release 1."""
        recipe = f'name = "x"\n[remote]\nurl = "{self.server.url}"\n[release]\nfrom = "folder"\n'
        (self.container.settings.recipes / "x.toml").write_text(recipe + more)
        self.show("1", OLD)
        self.update()
        self.before = contents(self.folder / "x_1")

    def show(self, release: str, files: dict[str, bytes]) -> None:
        """Let the server have these files, and no others, as `release`."""
        documents = self.server.documents
        for path in [path for path in documents if path.startswith(f"/{release}/")]:
            del documents[path]
        for name, content in files.items():
            documents[f"/{release}/{name}"] = Document(content)

    def heal(self) -> None:
        """No more faults."""
        self.server.forever.clear()
        self.server.scripts.clear()

    def update(self) -> UpdateReport:
        return update_bank(self.container, "x")

    def refused(self) -> str:
        """The sentence of an update that fails, after which the published release is what it was.

        It takes no longer than the fault deserves.
        """
        began = time.monotonic()
        with pytest.raises(HoldfastError) as caught:
            self.update()
        assert time.monotonic() - began < 10
        self.assert_held()
        return str(caught.value)

    def assert_held(self) -> None:
        assert str((self.folder / "current").readlink()) == "x_1"
        assert contents(self.folder / "x_1") == self.before
        (found,) = check_banks(self.container, deep=True)
        assert found.problems == ()

    def assert_finishes(self, files: dict[str, bytes] = UNPACKED) -> None:
        """The next update makes release 2 of `files`, and the one after it has nothing to do."""
        report = self.update()
        assert (report.state, report.release) == (UpdateState.UPDATED, "2")
        assert str((self.folder / "current").readlink()) == "x_2"
        assert contents(self.folder / "x_2" / "flat") == files
        (found,) = check_banks(self.container, deep=True)
        assert (found.problems, found.remarks) == ((), ())
        assert self.update().state is UpdateState.UP_TO_DATE
