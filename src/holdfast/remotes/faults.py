"""
What can go wrong with one attempt, and whether it is worth another.

::

    Fault
    ├── Lasting            asking again gives the same answer: forbidden, malformed, too large
    │   ├── Absent         there is nothing of this name
    │   └── Forbidden      there may be, but not for us
    └── Passing            it may pass: a busy server, a broken connection, a short body
        └── Changed        the file is another version than the one asked for

Faults live inside a remote. When the attempts are used up, one becomes an error of
:mod:`holdfast.errors` with a whole sentence. Deciding is pure: :func:`of_status` and
:func:`of_reply` read codes, :func:`pause` says how long to wait.
"""

from http import HTTPStatus

CHANGED_RETRIES = 2  #: a file that keeps changing will not stop because we ask more often
LONGEST_PAUSE = 300.0  #: seconds; no server can make us wait longer
PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524})


class Fault(Exception):
    """One attempt ended badly. `reason` completes the sentence "<url>: …"."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.reason, self.advice = reason, advice


class Lasting(Fault):
    """Asking again would give the same answer."""


class Absent(Lasting):
    """There is nothing of this name."""


class Forbidden(Lasting):
    """There may be something of this name, but not for us."""


class Passing(Fault):
    """It may pass. `wait` is what the server asked us to wait, in seconds."""

    def __init__(self, reason: str, advice: str = "", wait: float = 0.0) -> None:
        super().__init__(reason, advice)
        self.wait = wait


class Changed(Passing):
    """The file is, or became, another version than the one asked for."""


def of_status(status: int, wait: float = 0.0) -> Fault | None:
    """What an HTTP status says about the attempt; None when it went well."""
    if 200 <= status < 300:
        return None
    said = f"the server answered {status} {_phrase(status)}".rstrip()
    if status in (404, 410):
        return Absent(said, "list the remote again to see what it has now")
    if status == 416:
        return Changed("the remote has fewer bytes than have arrived")
    if status in (401, 403, 407):
        return Forbidden(said, "ask its keeper for access, or leave the file out")
    if status in PASSING_STATUS:
        return Passing(said, "try again later", wait)
    return Lasting(said, "check the URL")


def of_reply(code: int) -> Fault | None:
    """What an FTP reply code says about an attempt that libcurl gave up; None when nothing."""
    said = f"the server answered {code}"
    if code == 550:
        return Absent(f"{said} (no such file, or not for us)", "list the remote again")
    if code == 530:
        return Forbidden(f"{said} (not logged in)", "check user name and password")
    if 500 <= code < 600:
        return Lasting(said, "check the URL")
    if 400 <= code < 500:
        return Passing(said, "try again later")
    return None


def pause(attempt: int, backoff: float, asked: float, chance: float) -> float:
    """Seconds to wait after failed attempt number `attempt` (1 is the first).

    The wait doubles with each attempt; `chance` (0 to 1) takes away up to half of it, so that many
    who failed together do not come back together. What the server asked for is kept to.

    >>> [pause(n, 1.0, 0, 0) for n in (1, 2, 3)], pause(1, 1.0, 7, 0), pause(1, 1.0, 0, 1)
    ([1.0, 2.0, 4.0], 7, 0.5)
    """
    doubled: float = backoff * 2.0 ** min(attempt - 1, 30) * (1 - chance / 2)
    return min(max(doubled, asked), LONGEST_PAUSE)


def attempts(fault: Fault, retries: int) -> int:
    """How often an attempt that ends in `fault` is made in all."""
    if isinstance(fault, Changed):
        return 1 + min(retries, CHANGED_RETRIES)
    return 1 + (retries if isinstance(fault, Passing) else 0)


def sentence(url: str, fault: Fault, tried: int) -> str:
    """The sentence a person reads.

    >>> sentence("http://x/a", Passing("the server answered 503", "try again later"), 3)
    'http://x/a: the server answered 503, tried 3 times; try again later'
    """
    times = f", tried {tried} times" if tried > 1 else ""
    advice = f"; {fault.advice}" if fault.advice else ""
    return f"{url}: {fault.reason}{times}{advice}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
