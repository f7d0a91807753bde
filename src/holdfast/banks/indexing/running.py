"""
Running: the acts of an index, done one after another.

A program that fails fails the index, with its last words. Its standard input is fed as it reads;
when a file turns out to be damaged, the program is killed before it could take what it got for all.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from typing import IO

from holdfast.banks.indexing.acts import Act, Drop, Feed, Gather, Link, Run, Write
from holdfast.banks.indexing.feeding import fed
from holdfast.errors import BankError

WORDS_MOST = 2000  #: characters of a program's last words that are quoted

Tell = Callable[[str], object]


def silence(_: str) -> None:
    """Tell nobody."""


class Doing:
    """Does acts in `folder`; what programs say goes to `tell`."""

    def __init__(self, folder: Path, tell: Tell = silence) -> None:
        self._folder, self._tell = folder, tell
        self.commands: list[tuple[str, ...]] = []  #: those that did their work, in order
        self._links: dict[str, Path] = {}

    def do(self, acts: Iterable[Act]) -> None:
        """Do `acts`.

        Raises
        ------
        BankError
            A program failed, or is not there.
        FormatError
            A file of the release is damaged.
        """
        for act in acts:
            self._one(act)

    def put(self, final: Path) -> None:
        """Make the folder `final`, by one rename, in the place of what was there.

        Links are made relative to it, so that it can move with the files it links to.
        """
        for name, file in self._links.items():
            link = self._folder / name
            if link.is_symlink():
                link.unlink()
                link.symlink_to(os.path.relpath(file, (final / name).parent))
        shutil.rmtree(final, ignore_errors=True)
        final.parent.mkdir(parents=True, exist_ok=True)
        self._folder.rename(final)

    def _one(self, act: Act) -> None:
        if isinstance(act, Run):
            self._run(act)
        elif isinstance(act, Gather):
            with self._appended(act.into) as file:
                for piece in fed(act.feed):
                    file.write(piece)
        elif isinstance(act, Write):
            with self._appended(act.into) as file:
                file.write(act.text.encode())
        elif isinstance(act, Link):
            self._links[act.link] = act.file
            self._made(act.link).symlink_to(act.file)
        else:
            self._drop(act)

    def _drop(self, act: Drop) -> None:
        for path in self._folder.glob(act.glob):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _run(self, act: Run) -> None:
        try:
            self._pipeline(act)
        except BankError as error:
            if not act.otherwise:
                raise
            self._tell(f"{error}\nso it is done in another way\n")
            self.do(act.otherwise)
        else:
            self.commands += [act.words, *act.through]

    def _pipeline(self, act: Run) -> None:
        with ExitStack() as stack:
            saying = stack.enter_context(_Saying(self._tell))
            out: int | IO[bytes] = saying.end
            if act.into:
                out = stack.enter_context(self._appended(act.into))
            programs: list[subprocess.Popen[bytes]] = []
            stack.callback(_kill, programs)
            self._start(act, out, saying.end, programs)
            if act.feed is not None:
                _give(act.feed, programs[0])
            codes = [program.wait() for program in programs]
        # The last that failed: those before it may have ended because nobody read them any more.
        for words, code in reversed(list(zip((act.words, *act.through), codes, strict=True))):
            if code:
                raise BankError(_failure(words, code, saying.last))

    def _start(
        self, act: Run, out: int | IO[bytes], errors: int, programs: list[subprocess.Popen[bytes]]
    ) -> None:
        commands = (act.words, *act.through)
        for number, words in enumerate(commands):
            first = subprocess.DEVNULL if act.feed is None else subprocess.PIPE
            try:
                program = subprocess.Popen(
                    words,
                    stdin=programs[-1].stdout if programs else first,
                    stdout=subprocess.PIPE if number < len(commands) - 1 else out,
                    stderr=errors,
                    cwd=act.directory or self._folder,
                    env={**os.environ, **act.environment},
                )
            except (OSError, ValueError) as error:  # a word with a NUL is a ValueError
                why = error.strerror if isinstance(error, OSError) else str(error)
                raise BankError(f"{words[0]} cannot be run: {why}") from error
            if programs and programs[-1].stdout is not None:
                programs[-1].stdout.close()  # the program behind it has it now
            programs.append(program)

    def _appended(self, name: str) -> IO[bytes]:
        return self._made(name).open("ab")

    def _made(self, name: str) -> Path:
        """The path of `name`, in a folder that is there."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class _Saying:
    """A pipe for what programs say: told on as it comes, and its end kept."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.last = ""
        self._read, self.end = os.pipe()
        self._thread = Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "_Saying":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.end)
        self._thread.join()

    def _listen(self) -> None:
        with open(self._read, "rb", buffering=0) as pipe:  # noqa: PTH123 - it has no path
            while said := pipe.read(1 << 16):
                text = said.decode(errors="replace")
                self.last = (self.last + text)[-WORDS_MOST:]
                self._tell(text)


def _give(feed: Feed, program: "subprocess.Popen[bytes]") -> None:
    assert program.stdin is not None, "it was started to be fed"
    with suppress(BrokenPipeError):  # it ended before; how, its exit code says
        for piece in fed(feed):
            program.stdin.write(piece)
        program.stdin.close()


def _kill(programs: "list[subprocess.Popen[bytes]]") -> None:
    """End what still runs: after all went well, nothing does."""
    for program in programs:
        if program.poll() is None:
            program.kill()
            program.wait()
        if program.stdin is not None:
            with suppress(BrokenPipeError):
                program.stdin.close()


def _failure(words: tuple[str, ...], code: int, said: str) -> str:
    how = f"with exit code {code}" if code > 0 else f"by signal {-code}"
    last = " / ".join(line.strip() for line in said.splitlines() if line.strip())
    return f"{words[0]} ended {how}{': ' if last else ''}{last[-500:]}"
