"""
The command line: one file per noun, thin.

Each command turns its arguments into one call of :mod:`holdfast.app` and shows the report that
comes back, as tables or as JSON. Errors rise to :mod:`holdfast.cli.main`, the one place where they
become a sentence and an exit code.
"""
