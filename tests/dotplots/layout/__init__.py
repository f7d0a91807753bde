"""Tests of the dot plots."""
