"""The register in each of the databases the ledger can be in."""

from jobs.ledger.conftest import ledger, mariadb, postgresql, url

__all__ = ["ledger", "mariadb", "postgresql", "url"]  # fixtures
