"""Where a bank's files come from, as its recipe or its property file says, up to a release."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from holdfast import plugins
from holdfast.app.banks.recipes import convert
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.updating.update import update_bank
from holdfast.errors import ListingFailed, RecipeError
from servers.scripted import NOON, Document, Fault, Handler, ScriptedServer, Status

GENERAL = "[GENERAL]\nlocal.files=**/*\nno.extract=true\n"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server that keeps what it was asked."""
    with ScriptedServer() as server:
        yield server


def host(server: ScriptedServer) -> str:
    """The server as a property file names it."""
    return server.url.removeprefix("http://").rstrip("/")


def properties(container: QuickContainer, said: str, bank: str = "x") -> Path:
    """Give the container a property file for the bank; the file."""
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    file = container.settings.recipes / f"{bank}.properties"
    file.write_text(GENERAL + said)
    return file


def recipe(container: QuickContainer, said: str) -> None:
    """Give the container a recipe for the bank ``x``."""
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    (container.settings.recipes / "x.toml").write_text(f'name = "x"\n{said}')


def files(container: QuickContainer, report: UpdateReport) -> dict[str, bytes]:
    """What the release that was made has."""
    flat = container.settings.banks / "x" / f"x_{report.release}" / "flat"
    found = [path for path in flat.rglob("*") if path.is_file()]
    return {path.relative_to(flat).as_posix(): path.read_bytes() for path in found}


@dataclass(frozen=True)
class ForMe(Fault):
    """Serve the document to one user only."""

    login: str

    def answer(self, handler: Handler, document: Document | None) -> None:
        wanted = f"Basic {b64encode(self.login.encode()).decode()}"
        if handler.headers.get("Authorization") != wanted:
            Status(401).answer(handler, None)
        elif document is None:
            handler._folder(handler.plain_path())
        else:
            handler.serve(document)


# -- several files, each by itself -----------------------------------------------------------------


def test_the_files_of_multi_come_each_from_its_own_place(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents["/a/one.fa"] = Document(b"one")
    server.documents["/get"] = Document(b"two")
    server.forever["/a/one.fa"] = ForMe("me:p@ss")
    properties(
        container,
        f"protocol=multi\nserver={host(server)}\n"
        "remote.file.0.protocol=directhttp\nremote.file.0.path=/a/one.fa\n"
        "remote.file.0.credentials=me:p@ss\n"
        "remote.file.1.protocol=directhttp\nremote.file.1.path=/get\n"
        "remote.file.1.name=sub/two.fa\nremote.file.1.method=POST\n"
        "remote.file.1.params.keys=query,form\nremote.file.1.params.query=a b\n"
        "remote.file.1.params.form=fa\n",
    )
    report = update_bank(container, "x")
    assert files(container, report) == {"a/one.fa": b"one", "sub/two.fa": b"two"}
    assert report.release == "2026-1-2"  # as BioMAJ writes a date
    assert {one.body for one in server.asked("POST", "/get")} == {"query=a+b&form=fa"}
    assert not server.asked("GET", "/get")
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE


def test_a_gap_in_multi_is_told(container: QuickContainer) -> None:
    said = "protocol=multi\nserver=h\nremote.file.{}.protocol=directhttp\nremote.file.{}.path=/x\n"
    properties(container, said.format(0, 0) + said.format(2, 2).partition("server=h\n")[2])
    with pytest.raises(RecipeError, match=r"remote\.file\.1 is missing; count the files without"):
        container.catalogue.recipe("x")


def test_one_file_is_asked_for_by_post_and_never_from_its_middle(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents["/query"] = Document(b"ACGT" * 200_000, etag='"1"')
    properties(
        container,
        f"protocol=directhttp\nserver={host(server)}\nremote.dir=/query\nurl.method=POST\n"
        "url.params=q\nq.value=human\ntarget.name=found.fa\n",
    )
    found = files(container, update_bank(container, "x"))
    assert found == {"found.fa": b"ACGT" * 200_000}
    assert {one.method for one in server.requests} == {"POST"}
    assert not any("Range" in one.headers for one in server.requests)


def test_a_file_without_a_date_makes_a_release_a_day_at_most(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents["/a.fa"] = Document(b"ACGT", modified=None)
    recipe(container, f'[remote]\nurl = "direct+{server.url}a.fa"\n')
    days = {f"{datetime.now(UTC):%Y-%m-%d}"}
    report = update_bank(container, "x")
    again = update_bank(container, "x")
    days.add(f"{datetime.now(UTC):%Y-%m-%d}")
    assert report.release in days
    assert again.state is UpdateState.UP_TO_DATE or len(days) > 1


# -- lists -----------------------------------------------------------------------------------------


def test_a_list_names_files_below_the_remotes_folder_until_it_is_gone(
    container: QuickContainer, server: ScriptedServer, tmp_path: Path
) -> None:
    server.documents["/pub/a.fa"] = Document(b"a")
    server.documents["/else/b 1.fa"] = Document(b"b")
    named = [
        {"name": "a.fa", "size": 1, "year": 2026, "month": 1, "day": 2},
        {"name": "b 1.fa", "root": "/else", "save_as": "sub/b.fa"},
    ]
    wanted = tmp_path / "list.json"
    properties(
        container,
        f"protocol=http\nserver={host(server)}\nremote.dir=/pub\nremote.list={wanted}\n",
    )
    with pytest.raises(ListingFailed, match="there is no such list, so nothing is new"):
        update_bank(container, "x")
    wanted.write_text(json.dumps(named))
    report = update_bank(container, "x")
    assert files(container, report) == {"a.fa": b"a", "sub/b.fa": b"b"}
    for nothing in ("[]", ""):
        wanted.write_text(nothing)
        assert update_bank(container, "x").state is UpdateState.UP_TO_DATE
    wanted.unlink()
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE


# -- who we are, and by which way ------------------------------------------------------------------


def secrets_below(folder: Path, secret: str) -> list[str]:
    """The files below `folder` that have the secret in them, but for recipes."""
    words = {secret.encode(), b64encode(f"me:{secret}".encode())}
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file()
        and path.parent.name != "recipes"
        and any(word in path.read_bytes() for word in words)
    ]


@pytest.mark.parametrize("kind", ["properties", "url", "key"])
def test_a_password_opens_its_server_and_is_in_nothing_that_is_written(
    container: QuickContainer, server: ScriptedServer, kind: str
) -> None:
    server.documents["/pub/a.fa"] = Document(b"ACGT")
    server.forever = {path: ForMe("me:s3cr3t@x") for path in ("/pub/", "/pub/a.fa")}
    if kind == "properties":
        said = f"protocol=http\nserver={host(server)}\nremote.dir=/pub\nremote.files=.*\n"
        file = properties(container, said + "server.credentials=me:s3cr3t@x\n")
        text = convert(container, file).recipe
        assert "s3cr3t" not in text
        assert f"[servers.'{host(server)}']" in text
    elif kind == "url":
        recipe(container, f'[remote]\nurl = "http://me:s3cr3t%40x@{host(server)}/pub/"\n')
    else:
        where = f'url = "{server.url}pub/"\ncredentials = "me:s3cr3t@x"'
        recipe(container, f"[remote]\n{where}\n")
    assert files(container, update_bank(container, "x")) == {"a.fa": b"ACGT"}
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE
    assert not secrets_below(container.settings.home, "s3cr3t")
    assert "s3cr3t" not in repr(container.catalogue.recipe("x"))


def test_a_password_is_not_told_to_another_server(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents["/pub/a.fa"] = Document(b"ACGT")
    with ScriptedServer() as other:
        other.documents["/v/v_7.txt"] = Document(b"")
        properties(
            container,
            f"protocol=http\nserver={host(server)}\nremote.dir=/pub\nremote.files=.*\n"
            f"server.credentials=me:s3cr3t\nrelease.server={host(other)}\nrelease.remote.dir=/v\n"
            r"release.file=v_(\d)" + "\n",
        )
        assert update_bank(container, "x").release == "7"
        assert not any("Authorization" in one.headers for one in other.requests)
    assert all("Authorization" in one.headers for one in server.requests)


def test_a_bank_goes_by_its_own_proxy(container: QuickContainer, server: ScriptedServer) -> None:
    server.documents["http://bank.test/pub/a.fa"] = Document(b"ACGT")
    properties(
        container,
        "protocol=http\nserver=bank.test\nremote.dir=/pub\nremote.files=.*\n"
        f"proxy={host(server)}\nproxy_auth=me:s3cr3t\nfiles.num.threads=1\n",
    )
    assert files(container, update_bank(container, "x")) == {"a.fa": b"ACGT"}
    login = f"Basic {b64encode(b'me:s3cr3t').decode()}"
    assert {one.headers.get("Proxy-Authorization") for one in server.requests} == {login}
    assert not secrets_below(container.settings.home, "s3cr3t")


def test_a_release_is_asked_for_by_a_way_of_its_own(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents["http://releases.test/v/v_7.txt"] = Document(b"")
    server.documents["/pub/a.fa"] = Document(b"ACGT")
    recipe(
        container,
        f'[remote]\nurl = "{server.url}pub/"\n'
        '[release]\nfrom = "file name"\nurl = "http://releases.test/v/"\n'
        "match = '^v_.*'\npattern = '^v_(\\d)'\n"
        f'connection = {{ proxy = "{server.url}" }}\n',
    )
    assert update_bank(container, "x").release == "7"


# -- what is taken, and what is taken again --------------------------------------------------------


def test_redirects_are_not_followed_where_the_bank_says_so(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents["/there.fa"] = Document(b"ACGT")
    server.forever["/a.fa"] = Status(302, {"Location": "/there.fa"})
    url = f'[remote]\nurl = "direct+{server.url}a.fa"\nname = "a.fa"\n'
    recipe(container, f"{url}[remote.connection]\nredirects = false\n")
    with pytest.raises(ListingFailed, match="answered 302"):
        update_bank(container, "x")
    recipe(container, url)
    assert files(container, update_bank(container, "x")) == {"a.fa": b"ACGT"}


def test_copy_skip_fetches_all_again(container: QuickContainer, server: ScriptedServer) -> None:
    server.documents |= {"/pub/a.fa": Document(b"a"), "/pub/b.fa": Document(b"b")}
    properties(
        container,
        f"protocol=http\nserver={host(server)}\nremote.dir=/pub\nremote.files=.*\ncopy.skip=true\n"
        "release.control=true\n",
    )
    update_bank(container, "x")
    server.documents["/pub/b.fa"] = Document(b"other")
    server.requests.clear()
    report = update_bank(container, "x")
    assert report.release == "2026-1-2__1"
    assert len(server.asked("GET", "/pub/a.fa")) == 1


def test_groups_call_files_of_this_machine_otherwise_too(
    container: QuickContainer, tmp_path: Path
) -> None:
    folder = tmp_path / "remote" / "dna"
    folder.mkdir(parents=True)
    (folder / "a.fa").write_bytes(b"ACGT")
    os.utime(folder / "a.fa", (NOON.timestamp(),) * 2)
    properties(
        container,
        f"protocol=local\nserver=\nremote.dir={tmp_path}/remote\nremote.files=dna/(.*)\n",
    )
    assert files(container, update_bank(container, "x")) == {"a.fa": b"ACGT"}


# -- plug-ins --------------------------------------------------------------------------------------

PLUGIN = '''
from datetime import UTC, datetime

from holdfast.remotes.asked import AskedRemote
from holdfast.remotes.interface import Listing, RemoteFile


class Almanac(AskedRemote):
    """Says its release, and which files there are; they come by their URLs."""

    def __init__(self, url, policy, options):
        super().__init__(policy)
        self.place = "http://" + url.partition("://")[2]
        self.told = options.arguments

    def release(self):
        return self.told.get("year", "")

    def address(self, name):
        return self.place + name

    def folders(self):
        return ()

    def list(self, wanted):
        names = [name for name in self.told.get("names", "").split() if wanted.file(name)]
        day = datetime(2026, 1, 2, tzinfo=UTC)
        return Listing(self.place, tuple(
            RemoteFile(name, self.address(name), None, day) for name in sorted(names)
        ))
'''


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a stranger's distribution is installed, by pip."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    (source / "almanac_remote.py").write_text(PLUGIN)
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "almanac-remote"\nversion = "1"\n'
        '[project.entry-points."holdfast.remotes"]\nalmanac = "almanac_remote:Almanac"\n'
        '[tool.hatch.build.targets.wheel]\ninclude = ["almanac_remote.py"]\n'
    )
    words = ["install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", *words, "--target", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return target


@pytest.fixture
def _installed(distribution: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The distribution is where Python looks, and looks anew: plug-ins are looked for once."""
    monkeypatch.syspath_prepend(str(distribution))
    monkeypatch.setattr(plugins, "entry_points", lambda *, group: entry_points(group=group))


@pytest.mark.usefixtures("_installed")
def test_a_plug_in_that_was_installed_says_release_lists_and_brings(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents |= {"/pub/a.fa": Document(b"a"), "/pub/b.fa": Document(b"b")}
    plugged = (
        f"protocol=http\nserver={host(server)}\nremote.dir=/pub\n"
        "release.plugin=almanac\nrelease.plugin_args=year=2026\n"
        "remote.plugin=almanac\nremote.plugin_args={}download.plugin=almanac\n"
    )
    properties(container, plugged.format("names=a.fa b.fa\n"))
    report = update_bank(container, "x")
    assert report.release == "2026"
    assert files(container, report) == {"a.fa": b"a", "b.fa": b"b"}
    properties(container, plugged.format("names=\n"))  # an empty answer: nothing is new
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE


@pytest.mark.usefixtures("_installed")
def test_a_plug_in_brings_what_another_remote_lists(
    container: QuickContainer, server: ScriptedServer
) -> None:
    server.documents |= {"/pub/a.fa": Document(b"a"), "/pub/b.txt": Document(b"b")}
    properties(
        container,
        f"protocol=http\nserver={host(server)}\nremote.dir=/pub\nremote.files=.*fa$\n"
        "download.plugin=almanac\n",
    )
    assert container.catalogue.recipe("x").remote.fetcher == "almanac"
    assert files(container, update_bank(container, "x")) == {"a.fa": b"a"}
