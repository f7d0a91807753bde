"""
Definition lines: the aliases that a record's first line gives beside its name.

Databases write several names into one word, between bars: ``gi|4507|ref|NM_000551.3|``,
``sp|P69905|HBA_HUMAN``, ``gnl|db|id``. Each becomes an alias in its own namespace; the whole word
stays the record's name, and an alias of it. A bar that follows no tag we know means nothing. Only
the names of the record itself are taken: an Ensembl protein's line says its gene and its transcript
too, ``ref|NC_000001.11|:100-200`` the chromosome it was cut from, and all isoforms of a protein
have one entry name; but those are names of other sequences.

The tags are those of NCBI's "FASTA sequence identifiers". All functions here are pure.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile

from holdfast.base.texts import Texts
from holdfast.errors import UsageError
from holdfast.sequences.naming.alias import Alias, check_namespace, is_alias_text
from holdfast.sequences.naming.namespaces import AUTO, ENSEMBL, UNIPROT, canonical, infer

#: Between the definitions of several records with the same residues, as in NCBI's nr.
JOINED = "\x01"
BAR = "|"
ISOFORM = "-"  #: in UniProt's accession of an isoform
ENSEMBL_BEGINS = "ENS"

#: Namespace -> texts and the places of their records.
Placed = dict[str, tuple[list[str], list[int]]]
#: The same; a range where each record has one text.
Named = dict[str, tuple[Sequence[str], Sequence[int]]]


class Definitions(Enum):
    """What of a definition line becomes an alias, beside the record's name."""

    NONE = "none"  #: nothing
    BARS = "bars"  #: the names between bars
    ALL = "all"  #: these, and Ensembl's names with and without their version


@dataclass(frozen=True, slots=True)
class Inferred:
    """Names by the namespaces that their forms tell; `unclear` are the places of the others."""

    placed: Named = field(default_factory=dict)
    unclear: list[int] = field(default_factory=list)


_ACCESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_ENTRY = r"[A-Z0-9]{1,16}_[A-Z0-9]{1,5}"
_UNIPROT_ACCESSION, _UNIPROT_ENTRY = re.compile(UNIPROT, re.ASCII), re.compile(_ENTRY, re.ASCII)
_UNIPROT_LINE = re.compile(rf"^(?:sp|tr)\|({UNIPROT})\|({_ENTRY})$", re.ASCII | re.MULTILINE)
#: What ends the name of a part of a sequence: ``:100-200``, ``/1-50``, ``:c200-100,50-1``.
_PART_OF = re.compile(r".*[:/]c?\d+-\d+(?:,c?\d+-\d+)*", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)
#: The tags behind which a database has an accession and a locus.
_ACCESSION_TAGS = {
    "ref": "refseq",
    **dict.fromkeys(("gb", "emb", "dbj", "tpg", "tpe", "tpd"), "insdc"),
    "pir": "pir",
    "prf": "prf",
}
_NCBI_LINE = re.compile(
    rf"^(?:gi\|(\d+)\|)?({'|'.join(_ACCESSION_TAGS)})\|([A-Za-z0-9][A-Za-z0-9_.-]*)"
    r"(?:\|[A-Za-z0-9_.-]*)?$",
    re.ASCII | re.MULTILINE,
)
_ENSEMBL = re.compile(rf"({ENSEMBL})(?:\.\d+)?", re.ASCII)

_Pairs = Iterator[tuple[str, str]]
#: What the words behind a tag say: pairs of namespace and text.
_Reader = Callable[[list[str], str], _Pairs]


def aliases_of(
    name: str, description: str, namespace: str, which: Definitions = Definitions.BARS
) -> list[Alias]:
    """The aliases of a record: its name in `namespace`, then those that its line adds.

    >>> [str(each) for each in aliases_of("gi|4507|ref|NM_000551.3|", "", "lab")]
    ['lab:gi|4507|ref|NM_000551.3|', 'gi:4507', 'refseq:NM_000551.3']
    """
    own = Alias(namespace, name)
    pairs = _extra(name, description, namespace, which)
    return list(dict.fromkeys([own, *(Alias(space, text) for space, text in pairs)]))


def extra_aliases(
    names: Sequence[str],
    descriptions: Sequence[str],
    namespace: str,
    which: Definitions = Definitions.BARS,
) -> Placed:
    """What the lines of a block's records add to their names in `namespace`.

    One look at all names together tells whether there is anything to do; where all are UniProt's,
    or all NCBI's, one expression takes them apart.
    """
    if which is Definitions.NONE:
        return {}
    together = "\n".join(names)
    joined = _is_joined(descriptions)
    if not joined and not _interesting(together, which):
        return {}
    if not joined and (alike := _all_alike(together, len(names))):
        return alike
    found: Placed = {}
    own = canonical(namespace)
    for place, (name, description) in enumerate(zip(names, descriptions, strict=True)):
        for space, text in dict.fromkeys(_extra(name, description, namespace, which)):
            if (space, text) != (own, name):
                _place(found, space, text, place)
    return found


def record_aliases(
    names: Sequence[str],
    descriptions: Sequence[str],
    namespace: str,
    which: Definitions = Definitions.BARS,
) -> Inferred:
    """All aliases of a block's records: their names in `namespace`, and what their lines add.

    When `namespace` is ``auto``, each name goes where its form says, and there may be unclear ones;
    :func:`~holdfast.sequences.naming.namespaces.unclear` has the sentence for them.
    """
    automatic = namespace == AUTO
    space = "" if automatic else canonical(namespace)
    own = inferred(names) if automatic else Inferred({space: (names, range(len(names)))})
    for further, (texts, places) in extra_aliases(names, descriptions, space, which).items():
        known_texts, known_places = own.placed.get(further, ((), ()))
        own.placed[further] = [*known_texts, *texts], [*known_places, *places]
    return own


def inferred(names: Sequence[str]) -> Inferred:
    """Each name in the namespace that its form tells.

    A name with bars is kept in the namespace of the first name in it that has one of its own.
    """
    placed: Placed = {}
    unclear: list[int] = []
    for place, name in enumerate(names):
        choices = infer(name) or tuple(space for space, _ in names_between_bars(name))[:1]
        if len(choices) == 1:
            _place(placed, choices[0], name, place)
        else:
            unclear.append(place)
    return Inferred({**placed}, unclear)


def names_between_bars(name: str) -> list[tuple[str, str]]:
    """Namespace and text of each name in a word with bars that has a namespace of its own.

    >>> names_between_bars("sp|P69905|HBA_HUMAN")
    [('uniprot', 'P69905'), ('uniprot', 'HBA_HUMAN')]
    """
    return list(_between_bars(name, "")) if BAR in name else []


def _is_joined(descriptions: Sequence[str]) -> bool:
    """Whether one of them goes on with the definition of another record."""
    if isinstance(descriptions, Texts):
        return JOINED.encode() in descriptions.raw
    return JOINED in "".join(descriptions)


def _interesting(together: str, which: Definitions) -> bool:
    if which is Definitions.ALL and ENSEMBL_BEGINS in together:
        return True
    # Many put bars between words of their own; where none of these is a tag, no bar means anything.
    return BAR in together and not _TAGS.keys().isdisjoint(
        together.lower().replace("\n", BAR).split(BAR)
    )


def _all_alike(together: str, count: int) -> Placed | None:
    """The names of a block whose records are all UniProt's or all NCBI's; None when they are not.

    What is found here is what `_between_bars` finds, several times as fast.
    """
    return _all_uniprot(together, count) or _all_ncbi(together, count)


def _all_ncbi(together: str, count: int) -> Placed | None:
    found = _NCBI_LINE.findall(together)
    if len(found) != count:
        return None
    placed: Placed = {}
    numbered = [(number, place) for place, (number, _, _) in enumerate(found) if number]
    if numbered:
        placed["gi"] = [number for number, _ in numbered], [place for _, place in numbered]
    for tag in sorted({tag for _, tag, _ in found}):
        texts, places = placed.setdefault(_ACCESSION_TAGS[tag], ([], []))
        some = [(text, place) for place, (_, its, text) in enumerate(found) if its == tag]
        texts.extend(text for text, _ in some)
        places.extend(place for _, place in some)
    return placed


def _all_uniprot(together: str, count: int) -> Placed | None:
    """The names of a block in which every record is UniProt's; None when one is not."""
    found = _UNIPROT_LINE.findall(together)
    if len(found) != count:
        return None
    accessions, entries = zip(*found, strict=True)
    if any(ISOFORM in accession for accession in accessions):
        return None
    return {"uniprot": ([*accessions, *entries], [*range(count), *range(count)])}


def _place(placed: Placed, namespace: str, text: str, place: int) -> None:
    texts, places = placed.setdefault(namespace, ([], []))
    texts.append(text)
    places.append(place)


def _extra(name: str, description: str, namespace: str, which: Definitions) -> _Pairs:
    if which is Definitions.NONE:
        return
    yield from _named(name, namespace, which)
    for further in description.split(JOINED)[1:]:
        words = further.split(None, 1)
        if words and is_alias_text(words[0]):
            yield from ((space, words[0]) for space in _own(words[0], namespace))
            yield from _named(words[0], namespace, which)


def _own(name: str, namespace: str) -> tuple[str, ...]:
    """The namespace of a record's name: the one said, or the one that its form tells."""
    if namespace:
        return (canonical(namespace),)
    choices = infer(name)
    return choices if len(choices) == 1 else ()


def _named(word: str, namespace: str, which: Definitions) -> _Pairs:
    if BAR in word:
        yield from _between_bars(word, namespace)
    if which is Definitions.ALL and (known := _ENSEMBL.fullmatch(word)):
        yield "ensembl", word
        yield "ensembl", known[1]


def _between_bars(word: str, namespace: str) -> _Pairs:
    """Namespace and text of each name in a word with bars; `namespace` is that of local names."""
    if _PART_OF.fullmatch(word):
        return
    parts = word.split(BAR)
    at = 0
    while at < len(parts) - 1:
        known = _TAGS.get(parts[at].lower())
        if known is None:
            at += 1
            continue
        most, read = known
        words = _until_tag(parts[at + 1 : at + 1 + most])
        yield from read(words, namespace)
        at += 1 + len(words)


def _until_tag(words: list[str]) -> list[str]:
    """`words` up to the next tag: the locus behind an accession is often left out."""
    return words[:1] + list(takewhile(lambda word: word.lower() not in _TAGS, words[1:]))


def _in(namespace: str) -> _Reader:
    """An accession, and behind it a locus that names nothing by itself."""

    def read(words: list[str], _: str) -> _Pairs:
        if _ACCESSION.fullmatch(words[0]):
            yield namespace, words[0]

    return read


def _gi(words: list[str], _: str) -> _Pairs:
    if _NUMBER.fullmatch(words[0]):
        yield "gi", words[0]


def _uniprot(words: list[str], _: str) -> _Pairs:
    """Accession and entry name; what is neither shows that this is not UniProt's."""
    accession, entry = words[0], words[1] if len(words) > 1 else ""
    if not _UNIPROT_ACCESSION.fullmatch(accession.partition(".")[0]):
        return
    if entry and not _UNIPROT_ENTRY.fullmatch(entry):
        return
    yield "uniprot", accession
    if entry and ISOFORM not in accession:
        yield "uniprot", entry


def _pdb(words: list[str], _: str) -> _Pairs:
    entry, chain = words[0], words[1] if len(words) > 1 else ""
    if _ACCESSION.fullmatch(entry) and is_alias_text(entry + chain):
        yield "pdb", f"{entry}_{chain}" if chain else entry


def _local(words: list[str], namespace: str) -> _Pairs:
    if namespace and is_alias_text(words[0]):
        yield canonical(namespace), words[0]


def _general(words: list[str], _: str) -> _Pairs:
    """``gnl|database|name``: the database is the namespace, if it can be one."""
    if len(words) == 2 and is_alias_text(words[1]) and _may_hold_aliases(words[0]):
        yield canonical(words[0]), words[1]


def _patent(words: list[str], _: str) -> _Pairs:
    if len(words) == 3 and all(_ACCESSION.fullmatch(word) for word in words):
        yield "patent", ".".join(words)


def _may_hold_aliases(namespace: str) -> bool:
    try:
        check_namespace(namespace)
    except UsageError:
        return False
    return True


#: Tag -> how many words follow it at most, and what they say.
_TAGS: dict[str, tuple[int, _Reader]] = {
    "gi": (1, _gi),
    "lcl": (1, _local),
    **{tag: (2, _in(namespace)) for tag, namespace in _ACCESSION_TAGS.items()},
    **dict.fromkeys(("sp", "tr"), (2, _uniprot)),
    "pdb": (2, _pdb),
    "gnl": (2, _general),
    "pat": (3, _patent),
}
