"""Aligners are found by name: plug-ins, our tools, and those of the site."""

from pathlib import Path

import pytest

from holdfast.dotplots.aligners.choosing import aligner, aligners
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.errors import FormatError, UsageError

SITE = """
minimap2: {exec: mine, command_line: "{exe} {target} {query} {out}", order: 99}
dotter: {exec: d, command_line: "{exe} {target} {query} > {out}", order: 5}
mappy: {exec: m, command_line: "{exe} {target} {query} > {out}"}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "tools.yaml"
    file.write_text(SITE)
    return file


def test_ours_are_there_without_any_setting() -> None:
    names = [each.name for each in aligners()]
    assert names[0] == "mappy"
    assert names[1:] == ["minimap2", "lastal", "nucmer", "mashmap", "wfmash", "blastn"]
    assert [aligner(name).name for name in names] == names


def test_those_of_the_site_are_added_in_the_order_they_ask_for(site: Path) -> None:
    names = [each.name for each in aligners(site)]
    assert names[:3] == ["mappy", "dotter", "lastal"]
    assert names[-1] == "minimap2"


def test_a_tool_of_the_site_takes_the_place_of_ours(site: Path) -> None:
    mine = aligner("minimap2", site)
    assert mine.groups == ()


def test_a_plug_in_comes_first_and_the_tool_of_its_name_is_told_of(
    site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(aligner("mappy", site), MappyAligner)
    assert [each.name for each in aligners(site)].count("mappy") == 1
    assert "the tool mappy is not used" in caplog.text


def test_an_unknown_name_is_answered_with_the_nearest(site: Path) -> None:
    with pytest.raises(UsageError, match=r"'doter' is no aligner.*did you mean dotter\?"):
        aligner("doter", site)


def test_a_broken_file_does_not_hide_what_is_built_in(site: Path) -> None:
    site.write_text("[")
    assert aligner("mappy", site).name == "mappy"
    with pytest.raises(FormatError):
        aligner("minimap2", site)
