"""
Containers: a step's command, run in an image by podman, docker or apptainer.

What the command sees of this machine is what it needs: the bank's folder, the releases of other
banks it is made from, and ``process.dir``, all of them read-only, and its own release, which it may
write; each at the path it has outside. It runs as the account that asked for it, without
privileges, and without a network unless the recipe says so. Everything here is pure: it gives
words, and :mod:`holdfast.app.tasks.contain` runs them.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from holdfast.errors import UsageError

STOP = 3  #: seconds a container has to end when it is asked to
NOT_IN_PATHS = frozenset(',:"')  #: what separates words in the engines' own notations
TOLD = "HOLDFAST_CORES"  #: of our own variables, what concerns a command in a container


class Engine(Enum):
    """What runs containers, by the name of its program."""

    PODMAN = "podman"
    DOCKER = "docker"
    APPTAINER = "apptainer"
    SINGULARITY = "singularity"

    @property
    def has_names(self) -> bool:
        """Whether its containers have names, by which they are ended; else they are processes."""
        return self in (Engine.PODMAN, Engine.DOCKER)


AUTO = "auto"
ENGINES = (AUTO, *(each.value for each in Engine))  #: what the setting may say


@dataclass(frozen=True, slots=True)
class Contained:
    """One command, and the container it wants."""

    name: str  #: of the container
    image: str
    command: tuple[str, ...]
    folder: Path  #: where it runs
    variables: tuple[str, ...] = ()  #: names of those of the environment that it is told
    shown: tuple["Shown", ...] = ()
    network: bool = False
    memory: int | None = None  #: bytes
    cores: int = 1


class How(Enum):
    """How a folder is shown."""

    READ = "read"  #: as it is, and not to be changed
    WRITE = "write"  #: as it is
    EMPTY = "empty"  #: nothing of what is in it


@dataclass(frozen=True, slots=True)
class Shown:
    """A folder of this machine that a container sees, at the same path."""

    path: Path
    how: How = How.READ

    @classmethod
    def parse(cls, text: str) -> "Shown":
        """What ``read:/path`` means.

        Raises
        ------
        UsageError
            It means nothing.
        """
        how, _, path = text.partition(":")
        if how not in {each.value for each in How}:
            raise UsageError(f"{text!r} is not how:path with read, write or empty for how")
        return cls(Path(path), How(how))

    def __str__(self) -> str:
        return f"{self.how.value}:{self.path}"


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks."""

    user: int
    group: int

    @property
    def is_root(self) -> bool:
        """Whether it is the administrator, for whom engines do without a user name space."""
        return self.user == 0


def engine_for(
    setting: str, which: Callable[[str], str | None] = shutil.which
) -> tuple[Engine, str]:
    """The engine to use by the setting ``container_engine``, and where its program is.

    Raises
    ------
    UsageError
        It is not installed.
    """
    wanted = tuple(Engine) if setting == AUTO else (Engine(setting),)
    for engine in wanted:
        program = which(engine.value)
        if program is not None:
            return engine, program
    names = "none of podman, docker and apptainer is" if setting == AUTO else f"{setting} is not"
    raise UsageError(
        f"{names} on PATH, and a step wants a container; install podman, "
        "or leave container out of the recipe"
    )


def words(
    engine: Engine, program: str, wanted: Contained, account: Account, empty: Path
) -> tuple[str, ...]:
    """The words that run `wanted`; `empty` is an empty folder, shown in place of what is hidden.

    Raises
    ------
    UsageError
        A path cannot be written in the engine's notation.
    """
    for path in (*(each.path for each in wanted.shown), wanted.folder):
        if NOT_IN_PATHS.intersection(str(path)) or not path.is_absolute():
            raise UsageError(f"{path} cannot be shown in a container: no comma, colon or quote")
    make = _with_names if engine.has_names else _as_process
    return (program, *make(engine, wanted, account, empty), *wanted.command)


def removal(program: str, name: str) -> tuple[str, ...]:
    """The words that end the container `name`, if there is one, and remove it."""
    return (program, "rm", "--force", name)


def stopping(program: str, name: str) -> tuple[str, ...]:
    """The words that ask the container `name` to end, and soon end it without asking."""
    return (program, "stop", "--time", str(STOP), name)


def environment(engine: Engine, wanted: Contained, outside: Mapping[str, str]) -> dict[str, str]:
    """The environment of the engine's program, which hands the variables on."""
    inside = {name: outside[name] for name in told(wanted) if name in outside}
    if engine.has_names:
        return {**outside, **inside}
    prefix = f"{engine.name}ENV_"
    return {**outside, **{f"{prefix}{name}": value for name, value in inside.items()}}


def told(wanted: Contained) -> tuple[str, ...]:
    """The names of the variables that a command is told."""
    return (*wanted.variables, TOLD)


def _with_names(
    engine: Engine, wanted: Contained, account: Account, empty: Path
) -> tuple[str, ...]:
    options = ["run", "--rm", "--name", wanted.name, "--pull", "missing"]
    options += ["--user", f"{account.user}:{account.group}"]
    if engine is Engine.PODMAN and not account.is_root:
        options += ["--userns", "keep-id"]
    if not wanted.network:
        options += ["--network", "none"]
    options += ["--cap-drop", "all", "--security-opt", "no-new-privileges"]
    options += ["--security-opt", "label=disable"]  # what is shown belongs to others too
    if engine is Engine.DOCKER:  # its containers are nobody's children, so nobody else can look
        options += ["--cpus", str(wanted.cores)]
        options += ["--memory", str(wanted.memory)] if wanted.memory is not None else []
    for each in wanted.shown:
        mount = f"type=bind,source={_source(each, empty)},target={each.path}"
        options += ["--mount", mount if each.how is How.WRITE else f"{mount},readonly"]
    options += ["--workdir", str(wanted.folder)]
    for name in told(wanted):
        options += ["--env", name]  # the value is taken from the program's own environment
    return (*options, wanted.image)


def _as_process(
    engine: Engine, wanted: Contained, account: Account, empty: Path
) -> tuple[str, ...]:
    options = ["exec", "--containall", "--cleanenv", "--no-home", "--writable-tmpfs"]
    if account.is_root:
        options.append("--no-privs")
    if not wanted.network:
        options += ["--net", "--network", "none"]
    for each in wanted.shown:
        mode = "rw" if each.how is How.WRITE else "ro"
        options += ["--bind", f"{_source(each, empty)}:{each.path}:{mode}"]
    options += ["--pwd", str(wanted.folder)]
    return (*options, _image(wanted.image))


def _source(shown: Shown, empty: Path) -> Path:
    return empty if shown.how is How.EMPTY else shown.path


def _image(image: str) -> str:
    """`image` as apptainer writes it: a file, or whence it comes."""
    is_said = "://" in image or image.startswith("/") or image.endswith(".sif")
    return image if is_said else f"docker://{image}"
