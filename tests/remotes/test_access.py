"""Access: who we are to each server, by which way, and how that reaches it and nobody else."""

import base64
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.errors import FetchFailed, SettingsError, UsageError
from holdfast.remotes.access import Access, Credentials, Rule, parted, server_of
from holdfast.remotes.interface import RemoteFile, TransferPolicy, open_remote
from holdfast.remotes.policy import policy_of
from holdfast.remotes.reach import Reach, networks_of
from holdfast.settings import Settings
from holdfast.testing.remotes import HASTE
from servers.scripted import Document, ScriptedServer, Status
from servers.served import free_port


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server with one small file and one of a megabyte."""
    with ScriptedServer() as server:
        server.documents["/a"] = Document(b"a")
        server.documents["/large"] = Document(bytes(1_000_000))
        yield server


def policy(*rules: Rule, **access: object) -> TransferPolicy:
    """A hasty policy with these rules."""
    return replace(HASTE, access=Access(rules, **access))  # type: ignore[arg-type]  # by name


def who_asked(server: ScriptedServer) -> list[str]:
    """User and password of each request; "" for nobody."""
    headers = [request.headers.get("Authorization", "") for request in server.requests]
    return [base64.b64decode(said.removeprefix("Basic ")).decode() for said in headers]


def test_the_nearest_rule_counts() -> None:
    names = ("*", "*.org", "*.example.org", "a.example.org", "a.example.org:8080")
    access = Access(tuple(Rule(name) for name in names))
    asked = ("b.com:80", "b.org:80", "x.y.example.org:1", "a.example.org:80", "a.example.org:8080")
    assert tuple(access.rule(server).server for server in asked) == names


def test_a_rule_for_a_domain_is_not_for_a_name_that_only_ends_like_it() -> None:
    assert Access((Rule("*.example.org", user="me"),)).rule("badexample.org:80").user == ""


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://h/", "h:80"),
        ("ftps://h/", "h:990"),
        ("sftp://h:2222/x", "h:2222"),
        ("https://[::1]/", "::1:443"),
    ],
)
def test_a_server_is_a_host_and_a_port(url: str, server: str) -> None:
    assert server_of(url) == server


def test_passwords_are_in_no_text_made_of_values() -> None:
    _, who = parted("http://me:hush@host/")
    rule = Rule("h", "me", "hush", proxy="http://me:hush@proxy/")
    settings = Settings.read(servers={"h": {"user": "me", "password": "hush"}})
    assert "hush" not in f"{who!r}{rule!r}{Access((rule,))!r}{settings!r}{policy_of(settings)!r}"


def test_a_rules_password_reaches_its_server(server: ScriptedServer) -> None:
    rule = Rule(server_of(server.url), "me", "pä:ss")
    assert open_remote(server.url, policy(rule)).read("a", 9) == b"a"
    assert who_asked(server) == ["me:pä:ss"]


def test_who_the_url_names_comes_before_who_the_rule_names(server: ScriptedServer) -> None:
    url = server.url.replace("http://", "http://you:own@")
    open_remote(url, policy(Rule("127.0.0.1", "me", "secret"))).read("a", 9)
    assert who_asked(server) == ["you:own"]


def test_netrc_is_looked_into_last(server: ScriptedServer, tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine other login x password y\nmachine 127.0.0.1 login me password z\n")
    open_remote(server.url, policy(netrc=file)).read("a", 9)
    open_remote(server.url, policy(Rule("*", "rule", "r"), netrc=file)).read("a", 9)
    assert who_asked(server) == ["me:z", "rule:r"]


def test_a_netrc_that_cannot_be_read_is_named_without_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine h login me pasword hush\n")
    with pytest.raises(UsageError, match=r"netrc line 1 cannot be read") as raised:
        Access(netrc=file).credentials("h:80", Credentials())
    assert "hush" not in str(raised.value)


def test_a_password_does_not_go_to_another_server(server: ScriptedServer, tmp_path: Path) -> None:
    with ScriptedServer() as other:
        other.documents["/b"] = Document(b"b")
        server.forever["/b"] = Status(302, {"Location": f"{other.url}b"}, b"")
        secret = server.url.replace("http://", "http://me:secret@")
        remote = open_remote(secret, HASTE)
        assert remote.read("b", 9) == b"b"
        remote.fetch([RemoteFile("c", f"{other.url}b", 1, None)], tmp_path)
        assert who_asked(server)[0] == "me:secret"
        assert set(who_asked(other)) == {""}


def test_a_private_address_is_not_reached_unless_allowed(server: ScriptedServer) -> None:
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1, which is no public .*private_networks"):
        open_remote(server.url, policy(reach=Reach(()))).read("a", 9)
    by_name = server.url.replace("127.0.0.1", "localhost")
    with pytest.raises(FetchFailed, match=r"localhost is at .*, which is no public address"):
        open_remote(by_name, policy(reach=Reach(()))).read("a", 9)
    assert not server.requests
    allowed = Reach(networks_of(["127.0.0.1"]))
    assert open_remote(server.url, policy(reach=allowed)).read("a", 9) == b"a"


def test_a_redirect_to_a_private_address_is_not_followed(server: ScriptedServer) -> None:
    elsewhere = server.url.replace("127.0.0.1", "127.0.0.2")
    server.forever["/b"] = Status(302, {"Location": f"{elsewhere}secret"}, b"")
    remote = open_remote(server.url, policy(reach=Reach(networks_of(["127.0.0.1"]))))
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.2, which is no public address"):
        remote.read("b", 9)
    assert [request.path for request in server.requests] == ["/b"]


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "100.64.0.1", "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "no address", "",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not Reach(()).allows(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_what_is_public_is_allowed(address: str) -> None:
    assert Reach(()).allows(address)


def test_a_proxy_is_gone_by(server: ScriptedServer) -> None:
    server.documents["http://mirror.example/bank/a"] = Document(b"by proxy")
    rule = Rule("mirror.example", proxy=server.url)
    remote = open_remote("http://mirror.example/bank/", policy(rule, reach=Reach(())))
    assert remote.read("a", 9) == b"by proxy"


def test_the_environments_proxy_is_gone_by_unless_a_rule_says_none(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(FetchFailed):
        open_remote(server.url, HASTE).read("a", 9)
    assert open_remote(server.url, policy(Rule("*", proxy="none"))).read("a", 9) == b"a"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert open_remote(server.url, HASTE).read("a", 9) == b"a"


@pytest.mark.service("openssl")
def test_an_authority_can_be_named_for_a_server(secure: str, certificate: Path) -> None:
    rule = Rule("127.0.0.1", ca_file=str(certificate))
    assert open_remote(secure, policy(rule)).read("small", 10) == b"small"
    with pytest.raises(FetchFailed, match="authority is known"):
        open_remote(secure, policy(replace(rule, server="other"))).read("small", 10)


@pytest.mark.service("openssl")
def test_a_certificate_goes_unchecked_only_where_a_rule_says_so(secure: str) -> None:
    remote = open_remote(secure, policy(Rule("127.0.0.1", insecure=True)))
    assert remote.read("small", 10) == b"small"


@pytest.mark.service("openssl")
def test_our_own_certificate_is_shown_and_not_carried_on(certificate: Path) -> None:
    server = ScriptedServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.documents["/a"] = Document(b"a")
    server.forever["/b"] = Status(302, {"Location": "http://127.0.0.1:1/"}, b"")
    trusting = Rule("*", ca_file=str(certificate))
    with server:
        url = server.url.replace("http://", "https://")
        with pytest.raises(FetchFailed):
            open_remote(url, policy(trusting)).read("a", 9)
        remote = open_remote(url, policy(replace(trusting, certificate=str(certificate))))
        assert remote.read("a", 9) == b"a"
        with pytest.raises(FetchFailed, match="302 Found"):
            remote.read("b", 9)


def test_all_transfers_together_keep_to_the_rate(server: ScriptedServer, tmp_path: Path) -> None:
    server.documents.update({f"/{n}": Document(bytes(400_000)) for n in range(4)})
    files = [RemoteFile(str(n), f"{server.url}{n}", 400_000, None) for n in range(4)]
    began = time.monotonic()
    open_remote(server.url, replace(HASTE, rate=2_000_000)).fetch(files, tmp_path / "one")
    took = time.monotonic() - began
    assert 0.5 < took < 5  # 1.6 MB at 2 MB a second, but for what one block is ahead


def test_a_servers_rate_counts_for_it_alone(server: ScriptedServer, tmp_path: Path) -> None:
    file = [RemoteFile("large", f"{server.url}large", 1_000_000, None)]
    slow, other = Rule("127.0.0.1", rate=1_000_000), Rule("elsewhere", rate=1)
    began = time.monotonic()
    open_remote(server.url, policy(other)).fetch(file, tmp_path / "quick")
    quick = time.monotonic() - began
    open_remote(server.url, policy(slow)).fetch(file, tmp_path / "slow")
    assert time.monotonic() - began - quick > 0.5 > quick


def test_settings_become_a_policy(home: Path) -> None:
    (home / "holdfast.toml").write_text(
        'rate = "10M"\nprivate_networks = ["10.0.0.0/8"]\n'
        '[servers."*.example.org"]\nuser = "me"\npassword = "hush"\nrate = "1M"\ntransfers = 2\n'
        'ca_file = "~/ca.pem"\n'
    )
    made = policy_of(Settings.read(private_networks=("10.0.0.0/8",)))
    rule = made.access.rule("ftp.example.org:21")
    assert made.rate == 10 * 1024**2
    assert (rule.user, rule.password, rule.rate, rule.transfers) == ("me", "hush", 1024**2, 2)
    assert rule.ca_file == str(Path("~/ca.pem").expanduser())
    assert made.access.reach == Reach(networks_of(["10.0.0.0/8"]))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"private_networks": "10.0.0.1/8"}, "host bits"),
        ({"private_networks": "localhost"}, "write for example 10.0.0.0/8"),
        ({"servers": {"h": {"password": "hush"}}}, "a password needs a user"),
        ({"servers": {"h": {"pasword": "hush"}}}, "did you mean password"),
    ],
)
def test_settings_that_make_no_sense_are_refused(said: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as raised:
        Settings.read(**said)
    assert "hush" not in str(raised.value)
