"""
Noticing: whoever updates a bank, or removes releases, says so here, and people are told.

What is to be told is written down first, in the outbox, and then sent; nothing fails for it, nor
waits longer than the setting ``notify.patience`` says. What earlier could not be sent is sent along
when its time has come.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from holdfast.app.banks.updating.report import UpdateReport
from holdfast.app.container import Container

if TYPE_CHECKING:
    from holdfast.app.notices.notice import Notice

logger = logging.getLogger(__name__)


def notice(container: Container, report: UpdateReport) -> None:
    """Tell people how an update ended. It never raises; what goes wrong is one warning."""

    def about() -> "Notice | None":
        from holdfast.app.notices.writing import notice_about

        return notice_about(container, report)

    _told(container, report.bank, about)


def notice_removal(container: Container, bank: str, releases: tuple[str, ...]) -> None:
    """Tell people that somebody removed `releases`; as :func:`notice`."""

    def about() -> "Notice | None":
        from holdfast.app.notices.notice import notice_of_removal

        return notice_of_removal(bank, releases) if releases else None

    _told(container, bank, about)


def _told(container: Container, bank: str, about: "Callable[[], Notice | None]") -> None:
    try:
        problems = _sent(container, about)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here is no fault of the update
        problems = [str(error)]
    if problems:
        logger.warning("notices about %s: %s", bank, "; ".join(dict.fromkeys(problems)))


def _sent(container: Container, about: "Callable[[], Notice | None]") -> list[str]:
    """Write posts, and send what is due; a sentence for each thing that went wrong."""
    if not _may_concern(container):
        return []
    from holdfast.app.notices.postman import Postman
    from holdfast.app.notices.writing import write_posts

    told = about()
    gone = write_posts(container, told) if told is not None else 0
    problems = [f"{gone} older ones were given up, for too many wait"] if gone else []
    postman = Postman(container.settings)
    return problems + (postman.go() if postman.is_needed else [])


def _may_concern(container: Container) -> bool:
    """Whether anybody could be told anything, or waits for something."""
    settings = container.settings
    said = settings.notify
    if said.smtp or said.hooks or settings.notices.is_dir():
        return True
    return settings.biomaj_config is not None or any(settings.recipes.glob("*.properties"))
