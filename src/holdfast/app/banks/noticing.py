"""
Noticing: whoever updates a bank says here how it ended, and people are told.

What is to be told is written down first, in the outbox, and then sent; an update never fails for
it, nor waits longer than the setting ``notify.patience`` says. What earlier updates could not send
is sent along when its time has come.
"""

import logging

from holdfast.app.banks.report import UpdateReport
from holdfast.app.container import Container

logger = logging.getLogger(__name__)


def notice(container: Container, report: UpdateReport) -> None:
    """Tell people how an update ended. It never raises; what goes wrong is one warning."""
    try:
        problems = _notice(container, report)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here is no fault of the update
        problems = [str(error)]
    if problems:
        logger.warning("notices about %s: %s", report.bank, "; ".join(dict.fromkeys(problems)))


def _notice(container: Container, report: UpdateReport) -> list[str]:
    """Write posts, and send what is due; a sentence for each thing that went wrong."""
    if not _may_concern(container):
        return []
    from holdfast.app.notices.postman import Postman
    from holdfast.app.notices.writing import write_posts

    gone = write_posts(container, report)
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
