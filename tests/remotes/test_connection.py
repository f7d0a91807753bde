"""What a bank's recipe says of its servers holds over what the settings say."""

from dataclasses import fields, replace
from pathlib import Path

import pycurl
import pytest

from holdfast.remotes.access import Access, Credentials, Rule
from holdfast.remotes.connection import Connection, FtpMethod, NewHosts
from holdfast.remotes.interface import Everything, open_remote, policy_for
from holdfast.remotes.local import LocalFiles
from holdfast.remotes.options import RemoteOptions
from holdfast.remotes.parts import SMALL
from holdfast.remotes.standing import standing_options
from holdfast.testing.remotes import HASTE, NOON
from remotes.places import ServedPlace

URL = "https://example.org/x/"
SITE = Access((Rule("example.org:443", "site", "secret", ca_file="/site", rate=7),))


def told(connection: Connection, url: str = URL) -> dict[int, object]:
    """What libcurl is told of the server of `url`."""
    policy = policy_for(url, replace(HASTE, access=SITE), RemoteOptions(connection=connection))
    rule = policy.access.rule("example.org:443")
    return dict(standing_options(policy, rule, Credentials(), ""))


@pytest.mark.parametrize(
    ("connection", "option", "value"),
    [
        (Connection(time_limit=2.5), pycurl.TIMEOUT_MS, 2500),
        (Connection(keepalive=30), pycurl.TCP_KEEPIDLE, 30),
        (Connection(redirects=False), pycurl.FOLLOWLOCATION, 0),
        (Connection(insecure=True), pycurl.SSL_VERIFYPEER, 0),
        (Connection(ca_file="/own"), pycurl.CAINFO, "/own"),
        (Connection(known_hosts="/own"), pycurl.SSH_KNOWNHOSTS, "/own"),
        (Connection(ftp_method=FtpMethod.NOCWD), pycurl.FTP_FILEMETHOD, pycurl.FTPMETHOD_NOCWD),
        (Connection(), pycurl.CAINFO, "/site"),
    ],
)
def test_libcurl_is_told_what_the_bank_says(
    connection: Connection, option: int, value: object
) -> None:
    assert told(connection)[option] == value


def test_what_nobody_says_is_not_told() -> None:
    said = told(Connection())
    assert not {pycurl.TIMEOUT_MS, pycurl.TCP_KEEPALIVE, pycurl.FTP_FILEMETHOD} & said.keys()
    assert said[pycurl.FOLLOWLOCATION] == 1


def test_the_rest_of_the_rule_and_of_the_policy_stays() -> None:
    own = Connection(transfers=2, retries=9, backoff=0.5, proxy="none", new_hosts=NewHosts.ADD)
    policy = policy_for(URL, replace(HASTE, access=SITE), RemoteOptions(connection=own))
    assert (policy.parallel, policy.retries, policy.backoff) == (2, 9, 0.5)
    assert policy.timeout == HASTE.timeout
    rule = policy.access.rule("example.org:443")
    assert (rule.proxy, rule.new_hosts, rule.rate, rule.user) == ("none", NewHosts.ADD, 7, "site")
    assert policy_for(URL, HASTE, RemoteOptions()) == HASTE


@pytest.mark.parametrize(
    "url", ["https://example.org/x/", "direct+https://example.org/x", "list+https://example.org/x"]
)
def test_a_login_is_for_the_server_of_the_recipe_alone(url: str) -> None:
    options = RemoteOptions(login=Credentials("me", "hush"))
    access = policy_for(url, replace(HASTE, access=SITE), options).access
    assert access.credentials("example.org:443", Credentials()).user == "me"
    assert access.credentials("example.org:80", Credentials()).user == ""
    assert access.credentials("other.org:443", Credentials()).user == ""
    in_url = Credentials("first", "x", "example.org:443")
    assert access.credentials("example.org:443", in_url) == in_url
    assert "hush" not in repr(options)
    assert "hush" not in repr(Connection(proxy="http://me:hush@proxy/"))


def test_a_part_keeps_what_it_says_of_a_connection_and_takes_the_rest() -> None:
    every = Connection(1, 2, 3.0, 4.0, 5, True, FtpMethod.NOCWD, "p", "c", True, "k", NewHosts.ADD)
    assert all(getattr(every, each.name) is not None for each in fields(every))
    assert Connection().over(every) == every
    assert every.over(Connection(retries=0, proxy="q")) == every
    assert Connection(redirects=False).over(every) == replace(every, redirects=False)


def test_a_copy_that_was_interrupted_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * (SMALL // 64)
    place = ServedPlace(tmp_path / "remote", f"file://{tmp_path}/remote/")
    place.put("a", content, NOON)
    remote = open_remote(place.url, HASTE)
    files = remote.list(Everything()).files
    offsets: list[int] = []
    opened = LocalFiles.open

    def broken(self: LocalFiles, file: object, version: object, offset: int) -> object:
        offsets.append(offset)
        return opened(self, file, version, offset)  # type: ignore[arg-type]  # passed on as it came

    def halt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("holdfast.remotes.copying.BLOCK", SMALL)
        patch.setattr("holdfast.remotes.transfer.Logbook.received", halt)
        with pytest.raises(KeyboardInterrupt):
            remote.fetch(files, tmp_path / "here")
    monkeypatch.setattr(LocalFiles, "open", broken)
    (arrival,) = remote.fetch(files, tmp_path / "here")
    assert offsets == [SMALL]
    assert arrival.path.read_bytes() == content
