"""
Builds the compiled library of its C sources, which are beside this file.

The package's build calls it; ``python -m holdfast.base.compiled.build`` does the same by hand,
where a compiler was installed later. It needs no other package, for it runs before any is there.
The library carries a digest of its sources and is built only when that differs. ``CC``, ``CFLAGS``
and ``LDFLAGS`` are heeded as usual.
"""

import hashlib
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LIBRARY = FOLDER / "libholdfast.so"
HARDENED = ("-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2")
FLAGS = ("-std=c99", "-O3", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", *HARDENED)
NEEDED = "a C compiler and OpenSSL's headers (on Debian: apt-get install gcc libc6-dev libssl-dev)"


class LibraryNotBuilt(Exception):
    """The compiled library could not be built. Holdfast works without it, more slowly."""


def sources() -> list[Path]:
    """What the library is made of: C, and this file, which says how."""
    return sorted([*FOLDER.glob("*.c"), *FOLDER.glob("*.h"), FOLDER / "build.py"])


@cache
def sources_digest() -> str:
    """SHA-256 over the names and contents of the sources."""
    total = hashlib.sha256()
    for path in sources():
        total.update(path.name.encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_current(library: Path = LIBRARY) -> bool:
    """Was the library made of just these sources?"""
    return library.is_file() and sources_digest().encode() in library.read_bytes()


def build(library: Path = LIBRARY, flags: Sequence[str] = ()) -> bool:
    """Build the library if it is not current; answers whether it was built.

    Raises
    ------
    LibraryNotBuilt
        There is no compiler, or it did not like the sources; an old library is removed then.
    """
    if is_current(library):
        return False
    beside = library.with_name(f".{library.name}.{os.getpid()}")
    try:
        compile_to(beside, flags)
        beside.replace(library)  # who has the old one open keeps it
    except LibraryNotBuilt:
        library.unlink(missing_ok=True)
        raise
    finally:
        beside.unlink(missing_ok=True)
    return True


def compile_to(library: Path, flags: Sequence[str] = ()) -> None:
    """Compile and link the sources.

    Raises
    ------
    LibraryNotBuilt
        There is no compiler, or it did not like the sources.
    """
    import subprocess  # noqa: PLC0415 - whoever loads the library wants the digest alone

    code = [str(path) for path in sources() if path.suffix == ".c"]
    stamp = f'-DHOLDFAST_SOURCES="{sources_digest()}"'
    compiler, compiling, linking = _words("CC", "cc"), _words("CFLAGS"), _words("LDFLAGS")
    command = [*compiler, *FLAGS, *compiling, *flags, stamp, "-shared", "-o", str(library), *code]
    try:
        done = subprocess.run(
            [*command, *linking, "-lcrypto"],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise LibraryNotBuilt(_sentence(str(error))) from error
    if done.returncode != 0:
        raise LibraryNotBuilt(_sentence(_problem(done.stderr) or f"exit code {done.returncode}"))


def wheel_tag() -> str:
    """The tag of a wheel that holds the library: for any Python 3 of this kind of machine."""
    import sysconfig  # noqa: PLC0415 - as above

    return "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")


def _words(variable: str, default: str = "") -> list[str]:
    import shlex  # noqa: PLC0415 - as above

    return shlex.split(os.environ.get(variable, default))


def _problem(words: str) -> str:
    """The line of a compiler's many that says what is wrong."""
    lines = words.splitlines()
    telling = [line for line in lines if "error:" in line or "cannot find" in line]
    return next(iter(telling or lines), "")


def _sentence(problem: str) -> str:
    return (
        f"the compiled library was not built: {problem}. Holdfast works without it, more slowly; "
        f"it needs {NEEDED}"
    )


def main() -> int:
    """Build the library in place; answers the exit code."""
    try:
        built = build()
    except LibraryNotBuilt as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{LIBRARY.name} {'is built' if built else 'is up to date'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
