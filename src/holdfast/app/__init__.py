"""
What a person can ask of Holdfast: one file per question, the only place where domains meet.

A function here takes the :class:`~holdfast.app.container.Container` and plain arguments, and gives
back a frozen report. The command line shows that report; the web pages will show the same one.
"""
