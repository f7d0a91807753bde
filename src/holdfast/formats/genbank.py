"""
GenBank flat files: ``LOCUS`` to ``//``, as NCBI gives nucleotides and proteins.

A record is called by its ``VERSION`` (else its ``ACCESSION``, else its ``LOCUS``), described by its
``DEFINITION``, and known also by its accession without version and by its old GI number. Format:
NCBI, "GenBank flat file release notes", section 3.4.
"""

import re
from collections.abc import Sequence

from holdfast.formats.flatfile import Names, text_of

_LOCUS = re.compile(rb"LOCUS[ \t]+(\S+)(?:[ \t]+(\d{1,18})[ \t]+(?:bp|aa)\b)?")
_DEFINITION = re.compile(rb"\nDEFINITION[ \t]+([^\n]*(?:\n[ \t]+[^\n]*)*)")
_ACCESSION = re.compile(rb"\nACCESSION[ \t]+(\S+)([^\n]*)")
_VERSION = re.compile(rb"\nVERSION[ \t]+(\S+)(?:[ \t]+GI:(\d+))?")
_REGION = re.compile(rb"REGION:[ \t]*(\S+)")
_PLAIN_REGION = re.compile(r"(\d+)\.\.(\d+)")
_TURNED_REGION = re.compile(r"complement\((\d+)\.\.(\d+)\)")

#: What programs write where they know no accession.
NOTHING = {"", ".", "<unknown", "unknown", "Unknown"}


class GenBank:
    """What GenBank text has of its own."""

    format = "genbank"
    first = b"LOCUS "
    features: Sequence[bytes] = (b"FEATURES",)
    residues = b"ORIGIN"
    preamble = b"Genetic Sequence Data Bank"
    complete = "it only says of what it is made (CONTIG, WGS); fetch it in full (gbwithparts)"

    def names(self, head: bytes, _: bytes) -> Names:
        """What the head says."""
        locus = _LOCUS.match(head)
        definition = _DEFINITION.search(head)
        accession, region = _accession(head)
        version, gi = _version(head)
        name = version or accession or (locus[1].decode("latin-1") if locus else "")
        aliases = [("accession", accession)] * bool(version and accession != version)
        aliases += [("gi", gi)] * bool(gi)
        return Names(
            # A part of a sequence is another sequence, with none of the whole one's names.
            f"{name}:{region}" if region else name,
            text_of(definition[1]).removesuffix(".") if definition else "",
            () if region else aliases,
            int(locus[2]) if locus and locus[2] else None,
        )


def _accession(head: bytes) -> tuple[str, str]:
    """The first accession, and the region when the record is only a part."""
    found = _ACCESSION.search(head)
    if not found:
        return "", ""
    name = found[1].decode("latin-1")
    region = _REGION.search(found[2])
    return "" if name in NOTHING else name, _written(region[1].decode("latin-1")) if region else ""


def _version(head: bytes) -> tuple[str, str]:
    """The accession with its version, and the GI number."""
    found = _VERSION.search(head)
    name = found[1].decode("latin-1") if found else ""
    if not found or name in NOTHING:
        return "", ""
    return name, (found[2] or b"").decode()


def _written(region: str) -> str:
    """A region as NCBI's FASTA names it.

    >>> _written("10..20"), _written("complement(10..20)")
    ('10-20', 'c20-10')
    """
    if plain := _PLAIN_REGION.fullmatch(region):
        return f"{plain[1]}-{plain[2]}"
    if turned := _TURNED_REGION.fullmatch(region):
        return f"c{turned[2]}-{turned[1]}"
    return region
