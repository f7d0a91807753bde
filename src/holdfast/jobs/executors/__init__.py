"""
Executors: where jobs run. :mod:`.interface` says what each owes; one file per executor.
"""
