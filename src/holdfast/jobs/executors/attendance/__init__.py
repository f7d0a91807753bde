"""Attending to one job: starting it, looking after its limits, ending all of it."""
