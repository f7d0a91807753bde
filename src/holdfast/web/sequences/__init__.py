"""
The sequences of a store over HTTP: GA4GH refget and sequence collections, SeqRepo's interface, and
batches of our own.

:func:`holdfast.web.sequences.application.sequence_application` makes an application that can run
alone; :func:`holdfast.web.sequences.application.add_sequences` adds the same to a larger one. Each
family of addresses has a module; what they share are pure functions (which part is asked for, which
form is taken), the public side of the store, and the threads that read it.
"""
