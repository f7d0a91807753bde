"""The steps by which an older ledger becomes one of today; Alembic does them in order."""
