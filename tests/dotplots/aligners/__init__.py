"""Tests of the aligners."""
