"""
Dot plots: two genomes compared, ordered, drawn.

A target :class:`~holdfast.dotplots.genome.Genome` and a query are aligned by an aligner into a PAF
file; its lines become :class:`~holdfast.dotplots.matches.Matches`, columns of arrays; a
:class:`~holdfast.dotplots.layout.arrangement.Layout` says in which order and orientation contigs
are drawn; matches laid out are a :class:`~holdfast.dotplots.scene.Scene`, the one document that the
page and the pictures are made from. Nothing here knows banks, the store, the web or the command
line.
"""
