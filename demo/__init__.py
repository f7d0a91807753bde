"""
The demonstration: Holdfast's main job, from a remote databank to a dot plot, told as a story.

It makes (or, on real data, lays out) a databank with three releases, serves it from a real HTTP and
a real FTP server on loopback, and then types the commands a person would type. Each answer is held
against what is known to be true; where they differ, it says so and fails.

* :mod:`demo.genomes` makes two related genomes whose rearrangements are known, and a proteome;
* :mod:`demo.databank` is the remote side: folders of releases, and the servers that show them;
* :mod:`demo.terminal` types the commands and checks the answers;
* :mod:`demo.story` is what happens, in order.
"""
