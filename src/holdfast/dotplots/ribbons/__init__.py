"""
Ribbons: two or more genomes one above the other, and what belongs together joined between them.

``blocks`` merges matches into what a picture of a given size can show, ``stack`` puts genomes into
rows, each laid out along the one above, and ``picture`` draws them.
"""
