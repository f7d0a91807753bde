"""Recipes: where a bank comes from and what to do with each release, as typed, frozen values."""
