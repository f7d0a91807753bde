"""
Every error Holdfast raises on purpose, and the exit code each becomes.

::

    HoldfastError                      exit code 1
    ├── UsageError                     exit code 2: the question itself is wrong (a ValueError too)
    │   ├── SettingsError              a setting cannot be read
    │   ├── RecipeError                a recipe cannot be read: file, key, nearest known key
    │   ├── TooMuch                    more than the settings allow: an upload, a genome
    │   └── UploadNotFound             nothing was uploaded under this name, or it is removed
    ├── FormatError                    a file is not what it should be: file, line
    │   └── ArchiveRefused             what an archive holds is not taken: too much, a link out
    ├── StoreError
    │   ├── SequenceNotFound           (a KeyError too)
    │   ├── AliasNotFound              (a KeyError too)
    │   ├── AliasAmbiguous             (a KeyError too)
    │   ├── AliasConflict              the alias belongs to another sequence
    │   ├── CollectionNotFound         (a KeyError too)
    │   ├── SnapshotNotFound           (a KeyError too)
    │   ├── SnapshotExists
    │   ├── StoresDiverged             neither of two stores follows the other
    │   ├── StoreDamaged               what is on disk is not what was written
    │   │   └── PackMissing            a pack is lost, or was moved since the index was asked
    │   └── StoreBusy                  another process is writing
    ├── RemoteError
    │   ├── ListingFailed              the remote did not say what it has
    │   │   └── NothingNew             it is of a kind that can say so: there is nothing new
    │   └── FetchFailed                a file could not be brought here
    │       ├── FileChanged            it changed between the listing and the end of the transfer
    │       └── DigestMismatch         it arrived but is not the one promised
    ├── BankError
    │   ├── BankNotFound               (a KeyError too)
    │   ├── ReleaseNotFound            (a KeyError too)
    │   ├── BankBusy                   another process is updating this bank
    │   ├── BankForbidden              the bank is another's
    │   ├── UnsafeName                 a name from outside would leave its folder
    │   └── UpdateFailed               a run of this bank ended badly: job, log file
    ├── JobError
    │   ├── PlanInvalid                a cycle, an unknown need, an impossible resource request
    │   ├── RunBusy                    another engine is doing this run
    │   ├── RunNotFound                there is no such run, or it has no such job (a KeyError too)
    │   ├── JobForbidden               the run is about what is another's
    │   ├── ErrandNotFound             (a KeyError too)
    │   ├── ExecutorUnreachable        where the jobs should run does not answer
    │   └── LedgerError                the ledger cannot be read or written
    │       └── ClaimLost              another engine has taken over what this one was doing
    ├── AccountError
    │   ├── UserNotFound               (a KeyError too)
    │   ├── SignInRefused              the name or the password is wrong, or a key is none
    │   ├── TooManyAttempts            too often wrong: when to come again
    │   └── DirectoryUnreachable       the directory of people does not answer
    └── PlotError
        ├── PlotNotFound               the question names no plot (a UsageError too)
        ├── PlotForbidden              the plot is another's
        ├── AlignmentFailed            the aligner failed: its last words
        └── ContigUnknown              an alignment names a contig the genome lacks

The class says what a caller would handle differently; the message says what happened, where, and
what to do next. Errors of other libraries are turned into these where they are caught, and nowhere
else. The command line turns them into exit codes with :func:`exit_code`.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the shell sees."""

    SUCCESS = 0  #: it was done
    FAILURE = 1  #: it was tried and could not be done
    MISUSE = 2  #: the question was wrong; nothing was tried
    INTERRUPTED = 130  #: the person pressed control-C


class HoldfastError(Exception):
    """The root of the tree: whatever Holdfast raises on purpose."""

    def __str__(self) -> str:
        # KeyError's own __str__ shows the repr of its argument; people should read the sentence.
        return str(self.args[0]) if self.args else self.__class__.__doc__ or ""


class UsageError(HoldfastError, ValueError):
    """The question itself is wrong: an unknown name, a malformed argument."""


class SettingsError(UsageError):
    """A setting cannot be read, or its value makes no sense."""


class RecipeError(UsageError):
    """A recipe cannot be read. The message names the file and the key."""

    def __init__(self, file: Path | str, key: str, problem: str) -> None:
        where = f"{printable(file)}: {key}" if key else printable(file)
        super().__init__(f"{where}: {problem}")
        self.file, self.key, self.problem = file, key, problem


class TooMuch(UsageError):
    """It is more than the settings allow."""


class UploadNotFound(UsageError):
    """Nothing was uploaded under this name, or it was removed since."""


class FormatError(HoldfastError):
    """A file is not what it should be. Nothing of it was kept."""

    def __init__(self, file: Path | str, line: int | None, problem: str) -> None:
        where = f"{printable(file)}:{line}" if line is not None else printable(file)
        super().__init__(f"{where}: {problem}")
        self.file, self.line, self.problem = file, line, problem


class ArchiveRefused(FormatError):
    """An archive may be whole, but what is in it is not taken: too much, a link out, encrypted."""


class StoreError(HoldfastError):
    """Something about the store of sequences."""


class SequenceNotFound(StoreError, KeyError):
    """The store has no sequence with this digest."""


class AliasNotFound(StoreError, KeyError):
    """No sequence has this alias."""


class AliasAmbiguous(StoreError, KeyError):
    """Several namespaces know this name. Say which: ``namespace:name``."""

    def __init__(self, message: str, choices: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.choices = tuple(choices)  #: each namespace, and the digest it means there


class AliasConflict(StoreError):
    """The alias already belongs to another sequence."""


class CollectionNotFound(StoreError, KeyError):
    """The store has no collection of this name or digest."""


class SnapshotNotFound(StoreError, KeyError):
    """The store has no snapshot of this name."""


class SnapshotExists(StoreError):
    """A snapshot of this name exists; snapshots never change. Choose another name."""


class StoresDiverged(StoreError):
    """Two stores are different ones, or have commits of their own. They are never merged."""


class StoreDamaged(StoreError):
    """What is on disk is not what was written."""


class PackMissing(StoreDamaged):
    """A pack is not there: lost, or no longer needed since the index was asked where to read."""


class StoreBusy(StoreError):
    """Another process is writing to the store. Try again when it has ended."""


class RemoteError(HoldfastError):
    """Something about a remote."""


class ListingFailed(RemoteError):
    """The remote did not say what it has."""


class NothingNew(ListingFailed):
    """The remote is of a kind that can say so: there is nothing new. What there is may stay."""


class FetchFailed(RemoteError):
    """A file could not be brought here. What was published before is as it was."""


class FileChanged(FetchFailed):
    """The file changed between the listing and the end of the transfer."""


class DigestMismatch(FetchFailed):
    """The file arrived but is not the one promised. It was removed; fetching again may help."""

    def __init__(self, file: str, expected: str, found: str) -> None:
        super().__init__(
            f"{file}: expected {expected}, found {found}; "
            "it was removed, and fetching again may help"
        )
        self.file, self.expected, self.found = file, expected, found


class BankError(HoldfastError):
    """Something about a bank."""


class BankNotFound(BankError, KeyError):
    """There is no bank of this name."""


class ReleaseNotFound(BankError, KeyError):
    """The bank has no release of this name."""


class BankBusy(BankError):
    """Another process is updating this bank. Try again when it has ended."""


class BankForbidden(BankError):
    """The bank has an owner, who is another than the one who asks."""


class UnsafeName(BankError):
    """A name from outside would leave its folder, so it is refused."""


class UpdateFailed(BankError):
    """A run of this bank ended badly. What was published before is as it was."""


class JobError(HoldfastError):
    """Something about plans, jobs and the ledger."""


class PlanInvalid(JobError):
    """The plan cannot be run: a cycle, an unknown need, an impossible resource request."""


class RunBusy(JobError):
    """Another engine is doing this run."""


class RunNotFound(JobError, KeyError):
    """There is no run of this number, or it has no job of this name."""


class JobForbidden(JobError):
    """The run is about something that is another's, who may stop it and do it again."""


class ErrandNotFound(JobError, KeyError):
    """There is no such errand; what ended long ago is forgotten."""


class ExecutorUnreachable(JobError):
    """Where the jobs should run does not answer."""


class LedgerError(JobError):
    """The ledger cannot be read or written."""


class ClaimLost(LedgerError):
    """Another engine has taken over what this one was doing."""


class AccountError(HoldfastError):
    """Something about people and their keys."""


class UserNotFound(AccountError, KeyError):
    """There is no user of this name."""


class SignInRefused(AccountError):
    """Who this is cannot be believed: the name or the password is wrong, or the key is none."""


class TooManyAttempts(AccountError):
    """It was wrong too often. Come again after some seconds."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class DirectoryUnreachable(AccountError):
    """The directory of people does not answer. Local users can sign in."""


class PlotError(HoldfastError):
    """Something about a dot plot."""


class PlotNotFound(PlotError, UsageError):
    """There is no plot of this name."""


class PlotForbidden(PlotError):
    """The plot has an owner, who is another than the one who asks."""


class AlignmentFailed(PlotError):
    """The aligner failed."""


class ContigUnknown(PlotError):
    """An alignment names a contig that the genome lacks."""


def exit_code(error: BaseException) -> ExitCode:
    """The exit code `error` becomes: the only place that decides."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return ExitCode.MISUSE if isinstance(error, UsageError) else ExitCode.FAILURE


def printable(text: object) -> str:
    r"""`text` on one line: what would move the cursor is written as Python writes it.

    >>> print(printable("two\nlines \x1b[31m, a naïve name"))
    two\nlines \x1b[31m, a naïve name
    """
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(text))


def suggestion(word: str, known: Iterable[str]) -> str:
    """A clause naming the known word nearest to `word`, or nothing.

    >>> suggestion("relase", ["release", "remote"])
    '; did you mean release?'
    >>> suggestion("zebra", ["release", "remote"])
    ''
    """
    nearest = get_close_matches(word, list(known), n=1)
    return f"; did you mean {nearest[0]}?" if nearest else ""
