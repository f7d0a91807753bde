"""
A site of two hundred banks (twenty in a quick run), some of them broken, updated in one run.

Half of them are property files of BioMAJ and half are recipes of ours; they come from one server.
"""

import time
import tracemalloc
from collections.abc import Iterable

import pytest

from app.banks.bank_world import QuickContainer, contents
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.updating.update import update_banks
from servers.scripted import Document, ScriptedServer, Status
from thoroughness import THOROUGH

COUNT = 200 if THOROUGH else 20
NAMES = [f"bank{number:03}" for number in range(COUNT)]
UNREADABLE, UNLISTED, UNFETCHED = BROKEN = NAMES[3], NAMES[8], NAMES[14]
TOML = (
    'name = "{name}"\n[remote]\nurl = "{url}{name}/"\nfiles = ["*.fa"]\n[release]\nfrom = "date"\n'
)
PROPERTIES = """[GENERAL]
db.fullname="{name}"
protocol=http
server={server}
remote.dir=/{name}/
remote.files=^.*\\.fa$
local.files=.*\\.fa$
"""


def files_of(name: str) -> dict[str, bytes]:
    """What the bank `name` has."""
    return {"a.fa": f">{name}\nACGT\n".encode(), "b.fa": b">b\nGGTTA\n"}


@pytest.fixture
def site(container: QuickContainer, server: ScriptedServer) -> QuickContainer:
    """All banks, each with two small files on the server."""
    address = server.url.removeprefix("http://").rstrip("/")
    for number, name in enumerate(NAMES):
        kind, text = ("toml", TOML) if number % 2 else ("properties", PROPERTIES)
        recipe = container.settings.recipes / f"{name}.{kind}"
        recipe.write_text(text.format(name=name, url=server.url, server=address))
        for file, content in files_of(name).items():
            server.documents[f"/{name}/{file}"] = Document(content)
    (container.settings.recipes / f"{UNREADABLE}.toml").write_text("name = ")
    server.forever[f"/{UNLISTED}/"] = Status(500)
    server.forever[f"/{UNFETCHED}/b.fa"] = Status(403)
    return container


def states(reports: Iterable[UpdateReport]) -> dict[UpdateState, set[str]]:
    """The banks by how their updates ended."""
    ended: dict[UpdateState, set[str]] = {}
    for each in reports:
        ended.setdefault(each.state, set()).add(each.bank)
    return ended


def test_a_site_is_updated_in_one_run_though_three_banks_are_broken(
    site: QuickContainer, server: ScriptedServer
) -> None:
    well = set(NAMES) - set(BROKEN)
    began = time.process_time()
    first = update_banks(site, NAMES)
    assert (time.process_time() - began) / COUNT < 1
    assert [each.bank for each in first] == NAMES
    assert states(first) == {UpdateState.UPDATED: well, UpdateState.FAILED: set(BROKEN)}
    for name in well:
        (release,) = site.catalogue.folder(name).releases()
        assert contents(release.flat) == files_of(name)
    wrong = {each.bank for each in check_banks(site, deep=True) if each.problems}
    assert wrong == {UNREADABLE}
    server.requests.clear()
    server.forever.clear()
    (site.settings.recipes / f"{UNREADABLE}.toml").write_text(
        TOML.format(name=UNREADABLE, url=server.url)
    )
    site.executor.started.clear()
    tracemalloc.start()
    began = time.process_time()
    second = update_banks(site, NAMES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (time.process_time() - began) / COUNT < 0.5  # though memory is watched
    assert states(second) == {UpdateState.UP_TO_DATE: well, UpdateState.UPDATED: set(BROKEN)}
    assert peak < 64 * 1024**2
    # Of a bank with nothing new its page was asked for, and nothing else was done.
    fetched = {one.path for one in server.requests if one.method == "GET" and one.path[-1] != "/"}
    assert {path.split("/")[1] for path in fetched} == set(BROKEN)
    assert site.executor.started.count("fetch") == len(BROKEN)
