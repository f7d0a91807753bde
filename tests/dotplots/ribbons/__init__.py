"""Tests that mirror ``holdfast.dotplots.ribbons``."""
