"""
Jobs: long work as plans of commands, done here or elsewhere, never lost.

A *plan* is a graph of *jobs*; each job is a command as a list of words. The *engine* gives jobs to
an *executor* as soon as what they need is done, and writes every step into the *ledger* before it
takes it. So a killed engine loses nothing: another one opens the ledger and goes on. This room
knows no bank, no sequence and no plot; it does work without asking what it is for.
"""
