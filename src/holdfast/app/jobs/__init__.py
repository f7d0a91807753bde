"""
What a person may ask about runs and their jobs, and ask of them.

Look: :mod:`runs`, :mod:`paging`, :mod:`details`, :mod:`logs`, :mod:`sifting`, :mod:`following`.
Act: :mod:`stopping`, :mod:`retrying`, :mod:`waiting`, :mod:`pruning`. Who may: :mod:`rights`. All
of it goes through the ledger, so it does not matter which process, on which host, does the run that
is asked about.
"""
