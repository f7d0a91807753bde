"""Tests that mirror ``holdfast.dotplots.pictures``."""
