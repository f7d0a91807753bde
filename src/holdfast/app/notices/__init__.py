"""
Notices: people are told how updates ended, by mail, in chats and by web hooks.

A report becomes a *notice*, what is worth telling (:mod:`.notice`); a notice becomes a *letter*,
its words (:mod:`.composing`); a letter goes to each *addressee* as a *post* (:mod:`.posts`), which
lies in the outbox on disk until it is sent (:mod:`.outbox`). Composing is pure; sending
(:mod:`.sending`) is done by a process of its own that may be killed at any moment
(:mod:`.postman`), so that no server, however slow or broken, holds up an update for long or loses
what was to be told.
"""
