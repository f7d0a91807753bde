"""
EMBL flat files, and those of UniProtKB, which are made alike: ``ID`` to ``//``.

An EMBL record is called by its accession and version (``X56734.1``), from its ``ID`` line or, in
texts of before 2006, its ``SV`` line, and known also by the accession alone. A UniProtKB record is
called by its first accession and known also by its entry name. Formats: EBI, "EMBL user manual";
UniProt, "User manual".
"""

import re
from collections.abc import Sequence

from holdfast.formats.flatfile import Names, text_of

_ID = re.compile(rb"ID[ \t]+([^;\s]+)(?:;[ \t]*SV[ \t]+(\d+);)?")
_SV = re.compile(rb"\nSV[ \t]+(\S+)")
_AC = re.compile(rb"\nAC[ \t]+([^;\s*]+)")
_OWN_NAME = re.compile(rb"\nAC[ \t]+\*[ \t]+_(\S+)")  # of a record not yet given an accession
_DE = re.compile(rb"\nDE[ \t]+([^\n]*)")
_LENGTH = re.compile(rb"SQ[ \t]+sequence[ \t]+(\d{1,18})[ \t]+(?:BP|AA)\b", re.IGNORECASE)
_FULL_NAME = re.compile(r"(?:RecName|SubName): Full=([^;{]+)")
_UNIPROT = re.compile(rb"ID[ \t]+(\S+)[ \t]+(?:Reviewed|Unreviewed|STANDARD|PRELIMINARY);.*AA\.")

UNKNOWN = "XXX"  #: what stands for an accession that is not known yet


class Embl:
    """What EMBL text has of its own."""

    format = "embl"
    first = b"ID   "
    features: Sequence[bytes] = (b"FH ", b"FT ", b"CO ")
    residues = b"SQ   "
    preamble = b""
    complete = "it only says of what it is made (CO); fetch it in its expanded form"

    def names(self, head: bytes, line: bytes) -> Names:
        """What the head says, and the line before the residues."""
        identity, old = _ID.match(head), _SV.search(head)
        accession = _first(_AC, head)
        first = identity[1].decode("latin-1") if identity else ""
        version = old[1].decode("latin-1") if old else ""
        if identity and identity[2] and first != UNKNOWN:
            accession, version = first, f"{first}.{identity[2].decode()}"
        if accession == UNKNOWN:
            accession = ""
        name = version or accession or _first(_OWN_NAME, head) or first.replace(UNKNOWN, "")
        aliases = [("accession", accession)] * bool(version and accession not in ("", version))
        description = text_of(b" ".join(_DE.findall(head)))
        return Names(name, description.removesuffix("."), aliases, length_of(line))


class UniProt:
    """What UniProtKB text has of its own."""

    format = "uniprot"
    first = b"ID   "
    features: Sequence[bytes] = (b"FT ", b"RN ", b"CC ")
    residues = b"SQ   "
    preamble = b""
    complete = "fetch it again"

    def names(self, head: bytes, line: bytes) -> Names:
        """What the head says, and the line before the residues."""
        identity = _ID.match(head)
        entry = identity[1].decode("latin-1") if identity else ""
        accession = _first(_AC, head)
        description = text_of(b" ".join(_DE.findall(head)))
        full = _FULL_NAME.search(description)
        return Names(
            accession or entry,
            full[1].strip() if full else description,
            [("uniprot", each) for each in (accession, entry) if each],
            length_of(line),
        )


def embl_or_uniprot(head: bytes) -> Embl | UniProt:
    """The dialect of a text that begins with `head`."""
    return UniProt() if _UNIPROT.match(head) else Embl()


def length_of(line: bytes) -> int | None:
    """The number of residues that an ``SQ`` line says.

    >>> length_of(b"SQ   SEQUENCE   256 AA;  29735 MW;  B4840739BF7D4121 CRC64;")
    256
    """
    found = _LENGTH.match(line)
    return int(found[1]) if found else None


def _first(pattern: re.Pattern[bytes], head: bytes) -> str:
    found = pattern.search(head)
    return found[1].decode("latin-1") if found else ""
