"""
What a stranger's implementation must pass, shipped: the examinations.

For each contract a class of tests to inherit: :class:`~holdfast.testing.executors.ExecutorContract`
and :class:`~holdfast.testing.remotes.RemoteContract`. They need pytest, which Holdfast itself does
not.
"""
