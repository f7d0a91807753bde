"""
Sending: the posts that are due are handed in, each way as long as it takes them.

Before a post is handed in it is written down that it was tried, so a kill in the middle does not
make the next one begin at once again. What passes by itself is tried again, ever more seldom, until
it is too old; what is refused for good is given up. Both are told, and noted in the register.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from holdfast.app.container import Container
from holdfast.app.notices import hooks
from holdfast.app.notices.addressees import mail_server
from holdfast.app.notices.faults import NotTaken, Passing
from holdfast.app.notices.mail import Mailer, MailServer
from holdfast.app.notices.outbox import Outbox
from holdfast.app.notices.posts import Post
from holdfast.base.locks import Held
from holdfast.errors import BankBusy


class Fate(Enum):
    """What became of a post."""

    SENT = "sent"  #: it was taken
    WAITING = "waiting"  #: it was not; it is tried again
    GIVEN_UP = "given up"  #: it was not, and will not be tried again


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to send one post."""

    bank: str
    to: str
    subject: str
    fate: Fate
    problem: str = ""


class Sender:
    """Hands in posts; keeps one connection for each mail server, and leaves alone what failed."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._mailers: dict[MailServer, Mailer] = {}
        self._failed: dict[str, str] = {}
        self._closing = ExitStack()

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def send(self, post: Post) -> str:
        """Hand in `post`; what is worth knowing about it, or nothing.

        Raises
        ------
        NotTaken
            It was not taken.
        """
        if post.way in self._failed:
            raise Passing(self._failed[post.way])
        try:
            return self._by_hook(post) if post.addressee.hook else self._by_mail(post)
        except Passing as fault:
            self._failed[post.way] = str(fault)
            raise

    def _by_hook(self, post: Post) -> str:
        name = post.addressee.hook
        url = self._container.settings.notify.hooks.get(name)
        if url is None:
            raise NotTaken(f"the settings have no hook {name} any more")
        hooks.send(post, url.get_secret_value())
        return ""

    def _by_mail(self, post: Post) -> str:
        server = mail_server(self._container, post.bank)
        if server is None:
            raise NotTaken("the settings name no mail server any more")
        mailer = self._mailers.get(server)
        if mailer is None:
            mailer = self._mailers[server] = Mailer(server, self._container.settings.notify.attach)
            self._closing.callback(mailer.close)
        return mailer.send(post)


def send_due(container: Container, *, all_of_them: bool = False) -> tuple[Delivery, ...]:
    """Hand in the posts that are due, or with `all_of_them` every one.

    Raises
    ------
    BankBusy
        Another process is sending, and did not end in time.
    """
    settings = container.settings.notify
    outbox = Outbox(container.settings.notices)
    if not outbox.names():
        return ()
    try:
        with outbox.locked(settings.patience), Sender(container) as sender:
            outbox.tidy()
            now = datetime.now(UTC)
            posts = list(outbox.posts()) if all_of_them else outbox.due(now)
            return tuple(_handed_in(container, outbox, sender, post) for post in posts)
    except Held as held:
        raise BankBusy(f"notices are being sent by {held.holder}; try again later") from held


def _handed_in(container: Container, outbox: Outbox, sender: Sender, post: Post) -> Delivery:
    now = datetime.now(UTC)
    tried = post.tried(now)
    outbox.keep(replace(tried, problem="the attempt was broken off"))
    try:
        remark = sender.send(post)
    except Passing as fault:
        keep = container.settings.notify.keep
        if outbox.too_old(tried, now, keep):
            return _given_up(container, outbox, post, f"{fault}; it is too old to be tried again")
        outbox.keep(replace(tried, problem=str(fault)))
        if post.attempts == 0:
            _note(container, post, str(fault))
        return _delivery(post, Fate.WAITING, str(fault))
    except NotTaken as fault:
        return _given_up(container, outbox, post, str(fault))
    outbox.remove(post.name)
    return _delivery(post, Fate.SENT, remark)


def _given_up(container: Container, outbox: Outbox, post: Post, why: str) -> Delivery:
    outbox.remove(post.name)
    _note(container, post, f"given up: {why}")
    return _delivery(post, Fate.GIVEN_UP, why)


def _note(container: Container, post: Post, why: str) -> None:
    from holdfast.app.banks.noting import note

    note(container, post.bank, "notice", outcome="failed", detail=f"to {post.addressee}: {why}")


def _delivery(post: Post, fate: Fate, problem: str) -> Delivery:
    return Delivery(post.bank, str(post.addressee), post.letter.subject, fate, problem)


def send_now(container: Container, posts: Iterable[Post]) -> tuple[Delivery, ...]:
    """Hand in `posts` that are in no outbox; what is not taken is told, and forgotten."""
    with Sender(container) as sender:
        return tuple(_tried(sender.send, post) for post in posts)


def _tried(send: Callable[[Post], str], post: Post) -> Delivery:
    try:
        return _delivery(post, Fate.SENT, send(post))
    except NotTaken as fault:
        return _delivery(post, Fate.GIVEN_UP, str(fault))
