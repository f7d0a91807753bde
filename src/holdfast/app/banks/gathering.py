"""
Gathering: the recipes of others, from a folder, a git repository, or a URL.

What is not on this machine is brought into a temporary folder that lasts as long as the block. All
of it is hostile: git runs no hook, follows no link, asks nobody anything and reaches no address
that remotes may not reach; files are small and few, and are only read.
"""

import os
import re
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES, SUFFIX
from holdfast.banks.properties.meaning import GLOBAL
from holdfast.banks.recipes.steps import NAME
from holdfast.errors import FetchFailed, FormatError, UsageError, printable
from holdfast.remotes.direct import PREFIX, name_in
from holdfast.remotes.interface import open_remote

RECIPE_LIMIT = 1024**2  #: bytes of one recipe
FILES_LIMIT = 20_000  #: files and folders of a repository that are looked at
GIT_TIME = 300.0  #: seconds git may take
GIT_FILE = 1024**3  #: bytes of one file that git may write
GIT_PREFIX = "git+"  #: before a URL whose end does not say that it is a repository's
_FETCHED = ("http", "https", "ftp", "ftps", "ftpes", "sftp")
_CLONED = ("git", "ssh", "http", "https", "file")
_LIKE_SCP = re.compile(r"(?:\w[\w.-]*@)?\w[\w.-]*:(?!//)[^\s:]+[.]git/?")
_WHO = re.compile(r"(?<=://)[^/@\s]*@")


@contextmanager
def gathered(container: Container, source: str) -> Iterator[Path]:
    """The folder or file that `source` is, or becomes while the block lasts.

    Raises
    ------
    UsageError
        It is neither a folder, a file, a repository nor the URL of a recipe.
    FetchFailed
        It cannot be brought here.
    """
    here = _local(source)
    if here is not None and not _is_bare(here):
        yield here
        return
    with tempfile.TemporaryDirectory(prefix="holdfast-recipes-") as folder:
        if here is not None:
            yield _cloned(container, here.as_uri(), Path(folder))
        elif is_repository(source):
            yield _cloned(container, source.removeprefix(GIT_PREFIX), Path(folder))
        elif _is_recipe_url(source):
            yield _fetched(container, source, Path(folder))
        else:
            raise UsageError(
                f"{_shown(source)} is no template, folder, file, git repository (a URL that ends "
                f"in .git, or begins with {GIT_PREFIX}) or URL of a recipe (ends in {SUFFIX} or "
                f"{PROPERTIES}); see the templates with: holdfast bank templates"
            )


def is_repository(source: str) -> bool:
    """Whether `source` is written as a git repository elsewhere.

    >>> is_repository("https://example.org/recipes.git"), is_repository("git@example.org:a/b.git")
    (True, True)
    >>> is_repository("https://example.org/pdb.toml"), is_repository("ext::sh -c id .git")
    (False, False)
    """
    scheme = urlsplit(source).scheme if "://" in source else ""
    if source.startswith(GIT_PREFIX) or scheme in ("git", "ssh"):
        return True
    if scheme in _CLONED:
        return source.rstrip("/").endswith(".git")
    return _LIKE_SCP.fullmatch(source) is not None


def recipe_files(place: Path) -> dict[str, Path]:
    """The files below `place`, or itself, that may be recipes, by the names of their banks.

    Of two of one name, the one with the shorter path counts. Links are not followed.

    Raises
    ------
    FormatError
        There are more files than anybody's recipes have.
    """
    if place.is_file():
        return {place.stem: place}
    found: dict[str, Path] = {}
    files = sorted(_walk(place), key=lambda file: (len(file.parts), file))
    for file in files:
        if re.fullmatch(NAME, file.stem):
            found.setdefault(file.stem, file)
    return dict(sorted(found.items()))


def text_of(file: Path) -> str:
    """What is written in the recipe `file`.

    Raises
    ------
    FormatError
        It is too long or no UTF-8 text.
    """
    with file.open("rb") as opened:
        content = opened.read(RECIPE_LIMIT + 1)
    if len(content) > RECIPE_LIMIT:
        raise FormatError(file, None, f"it has more than {RECIPE_LIMIT:,} bytes; no recipe has")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FormatError(file, None, "it is not UTF-8 text") from error


def _walk(folder: Path) -> Iterator[Path]:
    seen = 0
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        seen += len(folders) + len(files)
        if seen > FILES_LIMIT:
            raise FormatError(folder, None, f"it has more than {FILES_LIMIT:,} files; name one")
        for name in files:
            file = Path(root, name)
            is_recipe = name.endswith((SUFFIX, PROPERTIES)) and name != GLOBAL
            if is_recipe and not file.is_symlink() and file.is_file():
                yield file


def _local(source: str) -> Path | None:
    """The file or folder of this machine that `source` names, if it does."""
    if source.startswith("file://") and not source.endswith(".git"):
        return Path(urlsplit(source).path)
    path = Path(source).expanduser()
    return path if "://" not in source and path.exists() else None


def _is_bare(place: Path) -> bool:
    """Whether `place` is a repository without files to look at."""
    return (place / "HEAD").is_file() and (place / "objects").is_dir()


def _is_recipe_url(source: str) -> bool:
    parts = urlsplit(source) if "://" in source else None
    return (
        parts is not None and parts.scheme in _FETCHED and parts.path.endswith((SUFFIX, PROPERTIES))
    )


def _fetched(container: Container, url: str, folder: Path) -> Path:
    """The one file behind `url`, in `folder`."""
    name = name_in(url)
    if not name:
        raise UsageError(f"{_shown(url)} names no file")
    content = open_remote(PREFIX + url, container.policy).read(name, RECIPE_LIMIT)
    file = folder / name
    file.write_bytes(content)
    return file


# -- git -------------------------------------------------------------------------------------------


def _cloned(container: Container, url: str, folder: Path) -> Path:
    """The newest state of the repository at `url`, in `folder`."""
    _check_reach(container, url)
    target = folder / "recipes"
    words = [
        "git",
        *("-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false"),
        *("-c", "core.fsmonitor=false", "-c", "http.followRedirects=false"),
        *("clone", "--quiet", "--depth", "1", "--single-branch", "--no-tags", "--template="),
        *("--no-recurse-submodules", "--", url, str(target)),
    ]
    try:
        said, code = _run(words)
    except FileNotFoundError as error:
        raise UsageError(
            "the program git is not installed; install it, or name a folder"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise FetchFailed(f"{_shown(url)}: git took more than {GIT_TIME:.0f} seconds") from error
    if code:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {code}"]
        raise FetchFailed(f"{_shown(url)}: git says: {_shown(last[0])[:300]}")
    return target


def _run(words: list[str]) -> tuple[bytes, int]:
    """What the command `words` says on standard error, and its exit code."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": ":".join(_CLONED),
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C",
    }
    with subprocess.Popen(
        words,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (GIT_FILE, GIT_FILE))
        try:
            _, said = process.communicate(timeout=GIT_TIME)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # and those git has started
            raise
        return said, process.returncode


def _check_reach(container: Container, url: str) -> None:
    """Raise a UsageError if `url` is at an address that remotes may not reach."""
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme not in _CLONED and not _LIKE_SCP.fullmatch(url):
        raise UsageError(f"{_shown(url)}: git is only asked by {', '.join(_CLONED)}")
    host = urlsplit(url).hostname if scheme else url.partition(":")[0].rpartition("@")[2]
    address = container.policy.access.reach.first_refused(host) if host else ""
    if address:
        raise UsageError(
            f"{host} is at {address}, which is no public address; "
            f'add private_networks = ["{address}"] to the settings if it may be reached'
        )


def _shown(text: str) -> str:
    """`text` without user names and passwords of URLs, on one line."""
    return printable(_WHO.sub("", text))
