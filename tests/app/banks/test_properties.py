"""Bank files of BioMAJ are updated as they are, from a real server, by real steps."""

import gzip
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.banks.updating.update import preview_update, update_bank
from holdfast.app.chores import Almanac
from holdfast.banks.releases.bankfolder import FUTURE
from holdfast.errors import BankNotFound, ListingFailed, SettingsError, UpdateFailed
from holdfast.settings import Settings

FILES = {
    "db_12.fa.gz": gzip.compress(b">a\nACGT\n", mtime=0),
    "README": b"read me\n",
    "relnotes.txt": b"This is release 12.3 of the databank\n",
    "unwanted.txt": b"x",
}


def written(databank: Databank, said: str, folder: Path, name: str = "genes") -> None:
    """A bank file for `databank` with the lines of `said`."""
    server = databank.url.removeprefix("http://").rstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.properties").write_text(
        "[GENERAL]\n"
        f"protocol=http\nserver={server}\nremote.dir=/pub\n"
        "remote.files=^db_.*\\.gz$ ^README$\nlocal.files=**/*\n" + said
    )


def flat(home: Path, release: str, bank: str = "genes") -> dict[str, bytes]:
    """The products of a release."""
    folder = home / "banks" / bank / f"{bank}_{release}" / "flat"
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*.*")}


STEPS = r"""
release.file=relnotes.txt
release.regexp=release ([\d.]+)
local.files=.*\.fa$
BLOCKS=B1,B2
B1.db.post.process=M1
B2.db.post.process=M2
M1=make,write
M2=tell
make.name=make
make.exe=mkdir
make.args=-p $datadir/$dirversion/future_release/fasta
write.name=write
write.exe=copy.sh
write.args=${datadir}/${dirversion}/${localrelease}/flat/db_12.fa "%(target)s"
tell.name=tell
tell.exe=/usr/bin/env
tell.args=> $datadir/$dirversion/$localrelease/env
target=all.fa
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A BioMAJ process.dir with one script."""
    folder = tmp_path / "process"
    folder.mkdir()
    script = folder / "copy.sh"
    script.write_text(
        '#!/bin/sh\nset -e\ncp "$1" "$datadir/$dirversion/$localrelease/fasta/$2"\npwd\n'
    )
    script.chmod(0o755)
    return folder


def test_a_bank_file_is_updated_with_its_blocks_and_release_name(
    databank: Databank, container: QuickContainer, home: Path, programs: Path
) -> None:
    databank.publish("pub", FILES)
    written(databank, f"process.dir={programs}\n" + STEPS, home / "recipes")
    report = update_bank(container, "genes")
    assert (report.state, report.release, report.published) == (UpdateState.UPDATED, "12.3", False)
    assert flat(home, "12.3") == {"db_12.fa": b">a\nACGT\n"}  # README is not among local.files
    release = home / "banks" / "genes" / "genes_12.3"
    assert (release / "fasta" / "all.fa").read_bytes() == b">a\nACGT\n"
    found = dict(line.split("=", 1) for line in (release / "env").read_text().splitlines())
    expected = {
        "dbname": "genes",
        "datadir": str(home / "banks"),
        "dirversion": "genes",
        "localrelease": "genes_12.3",
        "remoterelease": "12.3",
        "processdir": str(programs),
        "target": "all.fa",
        "PP_WARNING": "#",
    }
    assert {key: found.get(key) for key in expected} == expected
    assert found["PATH"].endswith(f":{programs}")
    assert not (home / "banks" / "genes" / FUTURE).is_symlink()
    assert update_bank(container, "genes").state is UpdateState.UP_TO_DATE


def test_without_release_control_the_same_release_is_not_looked_at_again(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", FILES)
    named = "release.file=relnotes.txt\nrelease.regexp=release ([\\d.]+)\n"
    written(databank, named, home / "recipes")
    update_bank(container, "genes")
    databank.publish("pub", {"README": b"changed\n"}, day=3)
    assert update_bank(container, "genes").state is UpdateState.UP_TO_DATE
    written(databank, named + "release.control=true\n", home / "recipes")
    report = update_bank(container, "genes")
    assert (report.release, report.fetched, report.reused) == ("12.3__1", 1, 1)


def test_what_was_selected_before_is_reused_and_what_was_left_out_stays_out(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", FILES)
    written(databank, "local.files=.*fa$\nauto_publish=1\n", home / "recipes")
    assert update_bank(container, "genes").release == "2024-1-15"  # as BioMAJ writes a date
    databank.take_sent()
    databank.publish("pub", {"db_13.fa.gz": gzip.compress(b">b\nA\n")}, day=20)
    report = update_bank(container, "genes")
    assert (report.release, report.reused, report.published) == ("2024-2-4", 2, True)
    assert databank.take_sent() == ["db_13.fa.gz"]
    assert sorted(flat(home, "2024-2-4")) == ["db_12.fa", "db_13.fa"]


def test_a_selection_that_keeps_nothing_fails_the_update(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", FILES)
    written(databank, "local.files=nothing\n", home / "recipes")
    with pytest.raises(UpdateFailed, match="none of 2 files is kept by step 'select'"):
        update_bank(container, "genes")
    assert (home / "banks" / "genes" / FUTURE).is_symlink()  # the release is still to be made
    written(databank, "local.files=README\n", home / "recipes")
    assert update_bank(container, "genes").state is UpdateState.UPDATED


def test_the_release_stands_in_the_folder_and_groups_name_the_files(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub/v12.3/dna", {"x.fa": b">x\n", "y.fa": b">y\n"})
    databank.publish("pub", {"relnotes.txt": FILES["relnotes.txt"]})
    said = (
        "remote.dir=/pub/v%(remoterelease)s/\nremote.files=dna/(.*\\.fa)\n"
        "release.remote.dir=/pub/\nrelease.file=relnotes.txt\nrelease.regexp=release ([\\d.]+)\n"
    )
    written(databank, said, home / "recipes")
    update_bank(container, "genes")
    assert flat(home, "12.3") == {"x.fa": b">x\n", "y.fa": b">y\n"}


def test_commands_before_an_update_and_before_a_removal_are_done(
    databank: Databank,
    container: QuickContainer,
    home: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = tmp_path / "log"
    said = (
        "release.control=true\nkeep.old.version=0\ndb.pre.process=PRE\nPRE=p\np.name=p\np.exe=echo\n"
        f"p.args=before $localrelease >> {log}\n"
        "db.remove.process=RM\nRM=r\nr.name=r\nr.exe=echo\n"
        f"r.args=removing $removedrelease >> {log}; ! test -e {tmp_path}/stop\n"
    )
    written(databank, said, home / "recipes")
    for day in (0, 1):
        databank.publish("pub", {"README": b"%d" % day}, day=day)
        update_bank(container, "genes")
    lines = ["before genes_None"] * 2 + ["removing 2024-1-15"]
    assert log.read_text().splitlines() == lines
    assert not (home / "banks" / "genes" / "genes_2024-1-15").exists()
    (tmp_path / "stop").touch()
    databank.publish("pub", {"README": b"2"}, day=2)
    with caplog.at_level(logging.WARNING):
        assert update_bank(container, "genes").removed == ()
    assert "genes:2024-1-16 stays for now" in caplog.text
    assert (home / "banks" / "genes" / "genes_2024-1-16").is_dir()


def test_a_command_that_fails_before_an_update_fails_it(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", FILES)
    said = "db.pre.process=PRE\nPRE=p\np.name=p\np.exe=false\np.args=\n"
    written(databank, said, home / "recipes")
    with pytest.raises(UpdateFailed, match="job PRE_p failed"):
        update_bank(container, "genes")
    assert databank.take_sent() == []


def test_a_site_of_biomaj_is_read_where_it_is(
    databank: Databank, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "biomaj"
    written(databank, "", site / "conf")
    config = site / "global.properties"
    config.write_text(f"[GENERAL]\nconf.dir={site}/conf\nauto_publish=1\n")
    monkeypatch.setenv("HOLDFAST_BIOMAJ_CONFIG", str(config))
    monkeypatch.setenv("BIOMAJ_KEEP_OLD_VERSION", "4")
    databank.publish("pub", FILES)
    with QuickContainer(Settings.read()) as container:
        assert container.catalogue.banks() == ("genes",)
        assert container.catalogue.recipe("genes").keep == 4
        assert update_bank(container, "genes").published
        (home / "recipes").mkdir()
        toml = home / "recipes" / "genes.toml"
        toml.write_text(f'name = "genes"\nkeep = 9\n[remote]\nurl = "{databank.url}"\n')
        assert container.catalogue.recipe("genes").keep == 9  # ours goes before the site's
        config.unlink()
        with pytest.raises(SettingsError, match="biomaj_config"):
            container.catalogue.banks()


def test_a_bank_that_depends_on_one_that_there_is_not_is_refused(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    written(databank, "depends=other\n", home / "recipes")
    with pytest.raises(BankNotFound, match="genes is made from other: there is no bank"):
        update_bank(container, "genes")
    assert databank.take_sent() == []


def test_two_files_that_groups_call_the_same_are_told(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", {"a/x.fa": b"1", "b/x.fa": b"2"})
    written(databank, "remote.files=[ab]/(x.fa)\n", home / "recipes")
    with pytest.raises(ListingFailed, match=r"are both called x\.fa by the groups"):
        update_bank(container, "genes")


def test_the_date_of_a_release_is_the_files_own(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", FILES)
    written(databank, "release.format=%%Y_%%m\n", home / "recipes")
    expected = f"{datetime(2024, 1, 15, tzinfo=UTC):%Y_%m}"
    assert preview_update(container, "genes").release == expected


def test_one_file_behind_a_url_is_a_bank(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", FILES)
    direct = "protocol=directhttp\nremote.dir=/pub/db_12.fa.gz\ntarget.name=genes.fa.gz\n"
    written(databank, direct, home / "recipes")
    assert update_bank(container, "genes").release == "2024-1-15"
    assert flat(home, "2024-1-15") == {"genes.fa": b">a\nACGT\n"}
    named = "release.file=relnotes.txt\nrelease.regexp=release ([\\d.]+)\n"
    written(databank, direct + named + "release.remote.dir=/pub/relnotes.txt\n", home / "recipes")
    assert update_bank(container, "genes").release == "12.3"


def test_a_page_is_read_by_the_expressions_of_the_bank(
    databank: Databank, container: QuickContainer, home: Path
) -> None:
    databank.publish("pub", FILES)
    said = 'http.parse.file.line=<a href="(db_[^"]+)"\nhttp.group.file.date=-1\n'
    written(databank, said + "remote.files=.*\n", home / "recipes")
    update_bank(container, "genes")
    assert sorted(flat(home, "2024-1-15")) == ["db_12.fa"]  # README is on no line that is meant


def test_a_schedule_of_all_banks_has_property_files_too(
    databank: Databank, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(databank, "", home / "recipes")
    (home / "holdfast.toml").write_text('[schedules.nightly]\ncron = "@daily"\nbank = "*"\n')
    almanac = Almanac(Settings.read())
    chores = almanac.read()
    assert chores.by_name["nightly"].banks == ("genes",)
    assert chores.problems == ()
    monkeypatch.setenv("HOLDFAST_BIOMAJ_CONFIG", "/nowhere/global.properties")
    lost = Almanac(Settings.read()).read()
    assert "/nowhere/global.properties" in lost.problems[0]  # told, and the worker goes on
