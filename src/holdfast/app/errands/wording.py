"""What people of the web are told of errands: without the folders of this machine."""

import re

from holdfast.app.container import Container

LOG = re.compile(r" \(log: [^)]*\)")  #: said of a job: its log is beside, on the errand's page


def told(container: Container, problem: str) -> str:
    """A sentence, or a log, without the folders of this machine."""
    home = re.escape(str(container.settings.home))
    return re.sub(rf"{home}/(?:[^/\s:;,'\"]+/)*", "", LOG.sub("", problem))
