"""Alembic runs the steps in ``versions/`` on the connection that the ledger has given it."""

from alembic import context

from holdfast.jobs.ledger import tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables.metadata
)
context.run_migrations()
