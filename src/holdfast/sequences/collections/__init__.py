"""Collections: ordered lists of names and sequences, as GA4GH digests and compares them.

A genome is one, and so is each text that was loaded; with its layout that text is written again
byte for byte.
"""
