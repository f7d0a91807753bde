"""
Problems: what is odd about a property file, each with its place and what to do.

Problems are found, never raised: a person sees all of them at once. Whoever needs the recipe asks
whether one of them is an error.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from holdfast.errors import printable


class Severity(Enum):
    """How bad a problem is."""

    ERROR = "error"  #: the bank cannot be used
    WARNING = "warning"  #: it can, but not as written, or BioMAJ would refuse it
    REMARK = "remark"  #: nothing is lost; something is worth knowing


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem."""

    severity: Severity
    file: str
    line: int | None  #: None where it is about the whole file
    key: str  #: empty where it is about the whole file or line
    sentence: str

    def __str__(self) -> str:
        place = f"{printable(self.file)}:{self.line}" if self.line else printable(self.file)
        return f"{place}: {self.key}: {self.sentence}" if self.key else f"{place}: {self.sentence}"

    @property
    def place(self) -> tuple[str, bool, int]:
        """What sorts problems by file and line, those about a whole file last."""
        return self.file, self.line is None, self.line or 0

    def counts(self, *, strict: bool) -> bool:
        """Whether this keeps the bank from being used."""
        return self.severity is Severity.ERROR or (strict and self.severity is Severity.WARNING)


MOST = 1000  #: problems told of one bank; more say nothing more


@dataclass(slots=True)
class Findings:
    """Problems as they are found."""

    file: str
    found: list[Problem] = field(default_factory=list)

    def error(self, sentence: str, key: str = "", line: int | None = None, file: str = "") -> None:
        """Note what keeps the bank from being used."""
        self._note(Severity.ERROR, sentence, key, line, file)

    def warning(
        self, sentence: str, key: str = "", line: int | None = None, file: str = ""
    ) -> None:
        """Note what is not as it should be."""
        self._note(Severity.WARNING, sentence, key, line, file)

    def remark(self, sentence: str, key: str = "", line: int | None = None, file: str = "") -> None:
        """Note what is worth knowing."""
        self._note(Severity.REMARK, sentence, key, line, file)

    def in_order(self, earlier: Iterable[Problem] = ()) -> tuple[Problem, ...]:
        """All problems once, by severity, file and line."""
        order = list(Severity)
        unique = dict.fromkeys((*earlier, *self.found))
        return tuple(sorted(unique, key=lambda each: (order.index(each.severity), *each.place)))

    def _note(
        self, severity: Severity, sentence: str, key: str, line: int | None, file: str
    ) -> None:
        if len(self.found) < MOST:
            problem = Problem(severity, file or self.file, line, printable(key), sentence)
            self.found.append(problem)
