"""
Structure: what differs between two genomes in order, orientation and number, told from matches.

``events`` has the values. How they are found is the work of the other modules; none of them reads
residues.
"""
