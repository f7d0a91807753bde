"""
Structure: what differs between two genomes in order, orientation and number, told from matches.

``events`` has the values, ``finding`` finds them: matches are cut into ``pieces``, and these put
into chains (``chain``); of them comes the ``backbone``, and of the rest what was ``moved``; last
comes what either genome ``lacks``. What is explained is kept in ``accounts``, which are ``claims``
on each contig. None of them reads residues.
"""
