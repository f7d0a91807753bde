"""What is on disk: packs, journal, snapshots and lists, and the index made from them.

Here are the bytes and the order in which they become durable; what names mean and what people ask
is said elsewhere. The format is the page docs/reference/store-format.md.
"""
