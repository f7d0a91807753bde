"""Time zones by name, and the machine's own."""

from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest

from holdfast.base.zones import machine_zone, zone_name, zone_named
from holdfast.errors import UsageError


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """What ``/etc/localtime`` is on most machines."""
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Kathmandu")
    return link


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Pariss", "did you mean Europe/Paris?"),
        ("", "write for example Europe/Paris"),
        ("Europe", "write for example Europe/Paris"),
        ("../../etc/passwd", "write for example Europe/Paris"),
        ("/etc/passwd", "write for example Europe/Paris"),
        ("nul\0nul", "write for example Europe/Paris"),
    ],
)
def test_an_unknown_zone_is_one_sentence(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        zone_named(name)
    assert f"there is no time zone {name!r}" in str(refused.value)
    assert hint in str(refused.value)


def test_a_machine_without_zones_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.base.zones.available_timezones", set)
    with pytest.raises(UsageError, match="install the package tzdata"):
        zone_named("Europe/Pariss")


@pytest.mark.parametrize("said", ["Europe/Paris", ":Europe/Paris"])
def test_the_environment_says_the_machines_zone(said: str, link: Path) -> None:
    assert machine_zone({"TZ": said}, link) == ZoneInfo("Europe/Paris")


@pytest.mark.parametrize("said", ["", "CET-1CEST,M3.5.0,M10.5.0", "nowhere"])
def test_what_the_environment_does_not_say_the_link_does(said: str, link: Path) -> None:
    assert machine_zone({"TZ": said} if said else {}, link) == ZoneInfo("Asia/Kathmandu")


def test_a_copied_zone_has_no_name_but_counts(tmp_path: Path) -> None:
    copy = tmp_path / "localtime"
    copy.write_bytes((Path(TZPATH[0]) / "Asia/Kathmandu").read_bytes())
    zone = machine_zone({}, copy)
    assert str(zone.utcoffset(None)) == "None"
    assert zone_name(zone) == "/etc/localtime"
    assert zone_name(ZoneInfo("Asia/Kathmandu")) == "Asia/Kathmandu"


@pytest.mark.parametrize("content", [None, b"", b"TZif, it says"])
def test_without_any_zone_it_is_utc(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "localtime"
    if content is not None:
        file.write_bytes(content)
    assert machine_zone({}, file) == ZoneInfo("UTC")
