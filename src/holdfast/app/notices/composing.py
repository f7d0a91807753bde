"""
The words of a notice: subject, plain text, HTML, and a short text for chats.

All are made by Jinja2 templates, ours or the site's own, in a sandbox: a template can read what it
is given and nothing else. A site's template that cannot be used is replaced by ours, and the letter
says so at its end. Templates find the variables that BioMAJ's had (``message``, ``log_file``,
``log_tail``, ``bank``, ``release``, ``status``, ``modified``, ``update``, ``remove``) and more;
they are listed in the manual's page about notifications.
"""

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from holdfast.app.notices.notice import Ending, Notice
from holdfast.errors import printable

TEMPLATE_LIMIT = 256 * 1024  #: bytes of a template
SUBJECT_LIMIT = 200  #: characters of a subject
TEXT_LIMIT = 4 * 1024**2  #: characters of a text


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one notice."""

    subject: str  #: one line
    text: str
    html: str  #: empty: none
    brief: str  #: for chats


@dataclass(frozen=True, slots=True)
class Stationery:
    """A site's own templates; empty for ours."""

    subject: str = ""
    body: str = ""
    html: str = ""
    problems: tuple[str, ...] = ()  #: what kept one from being used


def stationery(subject: str, body: str, html: str) -> Stationery:
    """The templates in these files, which may be named or not; one that cannot be read is told."""
    problems: list[str] = []
    texts = (_read(Path(name), problems) if name else "" for name in (subject, body, html))
    subject, body, html = texts
    return Stationery(subject, body, html, tuple(problems))


def compose(notice: Notice, own: Stationery, tail: int, home: Path) -> Letter:
    """The words of `notice`, with at most `tail` bytes of the end of its log."""
    values = variables(notice, tail_of(notice.logs, tail), home)
    problems = list(own.problems)
    subject = _rendered("subject.txt", own.subject, values, problems)
    text = _rendered("body.txt", own.body, values, problems)
    html = ""
    if own.html or not own.body:  # beside a text of the site's own, our HTML would say else
        html = _rendered("body.html", own.html, values, problems)
    if problems:
        text += "\n" + "\n".join(problems) + "\n"
    brief = _rendered("brief.txt", "", values, problems)
    return Letter(one_line(subject), text[:TEXT_LIMIT], html[:TEXT_LIMIT], brief)


def variables(notice: Notice, tail: str, home: Path) -> dict[str, Any]:
    """What templates find."""
    failed = notice.ending is Ending.FAILED
    changed = notice.ending is Ending.CHANGED and notice.release is not None
    return {
        "bank": notice.bank,
        "release": notice.release or "",
        "message": notice.sentence,
        "status": not failed,
        "modified": changed,
        "update": changed,
        "remove": bool(notice.removed),
        "log_file": str(notice.logs[0]) if notice.logs else "",
        "log_tail": tail,
        "ending": notice.ending.value,
        "published": notice.published,
        "removed": notice.removed,
        "facts": tuple(_facts(notice)),
        "run": notice.run,
        "at": notice.at,
        "host": socket.gethostname(),
        "home": str(home),
    }


def tail_of(logs: tuple[Path, ...], most: int) -> str:
    """The last lines of all `logs` in at most `most` bytes.

    What a job complained of, in its log, stands last and is told before anything of its output.
    """
    tails: list[str] = []
    for log in logs:
        tail = log_tail(log, most - sum(len(each.encode()) + 1 for each in tails))
        tails += [tail] if tail else []
    return "\n".join(reversed(tails))


def log_tail(log: Path, most: int) -> str:
    """The last lines of `log`, whole, in at most `most` bytes, without control characters."""
    if most <= 0:
        return ""
    try:
        with log.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - most)
            file.seek(start)
            content = file.read(most)
    except OSError:
        return ""
    if start and b"\n" in content[:-1]:
        content = content.partition(b"\n")[2]  # what the first line begins with is not here
    lines = content.decode(errors="replace").expandtabs().splitlines()
    return "\n".join("".join(filter(str.isprintable, line)) for line in lines)


def one_line(text: str) -> str:
    """`text` as a subject: one line, not too long, nothing in it that could be another header.

    >>> one_line(" a\\r\\nBcc: b ")
    'a Bcc: b'
    """
    line = " ".join("".join(x if x.isprintable() else " " for x in text).split())
    return line if len(line) <= SUBJECT_LIMIT else f"{line[: SUBJECT_LIMIT - 1]}…"


def _facts(notice: Notice) -> Iterator[tuple[str, str]]:
    """What a person may want to know besides, each with its name."""
    if notice.release:
        yield "release", notice.release
    if notice.ending is Ending.CHANGED and notice.release:
        yield "fetched", f"{_files(notice.fetched)}, {_size(notice.fetched_bytes)}"
        yield "reused", _files(notice.reused)
        yield "size", f"{_size(notice.size)}, of which {_size(notice.added)} are new on disk"
        yield "published", "yes" if notice.published else "no"
    if notice.removed:
        yield "removed", ", ".join(notice.removed)
    if notice.run is not None:
        yield "run", str(notice.run)
    for name, log in zip(("log", "output"), notice.logs, strict=False):
        yield name, str(log)


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


def _size(count: float) -> str:
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if count < 1000:
            break
        count, unit = count / 1000, larger
    return f"{count:,.0f} B" if unit == "B" else f"{count:,.1f} {unit}"


def _read(file: Path, problems: list[str]) -> str:
    try:
        with file.expanduser().open("rb") as opened:
            content = opened.read(TEMPLATE_LIMIT + 1)
        if len(content) > TEMPLATE_LIMIT:
            problems.append(f"the template {file} has more than {TEMPLATE_LIMIT:,} bytes")
            return ""
        return content.decode()
    except OSError as error:
        problems.append(f"the template {file} cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        problems.append(f"the template {file} is not UTF-8 text")
    return ""


def _rendered(name: str, own: str, values: Mapping[str, Any], problems: list[str]) -> str:
    """The site's `own` template, or ours called `name`, filled in."""
    environment = _environment(html=name.endswith(".html"))
    if own:
        try:
            return environment.from_string(own).render(values)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            said = printable(error)[:300]
            problems.append(f"the site's template of {name} was not used: {said}")
    return environment.from_string(_ours(name)).render(values)


@cache
def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        autoescape=html, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )


@cache
def _ours(name: str) -> str:
    return files("holdfast.app.notices").joinpath("templates", name).read_text(encoding="utf-8")
