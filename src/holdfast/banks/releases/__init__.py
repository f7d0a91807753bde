"""Releases: what is complete on disk, what people decided about it, and how it is kept sound."""
