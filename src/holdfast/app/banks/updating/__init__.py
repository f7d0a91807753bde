"""Updating banks: asking, deciding, making, and telling what became of it."""
