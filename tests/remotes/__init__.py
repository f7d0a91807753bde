"""Tests of the room ``remotes``."""
