"""The loops that the tests of this room examine."""

import os
from pathlib import Path

import pytest

from holdfast.base.compiled.build import LIBRARY, NEEDED
from holdfast.base.compiled.contract import Loops
from holdfast.base.compiled.library import CompiledLoops, load
from holdfast.base.compiled.twin import NumpyLoops


@pytest.fixture(scope="session")
def compiled() -> CompiledLoops:
    """The compiled loops; where nothing could be compiled these tests are left out, but in CI."""
    # Another than the package's is named by the test that looks on with a sanitizer.
    loaded = load(Path(os.environ.get("LIBRARY_EXAMINED", LIBRARY)))
    if loaded is None and not os.environ.get("CI"):
        pytest.skip(f"the compiled library is not built: it needs {NEEDED}")
    assert loaded is not None, "the compiled library must be there: python hatch_build.py builds it"
    return loaded


@pytest.fixture(scope="session", params=["compiled", "NumPy"])
def each(request: pytest.FixtureRequest) -> Loops:
    """The compiled loops, and their twin."""
    if request.param == "NumPy":
        return NumpyLoops()
    loaded: Loops = request.getfixturevalue("compiled")
    return loaded
