"""
Plots: two genomes compared and drawn, and what is asked of a finished plot.

``folders`` says where plots are and what they are made of, ``genomes`` finds what people name,
``making`` makes a plot of whatever aligns, ``compare`` one of two genomes, ``importing`` one of an
alignment that there is, ``batch`` many from one file; ``opened`` reads one again for whoever asks
about its matches. ``listing``, ``gallery`` and ``removing`` take care of those there are.
"""
