"""People of a real directory sign in, and nobody else does whatever they type."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from accounts.world import PASSWORD
from holdfast.accounts.directory import Directory, DirectoryPerson
from holdfast.accounts.users import Kind, Users
from holdfast.app.accounts.sessions import sign_in
from holdfast.app.accounts.users import add_user, disable_user, set_password
from holdfast.app.container import Container
from holdfast.errors import DirectoryUnreachable, SettingsError, SignInRefused, UsageError
from holdfast.settings import Settings
from holdfast.settings.access import LdapSettings
from services.slapd import GROUPS, PASSWORDS, PEOPLE, READER, Slapd, slapd

__all__ = ["slapd"]  # a fixture

needs_slapd = [pytest.mark.service("slapd", "openssl"), pytest.mark.xdist_group("slapd")]
GENOMICS, KEEPERS = f"cn=genomics,{GROUPS}", f"cn=keepers,{GROUPS}"


def settings(slapd: Slapd, **said: Any) -> LdapSettings:
    usual = {
        "url": slapd.tls_url,
        "ca_file": str(slapd.certificate),
        "bind_dn": READER,
        "password_file": str(slapd.folder / "secret"),
        "base": PEOPLE,
        "timeout": 3,
    }
    return LdapSettings(**(usual | said))


def vouched(slapd: Slapd, name: str, password: str, **said: Any) -> DirectoryPerson:
    return Directory(settings(slapd, **said), Path("/")).vouch(name, password)


@pytest.fixture
def container(slapd: Slapd, home: Path) -> Iterator[Container]:
    """A home whose people are in the directory."""
    ldap = settings(slapd, administrators=KEEPERS)
    with Container(Settings.read(home, access="accounts", ldap=ldap)) as made:
        yield made


class TestWithADirectory:
    """What needs a real one."""

    pytestmark = needs_slapd

    @pytest.mark.parametrize(
        "said",
        [
            {},
            {"url": "ldap"},
            {"user_dn": f"uid={{name}},{PEOPLE}", "bind_dn": "", "password_file": ""},
        ],
        ids=["ldaps", "start TLS", "direct bind"],
    )
    def test_who_knows_the_password_is_vouched_for(self, slapd: Slapd, said: Any) -> None:
        if said.get("url"):
            said = {"url": slapd.url}
        assert vouched(slapd, "zoe", PASSWORDS["zoe"], **said) == DirectoryPerson("zoe", False)
        for name, password in (
            ("zoe", PASSWORDS["yves"]),
            ("zoe", ""),
            ("nobody", PASSWORDS["zoe"]),
            ("", ""),
        ):
            with pytest.raises(SignInRefused, match="name or the password is wrong"):
                vouched(slapd, name, password, **said)

    def test_the_name_is_the_directory_s_however_it_is_typed(self, slapd: Slapd) -> None:
        assert vouched(slapd, "ZOE", PASSWORDS["zoe"]).name == "zoe"

    @pytest.mark.parametrize(
        "name",
        ["z*", "*", "zoe)(uid=*", "*)(uid=*))(|(uid=*", "zoe,ou=people", "x*y", "zoe\0", "zo\\65"],
    )
    def test_a_name_is_never_a_pattern_nor_a_part_of_a_question(
        self, slapd: Slapd, name: str
    ) -> None:
        direct = {"user_dn": f"uid={{name}},{PEOPLE}", "bind_dn": "", "password_file": ""}
        for said in ({}, direct):
            for password in PASSWORDS.values():
                with pytest.raises(SignInRefused):
                    vouched(slapd, name, password, **said)

    def test_only_members_of_the_groups_may_come_in(self, slapd: Slapd) -> None:
        for group in (GENOMICS, KEEPERS):
            assert vouched(slapd, "zoe", PASSWORDS["zoe"], groups=(group,)).name == "zoe"
            with pytest.raises(SignInRefused, match="no group that may sign in"):
                vouched(slapd, "yves", PASSWORDS["yves"], groups=(group,))
        leads = vouched(slapd, "zoe", PASSWORDS["zoe"], administrators=KEEPERS)
        follows = vouched(slapd, "yves", PASSWORDS["yves"], administrators=KEEPERS)
        assert (leads.is_administrator, follows.is_administrator) == (True, False)
        with pytest.raises(SignInRefused):
            vouched(slapd, "zoe", PASSWORDS["zoe"], groups=(f"cn=absent,{GROUPS}",))

    @pytest.mark.parametrize(
        ("said", "error", "words"),
        [
            ({"ca_file": ""}, DirectoryUnreachable, "certificate"),
            ({"url": "ldaps://127.0.0.1:1"}, DirectoryUnreachable, "does not answer"),
            ({"password_file": "/nowhere"}, SettingsError, "not a file"),
            ({"bind_dn": "cn=stranger,dc=lab"}, DirectoryUnreachable, "look for people"),
            ({"base": "dc=elsewhere"}, SignInRefused, "wrong"),
        ],
        ids=lambda each: str(each) if isinstance(each, str) else None,
    )
    def test_what_is_wrong_with_the_directory_is_told(
        self, slapd: Slapd, said: Any, error: type[Exception], words: str
    ) -> None:
        with pytest.raises(error, match=words):
            vouched(slapd, "zoe", PASSWORDS["zoe"], **said)

    def test_a_person_of_the_directory_becomes_a_user(self, container: Container) -> None:
        signed = sign_in(container, "ZOE", PASSWORDS["zoe"], "192.0.2.1")
        assert (signed.person.name, signed.person.is_administrator) == ("zoe", True)
        assert sign_in(container, "yves", PASSWORDS["yves"], "").person.is_administrator is False
        users = Users(container.ledger)
        assert [(user.name, user.kind) for user in users.all()] == [
            ("yves", Kind.DIRECTORY),
            ("zoe", Kind.DIRECTORY),
        ]
        with pytest.raises(UsageError, match="directory's password"):
            set_password(container, "yves", PASSWORD)
        users.set_administrator(users.user("yves"), True)
        assert not sign_in(container, "yves", PASSWORDS["yves"], "").person.is_administrator
        disable_user(container, "yves")
        with pytest.raises(SignInRefused):
            sign_in(container, "yves", PASSWORDS["yves"], "")

    def test_a_local_user_is_never_the_directory_s(self, container: Container) -> None:
        add_user(container, "zoe", PASSWORD)
        for name in ("zoe", "ZOE", "Zoe"):
            with pytest.raises(SignInRefused):
                sign_in(container, name, PASSWORDS["zoe"], "")
        assert sign_in(container, "zoe", PASSWORD, "").person.is_administrator is False

    def test_local_users_come_in_while_the_directory_is_away(
        self, container: Container, slapd: Slapd
    ) -> None:
        add_user(container, "ann", PASSWORD)
        slapd.stop()
        try:
            for _ in range(8):  # which nobody holds against them
                with pytest.raises(DirectoryUnreachable, match="local users can sign in"):
                    sign_in(container, "yves", PASSWORDS["yves"], "")
            assert sign_in(container, "ann", PASSWORD, "").person.name == "ann"
        finally:
            slapd.start()
        assert sign_in(container, "yves", PASSWORDS["yves"], "").person.name == "yves"


def test_a_directory_that_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ldap://127.0.0.1:{silent.getsockname()[1]}"
        said = LdapSettings(url=url, base=PEOPLE, timeout=1)
        with pytest.raises(DirectoryUnreachable, match="does not answer"):
            Directory(said, Path("/")).vouch("zoe", "x")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"url": "http://x", "base": "dc=x"}, "not a directory"),
        ({"url": "ldaps://x"}, "say base"),
        ({"url": "ldaps://x", "base": "dc=x", "filter": "(uid=*)"}, "lacks {name}"),
        ({"url": "ldaps://x", "user_dn": "uid=x"}, "lacks {name}"),
        ({"url": "ldap://x", "base": "dc=x", "start_tls": False}, "no password goes unprotected"),
        ({"url": "ldaps://x", "base": "dc=x", "bind_dn": "cn=x"}, "needs a password_file"),
    ],
)
def test_settings_that_make_no_sense_are_refused(said: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        LdapSettings(**said)
