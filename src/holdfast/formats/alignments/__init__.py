"""
Alignments of other programs, read as PAF.

Each format is one small file with one class, found by entry point (``holdfast.alignments``), so a
stranger's format is added as ours are. ``interface`` has the contract, ``reading`` finds the format
of a file and reads it. What formats share: ``lines`` (a text's lines with their numbers), ``pairs``
(two stretches become a line of PAF), ``cigar`` (an alignment as runs of columns).
"""
