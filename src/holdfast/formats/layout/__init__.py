"""
Layouts: what a FASTA text has beside names, descriptions and residues, so that it can be written
again byte for byte.

Normalisation takes away case, ``*``, blanks and line ends; a layout keeps them in columns over the
whole text, each compressed as it grows, so that a text of the usual form costs some hundred bytes
and a soft-masked genome a few bytes for each masked stretch. Positions count residues from the
first of the text. All numbers of a column are little-endian uint32; :data:`MORE` says that the
number goes on in the next word.

============  ====================================================================================
``case``      the residues at which case changes, each as its distance from the one before
``extra_at``  the residues before which something was taken away (not a line's end), as distances
``extras``    what was taken away there, a byte each
``lines``     the lengths of lines, for records whose lines are not alike
``counts``    how many lines each such record has
``heads``     headings that are not ``name description``, one a line
``head_of``   the records of these headings, as distances
``preface``   what stands before the first record
============  ====================================================================================

In the header are *runs*, each a value and for how many records it holds: ``widths`` (letters a
line; 0 for one line, -1 for a record whose lines are in ``lines``, -2 for one without lines),
``tails`` (what stands behind the last residue), ``crlf`` (whether lines end in two bytes), and
``ended``: whether the text's last line does end.
"""

from holdfast.formats.layout.lines import BlockLines
from holdfast.formats.layout.reading import LayoutWriter, RawBlock
from holdfast.formats.layout.writing import Laid, Layout

__all__ = ["BlockLines", "Laid", "Layout", "LayoutWriter", "RawBlock"]
