"""A sequence as its page tells of it: what it is, by which digests, and what it is called."""

from dataclasses import dataclass
from itertools import groupby

from holdfast.app.container import Container
from holdfast.app.sequences.journal import CommitTold, commits_of
from holdfast.app.sequences.shown import shown
from holdfast.formats.residues import NUCLEOTIDES
from holdfast.sequences import AliasRecord, SequenceInfo
from holdfast.sequences.naming.namespaces import KNOWN

#: The digests of a sequence: its namespace, what it is called, and who uses it.
DIGESTS = (
    ("ga4gh", "GA4GH", "SHA-512, the first 24 bytes as base64: the name of the sequence here"),
    ("md5", "MD5", "of refget 1, CRAM and SAM headers (M5)"),
    ("trunc512", "TRUNC512", "of refget 1: SHA-512, the first 24 bytes in hexadecimal"),
    ("sha1", "SHA-1", "in hexadecimal"),
    ("seguid", "SEGUID", "SHA-1 as base64"),
    ("vmc", "VMC", "GA4GH's digest as it was written before 2019"),
)


@dataclass(frozen=True, slots=True)
class NamedDigest:
    """One digest of a sequence, and who uses it."""

    kind: str  #: the namespace: ``md5`` …
    called: str
    value: str
    use: str


@dataclass(frozen=True, slots=True)
class SequenceShown:
    """A sequence. `length` in residues, `size` in stored bytes."""

    name: str  #: by which it was asked for
    digest: str
    length: int
    alphabet: str
    is_nucleotides: bool
    digests: tuple[NamedDigest, ...]
    encoding: str
    size: int


@dataclass(frozen=True, slots=True)
class AliasTold:
    """What an alias named from a commit on, and to which. `digest`: another's, if it was."""

    text: str
    digest: str
    is_own: bool  #: it names, or named, the sequence that was asked for
    added: int
    retired: int | None
    added_by: CommitTold | None
    retired_by: CommitTold | None


@dataclass(frozen=True, slots=True)
class NamespaceTold:
    """The aliases of a sequence in one namespace: those it has, and what was."""

    namespace: str
    meaning: str
    current: tuple[AliasTold, ...]
    past: tuple[AliasTold, ...]


def show_sequence(container: Container, name: str) -> SequenceShown:
    """The sequence of this name: an alias, a digest of any kind.

    Raises
    ------
    SequenceNotFound, AliasNotFound, AliasAmbiguous
        Nothing, or more than one thing, has this name.
    """
    view = shown(container)
    info = view.info(view.resolve(name))
    return SequenceShown(
        name=name,
        digest=str(info.digest),
        length=info.length,
        alphabet=info.alphabet,
        is_nucleotides=is_nucleotides(info.alphabet),
        digests=tuple(_digests(info)),
        encoding=info.encoding,
        size=info.size,
    )


def is_nucleotides(alphabet: str) -> bool:
    """Whether these letters may be nucleotides, so that there is another strand.

    >>> is_nucleotides("ACGNT"), is_nucleotides("ACDEFGHIKLMNPQRSTVWY"), is_nucleotides("")
    (True, False, False)
    """
    return bool(alphabet) and not alphabet.encode().translate(None, NUCLEOTIDES)


def alias_history(container: Container, digest: str) -> tuple[NamespaceTold, ...]:
    """What a sequence is and was called, by namespace, with the commits that said so."""
    records = shown(container).aliases(digest, history=True)
    commits = commits_of(
        container, [each.added for each in records] + [each.retired for each in records]
    )
    told = []
    records.sort(key=lambda each: (each.alias, each.added))
    for namespace, those in groupby(records, key=lambda each: each.alias.namespace):
        rows = [_alias(record, digest, commits) for record in those]
        current = tuple(row for row in rows if row.is_own and row.retired is None)
        past = tuple(row for row in rows if not (row.is_own and row.retired is None))
        told.append(NamespaceTold(namespace, meaning_of(namespace), current, past))
    return tuple(told)


def meaning_of(namespace: str) -> str:
    """What we know of a namespace; empty if nothing."""
    return next((known.meaning for known in KNOWN if known.name == namespace), "")


def _alias(record: AliasRecord, digest: str, commits: dict[int, CommitTold]) -> AliasTold:
    return AliasTold(
        text=record.alias.text,
        digest=str(record.digest),
        is_own=str(record.digest) == digest,
        added=record.added,
        retired=record.retired,
        added_by=commits.get(record.added),
        retired_by=None if record.retired is None else commits.get(record.retired),
    )


def _digests(info: SequenceInfo) -> list[NamedDigest]:
    values = {
        "ga4gh": str(info.digest),
        "md5": info.md5,
        "trunc512": info.trunc512,
        "sha1": info.sha1,
        "seguid": info.seguid,
        "vmc": f"GS_{str(info.digest)[3:]}",
    }
    return [NamedDigest(kind, called, values[kind], use) for kind, called, use in DIGESTS]
