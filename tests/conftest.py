"""
What every test may ask for.

The real data and the system's services (nginx, Chromium …) need not be on a person's machine:
tests of theirs are left out there, and counted in the closing lines. In CI (``CI`` is set) a
missing service is a failure.
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from thoroughness import THOROUGH

# A busy machine makes an example slow, not wrong; pytest's own time limit is the one that counts.
settings.register_profile("holdfast", deadline=None, max_examples=100 if THOROUGH else 30)
settings.load_profile("holdfast")

ROOT = Path(__file__).parent.parent
REAL_DATA = Path(os.environ.get("HOLDFAST_TEST_DATA", ROOT.parent / "shared" / "data"))
LONG_NAME = 16  #: bytes
LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "service(*programs): needs these programs of the system; required in CI"
    )
    config.addinivalue_line("markers", "root: mounts disks or makes hosts, which only root may")
    config.addinivalue_line("markers", "thorough: repeats at length what another test shows")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long bytes name no test: an archive has the time in it at which it was made."""
    return argname if isinstance(val, bytes) and len(val) > LONG_NAME else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {item: why for item in items if (why := _why_not_here(item))}
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(left_out))
    config.stash[LEFT_OUT] = list(left_out.values())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells the process that prints the closing lines what was left out."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["left_out"] = session.config.stash.get(LEFT_OUT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker collects every test, so what the last one told is what all left out."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    left_out = config.stash.get(LEFT_OUT, [])
    if left_out:
        terminalreporter.section(f"{len(left_out)} tests left out on this machine")
        for why, count in Counter(left_out).most_common():
            terminalreporter.write_line(f"{count}: {why}")


def _why_not_here(item: pytest.Item) -> str | None:
    """What this machine lacks for `item`, if that is no failure here."""
    if "real_data" in getattr(item, "fixturenames", ()) and not REAL_DATA.is_dir():
        return f"no real data at {REAL_DATA}"
    if item.get_closest_marker("thorough") and not THOROUGH:
        return "make thorough runs it"
    if os.environ.get("CI"):
        return None  # the test runs, and fails for want of its service
    if item.get_closest_marker("root") and os.geteuid() != 0:
        return "only root may mount disks and make hosts"
    programs = [name for marker in item.iter_markers("service") for name in marker.args]
    missing = [name for name in programs if find_program(name) is None]
    return f"{', '.join(missing)} is not installed" if missing else None


def find_program(name: str) -> str | None:
    """The path of a program of the system; servers live outside a person's PATH."""
    # Debian keeps PostgreSQL's server, of whatever version, out of everybody's way.
    folders = ["/usr/sbin", "/usr/local/sbin", *Path("/usr/lib/postgresql").glob("*/bin")]
    return shutil.which(name, path=":".join([os.environ.get("PATH", ""), *map(str, folders)]))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real yeast data, bank files and golden dot plots."""
    return REAL_DATA


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a home of its own, and none of the person's settings."""
    for name in [name for name in os.environ if name.startswith("HOLDFAST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path_factory.mktemp("home")))
    # The servers of the tests are on this machine, which else only its administrator may allow.
    monkeypatch.setenv("HOLDFAST_PRIVATE_NETWORKS", "127.0.0.0/8 ::1")


@pytest.fixture
def home() -> Path:
    """The home folder of this test."""
    return Path(os.environ["HOLDFAST_HOME"])
