"""Updating: a release from its beginning to its end, and the plan of the jobs that make it."""
