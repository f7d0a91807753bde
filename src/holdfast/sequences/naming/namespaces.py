"""
Namespaces: which there are, what else they are called, and which a bare name may belong to.

A namespace we know has one canonical name, that of identifiers.org, and synonyms in any casing:
``NCBI``, ``RefSeq`` and ``refseq`` are one. Aliases are kept under the canonical name, and whoever
asks may use any of them. A namespace we do not know stays as it is written, casing included. The
namespaces of digests hold no aliases: there a name says by itself which sequence it means.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: In place of a namespace: let each name say by its form where it belongs.
AUTO = "auto"
#: Namespaces whose names are computed from the residues; SEGUID and SHA-1 are one digest.
DIGESTS = frozenset(
    {"ga4gh", "sha512t24u", "vmc", "refget", "trunc512", "md5", "sha1", "seguid"},
)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace we know; `pattern` tells its names, and is None when their form tells nothing."""

    name: str
    meaning: str
    synonyms: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    example: str = ""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII)


#: The forms of UniProt's accession numbers and of Ensembl's stable identifiers.
UNIPROT = r"(?:[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2})(?:-\d+)?"
ENSEMBL = r"ENS(?:[A-Z]{3,6})?(?:E|FM|G|GT|P|R|T)\d{11}"

# The forms: RefSeq's list of accession prefixes; INSDC's "accession number prefixes" (nucleotides,
# whole genome shotgun, proteins); Ensembl's stable identifiers; UniProt's accession numbers with
# the dash of an isoform; LRG's genes with their transcripts and proteins.
KNOWN: tuple[Namespace, ...] = (
    Namespace(
        "refseq",
        "NCBI reference sequences",
        ("ncbi",),
        _pattern(
            r"(?:(?:AC|AP|NC|NG|NM|NP|NR|NT|NW|WP|XM|XP|XR|YP|ZP)_\d+|NZ_[A-Z]{2,6}\d+)(?:\.\d+)?"
        ),
        "NM_000551.4",
    ),
    Namespace(
        "ensembl",
        "Ensembl genes, transcripts, proteins",
        (),
        _pattern(ENSEMBL + r"(?:\.\d+)?"),
        "ENST00000256474.3",
    ),
    Namespace(
        "insdc",
        "GenBank, ENA and DDBJ",
        ("genbank", "embl", "ena", "ena.embl", "ddbj"),
        _pattern(
            r"(?:[A-Z]\d{5}|[A-Z]{2}(?:\d{6}|\d{8})|[A-Z]{3}(?:\d{5}|\d{7})|[A-Z]{4}\d{8,10}"
            r"|[A-Z]{6}\d{9,11})(?:\.\d+)?"
        ),
        "CM000663.2",
    ),
    Namespace(
        "uniprot",
        "UniProtKB accessions and entry names",
        ("uniprotkb", "swissprot", "trembl"),
        _pattern(UNIPROT),
        "P69905",
    ),
    Namespace(
        "lrg",
        "Locus Reference Genomic",
        (),
        _pattern(r"LRG_\d+(?:[tp]\d+)?"),
        "LRG_199t1",
    ),
    Namespace(
        "ccds", "Consensus coding sequences", (), _pattern(r"CCDS\d+(?:\.\d+)?"), "CCDS13330.1"
    ),
    Namespace(
        "insdc.gca",
        "Whole assemblies, of GenBank (GCA) and RefSeq (GCF)",
        (),
        _pattern(r"GC[AF]_\d{9}(?:\.\d+)?"),
        "GCF_000001405.40",
    ),
    Namespace("pdb", "Protein Data Bank, entry and chain", ("wwpdb", "rcsb"), None, "1HBA_A"),
    Namespace("gi", "NCBI's numbers of before 2017", ("ncbigi",), None, "224589800"),
)

_CANONICAL: Mapping[str, str] = MappingProxyType(
    {word: known.name for known in KNOWN for word in (known.name, *known.synonyms)}
)
_BY_FORM = tuple((known.name, known.pattern.fullmatch) for known in KNOWN if known.pattern)
_VERSION = re.compile(r"\.\d+", re.ASCII)


def canonical(name: str) -> str:
    """The name under which a namespace's aliases are kept.

    >>> canonical("NCBI"), canonical("Ensembl"), canonical("GRCh38"), canonical("MyLab")
    ('refseq', 'ensembl', 'GRCh38', 'MyLab')
    """
    return _CANONICAL.get(name.lower(), name)


def is_digest(name: str) -> bool:
    """Whether a namespace is one of digests, in any casing."""
    return name.lower() in DIGESTS


def infer(text: str) -> tuple[str, ...]:
    """The namespaces that names of this form belong to: none, one, or several; nothing is guessed.

    >>> infer("NM_000551.4"), infer("P12345"), infer("chr1")
    (('refseq',), ('insdc', 'uniprot'), ())
    """
    return tuple(name for name, fits in _BY_FORM if fits(text))


def is_versioned(text: str) -> bool:
    """Whether `text` is an accession with a version, which promises one sequence for all time.

    >>> is_versioned("NM_000551.4"), is_versioned("NM_000551"), is_versioned("scaffold.1")
    (True, False, False)
    """
    dot = text.rfind(".")
    return dot > 0 and _VERSION.fullmatch(text, dot) is not None and bool(infer(text))


def unclear(text: str) -> str:
    """Why the form of `text` does not tell its namespace, as a clause with what to do."""
    choices = infer(text)
    if not choices:
        return f"{text} has the form of no namespace we know; name one with --namespace"
    return f"{text} may belong to {' or '.join(choices)}; say which with --namespace"
