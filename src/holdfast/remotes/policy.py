"""From settings to the policy by which remotes are asked."""

from pathlib import Path

from holdfast.remotes.access import Access, Rule
from holdfast.remotes.interface import TransferPolicy
from holdfast.remotes.reach import Reach, networks_of
from holdfast.settings import Settings
from holdfast.settings.servers import ServerSettings


def policy_of(settings: Settings) -> TransferPolicy:
    """How patiently, widely and in whose name remotes are asked."""
    return TransferPolicy(
        parallel=settings.transfers,
        retries=settings.retries,
        backoff=settings.backoff,
        timeout=settings.timeout,
        connect_timeout=settings.connect_timeout,
        listing_limit=settings.listing_limit,
        unannounced_limit=settings.unannounced_limit,
        rate=settings.rate or 0,
        access=_access(settings),
    )


def _access(settings: Settings) -> Access:
    netrc = settings.netrc.expanduser()
    return Access(
        tuple(_rule(name, said) for name, said in settings.servers.items()),
        netrc if str(settings.netrc) != "." else None,
        Reach(networks_of(settings.private_networks)),
        settings.home / "turns",
    )


def _rule(server: str, said: ServerSettings) -> Rule:
    def file(name: str) -> str:
        return str(Path(name).expanduser()) if name else ""

    return Rule(
        server.lower(),
        user=said.user,
        password=said.password.get_secret_value(),
        key=file(said.key),
        known_hosts=file(said.known_hosts),
        ca_file=file(said.ca_file),
        certificate=file(said.certificate),
        certificate_key=file(said.certificate_key),
        insecure=said.insecure,
        proxy=said.proxy.get_secret_value(),
        endpoint=said.endpoint,
        rate=said.rate or 0,
        transfers=said.transfers or 0,
    )
