"""
Layers: what holds for a key, of the bank's file, the site's, and the environment.

``BIOMAJ_A_B_C`` in the environment beats all files for the key ``a.b.c``, and is taken as it is.
Then comes the bank's file, then the site's ``global.properties``: so a bank may override any key of
the site, and use its keys in ``%(key)s``. A ``%`` that begins nothing is kept, with a warning.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from holdfast.banks.properties.problems import Findings
from holdfast.banks.properties.reading import Entry, PropertyFile
from holdfast.errors import suggestion

PREFIX = "BIOMAJ_"
#: what the environment's BIOMAJ_… variables mean to BioMAJ itself, not to a bank
NOT_KEYS = frozenset({"BIOMAJ_CONF", "BIOMAJ_PROXY", "BIOMAJ_APIKEY", "BIOMAJ_CONFIG"})
DEPTH = 10  #: how deep values may be made of values
LONGEST = 1024**2  #: letters that one value may be made of
#: known only while an update runs; each becomes what a recipe writes for it
AT_RUN_TIME = {"localrelease": "{localrelease}", "remoterelease": "{release}"}

_REFERENCE = re.compile(r"%%|%\(([^()]*)\)s|%")
_DOUBLED = frozenset({"remote.files", "local.files", "http.parse.dir.line", "http.parse.file.line"})


@dataclass(frozen=True, slots=True)
class Value:
    """What holds for one key, and where that is written."""

    key: str
    text: str
    line: int | None  #: None for what comes from the environment
    file: str


class Layers:
    """The keys of a bank, looked up in all layers. What is odd goes into `findings`."""

    def __init__(
        self,
        bank: PropertyFile,
        site: PropertyFile | None,
        environment: Mapping[str, str],
        findings: Findings,
    ) -> None:
        self._own = bank.general()
        self._entries = {**(site.general() if site is not None else {}), **self._own}
        self._environment = {
            name: value
            for name, value in environment.items()
            if name.startswith(PREFIX) and value and name not in NOT_KEYS
        }
        self._findings = findings
        self._left = LONGEST
        self._told: set[tuple[str, str]] = set()

    def get(self, key: str) -> Value | None:
        """What holds for `key`, or None if nothing says."""
        said = self._environment.get(variable(key))
        if said is not None:
            return Value(key, said, None, f"the environment variable {variable(key)}")
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._left = LONGEST
        text = self._expanded(entry, entry.text, 0)
        if key in _DOUBLED:
            text = text.replace("\\\\", "\\")
        return Value(key, text, entry.line, entry.file)

    def text(self, key: str, default: str = "") -> str:
        """What holds for `key`, or `default` if nothing says."""
        value = self.get(key)
        return value.text if value is not None else default

    def is_true(self, key: str, *, default: bool = False) -> bool:
        """Whether `key` is ``true``, in any case, or ``1``; all else is not."""
        value = self.get(key)
        return value.text.lower() in {"true", "1"} if value is not None else default

    def listed(self, key: str) -> tuple[str, ...]:
        """The words between the commas of `key`. BioMAJ keeps spaces around most; they go here."""
        words = [word.strip() for word in self.text(key).split(",")]
        return tuple(word for word in words if word)

    def patterns(self, key: str) -> tuple[str, ...]:
        """The regular expressions of `key`, which stand between spaces."""
        return tuple(self.text(key).split())

    def number(self, key: str) -> int | None:
        """The number that `key` is, not negative; None, and a problem, for anything else."""
        value = self.get(key)
        if value is None or not value.text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", value.text):
            self.error(key, f"{value.text!r} is not a number; write one, as in 1")
            return None
        return int(value.text)

    def has(self, key: str) -> bool:
        """Whether something stands for `key`, be it nothing."""
        return variable(key) in self._environment or key in self._entries

    def own(self) -> Iterator[Entry]:
        """The entries of the bank's own file."""
        return iter(self._own.values())

    def keys(self) -> Iterator[str]:
        """All keys of the files."""
        return iter(self._entries)

    # -- problems at a key -------------------------------------------------------------------------

    def error(self, key: str, sentence: str) -> None:
        """Note what keeps the bank from being used, at the place of `key`."""
        line, file = self._place(key)
        self._findings.error(sentence, key, line, file)

    def warning(self, key: str, sentence: str) -> None:
        """Note what is not as it should be, at the place of `key`."""
        line, file = self._place(key)
        self._findings.warning(sentence, key, line, file)

    def remark(self, key: str, sentence: str) -> None:
        """Note what is worth knowing, at the place of `key`."""
        line, file = self._place(key)
        self._findings.remark(sentence, key, line, file)

    def _place(self, key: str) -> tuple[int | None, str]:
        entry = self._entries.get(key)
        return (entry.line, entry.file) if entry is not None else (None, "")

    # -- %(key)s -----------------------------------------------------------------------------------

    def _expanded(self, entry: Entry, text: str, depth: int) -> str:
        def one(match: re.Match[str]) -> str:
            if match[0] == "%%":
                return "%"
            if match[1] is None:
                self._tell(entry, "%", "a lone % is kept as it is; write %% for it", bad=False)
                return "%"
            return self._referred(entry, match[1].lower(), depth, match[0])

        return _REFERENCE.sub(one, text)

    def _referred(self, entry: Entry, key: str, depth: int, written: str) -> str:
        if key in AT_RUN_TIME:
            return AT_RUN_TIME[key]
        other = self._entries.get(key)
        if other is None:
            hint = suggestion(key, self._entries) or "; define it, or write %% for a percent sign"
            self._tell(entry, key, f"it has {written}, but no key is {key}{hint}", bad=True)
            return written
        if depth >= DEPTH:
            self._tell(entry, key, f"{written} leads back to itself; break the circle", bad=True)
            return written
        # Counted before it is looked into: values of nothing but values are work all the same.
        self._left -= len(other.text) + 1
        text = self._expanded(other, other.text, depth + 1) if self._left >= 0 else ""
        if self._left < 0:
            sentence = f"it is made of more than {LONGEST:,} letters; refer to less"
            self._tell(entry, "length", sentence, bad=True)
            return ""
        return text

    def _tell(self, entry: Entry, what: str, sentence: str, *, bad: bool) -> None:
        if (entry.key, what) in self._told:
            return
        self._told.add((entry.key, what))
        tell = self._findings.error if bad else self._findings.warning
        tell(sentence, entry.key, entry.line, entry.file)


def variable(key: str) -> str:
    """The environment variable that overrides `key`.

    >>> variable("data.dir"), variable("auto_publish")
    ('BIOMAJ_DATA_DIR', 'BIOMAJ_AUTO_PUBLISH')
    """
    return PREFIX + key.upper().replace(".", "_")
