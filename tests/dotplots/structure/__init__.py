"""Tests of what differs in structure."""
