"""
Layout: in which order and orientation contigs are drawn.

A layout is a value, computed from genomes and matches as they were read and never applied to them:
asking twice gives the same answer, and the alignment is never edited. ``arrangement`` has the
values, ``choosing`` the ways to lay out by their names, and each way has a module of its own.
"""
