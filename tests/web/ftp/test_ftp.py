"""The FTP server: what each sees, what nobody may, and clients as people have them."""

import socket
import ssl
import subprocess
import time
from contextlib import suppress
from ftplib import FTP, FTP_TLS, error_perm, error_temp
from pathlib import Path

import pytest

from holdfast.accounts.audit import Search
from holdfast.app.accounts.users import add_user
from holdfast.app.audit import find_deeds
from holdfast.app.banks.updating.update import update_bank
from holdfast.app.container import Container
from holdfast.errors import SettingsError, SignInRefused
from holdfast.settings.ftp import FtpSettings
from holdfast.web.ftp.bans import Bans
from holdfast.web.ftp.signing import sign_in_of
from holdfast.web.ftp.visitor import LINE_MOST, UNKNOWN_MOST, WRITING
from servers.certificates import loopback_certificate
from web.ftp.conftest import CONTENT, PASSWORD, Serve, signed_in


def test_everybody_reads_public_banks(serve: Serve) -> None:
    with signed_in(serve()) as client:
        assert client.nlst() == ["x"]
        assert client.nlst("x") == ["1", "2", "current"]
        client.cwd("/x/current/flat")
        facts = dict(client.mlsd())
        assert facts["a.fa"]["size"] == str(len(CONTENT))
        assert set(facts["a.fa"]) == {"type", "perm", "size", "modify"}
        assert facts["sub"]["type"] == "dir"
        client.voidcmd("TYPE I")
        assert client.size("a.fa") == len(CONTENT)
        assert client.sendcmd("MDTM a.fa")[4:] == facts["a.fa"]["modify"]
        assert "type=file" in client.sendcmd("MLST a.fa")
        got = bytearray()
        client.retrbinary("RETR a.fa", got.extend)
        assert got == CONTENT
        got.clear()
        client.retrbinary("RETR a.fa", got.extend, rest=100_000)
        assert got == CONTENT[100_000:]


def test_a_listing_is_as_ls_shows_it(serve: Serve) -> None:
    with signed_in(serve()) as client:
        lines: list[str] = []
        client.retrlines("LIST /x/current/flat", lines.append)
    assert [line.split()[0] for line in lines] == ["-r--r--r--", "dr-xr-xr-x"]
    assert lines[0].split()[2:5] == ["holdfast", "holdfast", str(len(CONTENT))]


def test_a_private_bank_is_its_owners(serve: Serve) -> None:
    port = serve()
    with signed_in(port, "ann", PASSWORD) as client:
        assert client.nlst() == ["hidden", "x"]
        got: list[bytes] = []
        client.retrbinary("RETR /hidden/1/flat/a.fa", got.append)
        assert got == [b"secret"]
    with signed_in(port) as client:
        said = [_refused(client, f"CWD /{bank}") for bank in ("hidden", "nothing")]
        assert said == ["550 There is nothing of this name."] * 2
        said = [_refused(client, f"SIZE /{bank}/1/flat/a.fa") for bank in ("hidden", "nothing")]
        assert said[0].replace("hidden", "nothing") == said[1]
        with pytest.raises(error_perm):
            client.retrbinary("RETR /hidden/1/flat/a.fa", bytes)


def test_who_signs_in_anew_is_somebody_else(serve: Serve) -> None:
    with signed_in(serve(), "ann", PASSWORD) as client:
        client.sendcmd("USER anonymous")
        client.sendcmd("PASS me@")
        assert client.nlst() == ["x"]


def test_nothing_is_written(serve: Serve) -> None:
    with signed_in(serve(), "ann", PASSWORD) as client:
        for name in sorted(WRITING):
            assert _refused(client, f"{name} a.fa") == "550 This server is only read from."


def test_no_path_leads_out(serve: Serve) -> None:
    paths = [
        "/x/../../../../etc/passwd", "../../../etc/passwd", "/x/1/release.json", "/x/marks.json",
        "/x/lock", "/x/1/flat/../files.json", "/x/.making", "/x/1/flat/a.fa\0", "/x/x_1/flat/a.fa",
        "//etc/passwd", "/x/1/flat/%2e%2e/release.json", "~root", "*", "/x/1/flat/" + "a/" * 900,
    ]  # fmt: skip
    with signed_in(serve(), "ann", PASSWORD) as client:
        client.voidcmd("TYPE I")
        for path in paths:
            assert _refused(client, f"SIZE {path}").startswith("550")
            assert _refused(client, f"RETR {path}").startswith("550")


def _refused(client: FTP, command: str) -> str:
    with pytest.raises((error_perm, error_temp)) as refused:
        client.sendcmd(command)
    return str(refused.value)


def test_accounts_are_those_of_the_pages(container: Container) -> None:
    sign_in = sign_in_of(container)
    with pytest.raises(SignInRefused, match="no accounts here"):
        sign_in("ann", PASSWORD, "192.0.2.1")
    said = container.settings.model_copy(update={"access": "accounts"})
    with Container(said) as with_accounts:
        add_user(with_accounts, "ann", PASSWORD)
        sign_in = sign_in_of(with_accounts)
        assert sign_in("ann", PASSWORD, "192.0.2.1").name == "ann"
        with pytest.raises(SignInRefused):
            sign_in("ann", "wrong", "192.0.2.1")
        deeds = find_deeds(with_accounts, Search())
        assert [(deed.who, deed.outcome.value) for deed in deeds if deed.action == "sign in"] == [
            ("ann", "refused"),
            ("ann", "done"),
        ]


# Hostile clients


def _line(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=10)
    assert line.recv(1000).startswith(b"220 ")
    return line


def _until_hung_up(line: socket.socket) -> bytes:
    said = b""
    with suppress(ConnectionError):
        while piece := line.recv(65536):
            said += piece
    return said


def test_a_line_without_end_is_hung_up_on(serve: Serve) -> None:
    with _line(serve()) as line:
        with suppress(ConnectionError):
            for _ in range(LINE_MOST // 1000 + 2):
                line.sendall(b"x" * 1000)
        assert b"500" in _until_hung_up(line)


def test_answers_that_nobody_takes_do_not_pile_up(serve: Serve) -> None:
    with _line(serve()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(5)
        with pytest.raises(OSError, match=r"timed out|reset|pipe"):
            line.sendall(b"HELP\r\n" * 2_000_000)


def test_who_says_what_nobody_understands_is_hung_up_on(serve: Serve) -> None:
    with _line(serve()) as line:
        line.sendall(b"GET / HTTP/1.1\r\n" * (UNKNOWN_MOST + 1))
        said = _until_hung_up(line)
    assert said.count(b"500 ") == UNKNOWN_MOST
    assert b"421 " in said


def test_no_data_goes_to_another_address(serve: Serve) -> None:
    with signed_in(serve()) as client:
        assert _refused(client, "PORT 192,0,2,1,200,10").startswith("501")
        assert _refused(client, "PORT 127,0,0,1,0,22").startswith("501")
        assert _refused(client, "EPRT |1|192.0.2.1|2000|").startswith("501")


def test_too_many_connections_from_an_address_are_refused(serve: Serve) -> None:
    port = serve(connections_per_address=2)
    with _line(port), _line(port), socket.create_connection(("127.0.0.1", port)) as third:
        assert third.recv(100).startswith(b"421")


def test_failed_sign_ins_keep_an_address_out(serve: Serve) -> None:
    port = serve(attempts=2)
    for _ in range(2):
        with (
            pytest.raises(error_perm, match=r"530 Name and password do not fit"),
            signed_in(port, "ann", "wrong"),
        ):
            pass
    with socket.create_connection(("127.0.0.1", port)) as line:
        assert line.recv(100).startswith(b"421")


def test_a_ban_ends() -> None:
    now = 0.0
    bans = Bans(2, 60, lambda: now)
    bans.note_failure("a")
    bans.note_failure("a")
    assert bans.keeps_out("a")
    assert not bans.keeps_out("b")
    now = 61.0
    assert not bans.keeps_out("a")
    bans.note_failure("b")
    bans.forgive("b")
    bans.note_failure("b")
    assert not bans.keeps_out("b")


def test_an_idle_client_is_hung_up_on(serve: Serve) -> None:
    with signed_in(serve(idle=0.2)) as client:
        time.sleep(0.5)
        with pytest.raises((error_temp, EOFError), match=r"421|"):
            client.voidcmd("NOOP")


def test_a_transfer_is_no_quicker_than_set(serve: Serve) -> None:
    with signed_in(serve(rate=100_000)) as client:
        begun = time.monotonic()
        got = bytearray()
        client.retrbinary("RETR /x/current/flat/a.fa", got.extend)
        assert time.monotonic() - begun > 1
        assert got == CONTENT


def test_anonymous_may_be_turned_away(serve: Serve) -> None:
    port = serve(anonymous=False)
    with pytest.raises(error_perm, match="530 Only accounts"), signed_in(port):
        pass


# Settings


def test_data_comes_by_the_ports_that_are_set_from_the_address_that_is_set(serve: Serve) -> None:
    with signed_in(serve(passive_ports="40000-40999", masquerade="127.0.0.9")) as client:
        said = client.sendcmd("PASV")
        numbers = [int(each) for each in said[said.index("(") + 1 : said.index(")")].split(",")]
        assert numbers[:4] == [127, 0, 0, 9]
        assert 40_000 <= numbers[4] * 256 + numbers[5] < 41_000


@pytest.mark.parametrize("ports", ["1-2", "60000", "60001-60000", "60000-70000", "a-b"])
def test_ports_that_are_none_are_refused(ports: str) -> None:
    with pytest.raises(ValueError, match="no range of ports"):
        FtpSettings(passive_ports=ports)


def test_a_certificate_that_is_none_is_one_sentence(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("bad")
    with pytest.raises(SettingsError, match="no certificate"):
        serve(certificate=str(tmp_path / "bad.pem"))
    with pytest.raises(SettingsError, match="there is no file"):
        serve(certificate=str(tmp_path / "none.pem"))


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A certificate of 127.0.0.1."""
    return str(loopback_certificate(tmp_path_factory.mktemp("tls")))


def test_passwords_and_data_go_by_tls(serve: Serve, certificate: str) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    with FTP_TLS(context=trusting, timeout=10) as client:
        client.connect("127.0.0.1", serve(certificate=certificate, tls_only=True))
        assert _refused(client, "USER anonymous").startswith("550")
        client.login("ann", PASSWORD)
        client.prot_p()
        got = bytearray()
        client.retrbinary("RETR /x/current/flat/a.fa", got.extend)
        assert got == CONTENT


def test_what_is_said_in_the_clear_behind_auth_is_forgotten(serve: Serve, certificate: str) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    with _line(serve(certificate=certificate)) as line:
        line.sendall(b"AUTH TLS\r\nUSER mallory\r\n")
        assert line.recv(100).startswith(b"234")
        with trusting.wrap_socket(line, server_hostname="127.0.0.1") as private:
            private.sendall(b"PASS x\r\n")
            assert private.recv(100).startswith(b"503")  # nobody has said a name


def test_a_password_is_not_taken_in_the_clear(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.web.ftp.visitor.is_loopback", lambda _: False)
    with FTP(timeout=10) as client:
        client.connect("127.0.0.1", serve())
        assert _refused(client, "USER ann").startswith("530 A password is only taken over TLS")
        assert client.login().startswith("230")


# Clients as people have them


@pytest.mark.service("curl")
def test_curl_goes_on_where_it_stopped(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "a.fa").write_bytes(CONTENT[:1000])
    url = f"ftp://127.0.0.1:{serve()}/x/current/flat/a.fa"
    command = ["curl", "-s", "-S", "-C", "-", "-o", str(tmp_path / "a.fa"), url]
    subprocess.run(command, check=True, timeout=30)
    assert (tmp_path / "a.fa").read_bytes() == CONTENT


@pytest.mark.service("wget")
def test_wget_mirrors_a_release(serve: Serve, tmp_path: Path) -> None:
    url = f"ftp://127.0.0.1:{serve()}/x/current/"
    command = ["wget", "-q", "-r", "-nH", "--cut-dirs=2", "-P", str(tmp_path), url]
    subprocess.run(command, check=True, timeout=30)
    assert (tmp_path / "flat" / "a.fa").read_bytes() == CONTENT
    assert (tmp_path / "flat" / "sub" / "b.fa").read_bytes() == b"TT\n"


@pytest.mark.service("lftp")
def test_lftp_mirrors_a_release(serve: Serve, tmp_path: Path) -> None:
    script = f"mirror --continue /x/current/flat {tmp_path}/here; bye"
    command = ["lftp", "-e", script, f"ftp://127.0.0.1:{serve()}"]
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.fa").write_bytes(CONTENT[:1000])
    subprocess.run(command, check=True, timeout=30)
    assert (tmp_path / "here" / "a.fa").read_bytes() == CONTENT
    assert (tmp_path / "here" / "sub" / "b.fa").read_bytes() == b"TT\n"


def test_another_holdfast_mirrors_a_bank(serve: Serve, container: Container) -> None:
    (container.settings.recipes / "copy.toml").write_text(
        f'name = "copy"\n[remote]\nurl = "ftp://127.0.0.1:{serve()}/x/current/flat/"\n'
        'files = ["**/*"]\n'
    )
    update_bank(container, "copy")
    release = container.catalogue.folder("copy").newest()
    assert release is not None
    assert (release.flat / "a.fa").read_bytes() == CONTENT
    assert (release.flat / "sub" / "b.fa").read_bytes() == b"TT\n"
