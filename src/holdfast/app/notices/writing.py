"""Writing: a report becomes posts in the outbox, one for each addressee."""

from datetime import UTC, datetime

from holdfast.app.banks.updating.report import UpdateReport
from holdfast.app.container import Container
from holdfast.app.notices.addressees import addressees, mail_server, part_of, with_mailing
from holdfast.app.notices.composing import Letter, compose, stationery
from holdfast.app.notices.notice import Ending, Notice, failed_logs, is_told, notice_of
from holdfast.app.notices.outbox import Outbox, new_name
from holdfast.app.notices.posts import Post, post_of


def notice_about(container: Container, report: UpdateReport) -> Notice | None:
    """What is to be told of `report`, with the logs of the job that failed; None: nothing."""
    return notice_of(report, failed_logs(container, report))


def write_posts(container: Container, notice: Notice) -> int:
    """Put what is to be told into the outbox; how many older posts had to go for it."""
    posts = posts_about(container, notice)
    if not posts:
        return 0
    waiting = container.settings.notify.waiting
    return len(Outbox(container.settings.notices).add(posts, waiting))


def posts_about(container: Container, notice: Notice) -> tuple[Post, ...]:
    """`notice` to each whom it concerns."""
    settings, bank = container.settings.notify, notice.bank
    part = part_of(container, bank)
    if not is_told(notice.ending, part.when or settings.when):
        return ()
    told = addressees(settings, part, has_mail=mail_server(container, bank) is not None)
    if not told:
        return ()
    letter = _letter(container, notice)
    return tuple(post_of(new_name(notice.at), notice, letter, each) for each in told)


def trial_posts(container: Container, bank: str) -> tuple[Post, ...]:
    """A test to each who could be told of `bank`, whatever the conditions are."""
    return posts_about(container, Notice(bank, Ending.TEST, datetime.now(UTC)))


def _letter(container: Container, notice: Notice) -> Letter:
    looks = with_mailing(container, notice.bank)
    own = stationery(looks.subject, looks.body, looks.html)
    return compose(notice, own, looks.tail, container.settings.home)
