"""A site of BioMAJ is imported where it is, and goes on here."""

import gzip
import json
import os
import shutil
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, contents
from app.biomaj_site import FASTA, SESSIONS, BiomajSite, made_up
from dying import Dead, dying_at
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.banks.updating.update import update_bank
from holdfast.app.container import Container
from holdfast.app.importing.site import Imported, import_site
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.register import Register
from holdfast.banks.releases.marks import read_marks
from holdfast.banks.releases.metadata import read_made
from holdfast.banks.releases.release import Release, is_complete, read_release
from holdfast.errors import BankError, FormatError, UsageError
from holdfast.settings import FILE, Settings


@pytest.fixture
def site(tmp_path: Path, databank: Databank) -> BiomajSite:
    """The made-up site; its remote is on loopback."""
    return made_up(tmp_path / "site", databank.url.removeprefix("http://").rstrip("/"))


def imported(container: QuickContainer, site: BiomajSite, **said: bool) -> Imported:
    return import_site(container, site.config, site.dump, **said)


def again(container: QuickContainer) -> QuickContainer:
    """A container of the same home, with the settings as they are now."""
    container.close()
    return QuickContainer(Settings.read())


def facts(folder: Path) -> dict[str, tuple[object, ...]]:
    """What would show that a file was moved or changed: all but its contents."""
    return {
        str(path.relative_to(folder)): (stat.st_ino, stat.st_mtime_ns, stat.st_mode, stat.st_size)
        for path in sorted(folder.rglob("*"))
        if not path.is_dir()
        for stat in [path.lstat()]
    }


def test_releases_are_adopted_where_they_are_and_no_file_is_touched(
    container: QuickContainer, site: BiomajSite
) -> None:
    before = facts(site.root)
    done = imported(container, site)
    assert done.problems == ()
    after = facts(site.root)
    assert {name: after[name] for name in before} == before
    added = sorted({name.rsplit("/", 1)[-1] for name in after.keys() - before.keys()})
    assert added == ["files.json", "lock", "made.json", "marks.json", "release.json"]
    with again(container) as ours:
        assert ours.settings.biomaj_config == site.config
        assert ours.catalogue.banks() == ("alu", "empty", "genes", "sums")
        names = [each.name for each in ours.catalogue.folder("alu").releases()]
        assert names == ["2024-3-7", "2024-3-7__1", "2024-4-1"]
        alu = ours.catalogue.folder("alu").release("current")
        assert (alu.name, alu.folder.name, alu.remote_release) == (
            "2024-4-1",
            "alu_2024-4-1",
            "2024-4-1",
        )
        assert alu.created.timestamp() == int(SESSIONS["alu_2024-4-1"])
        assert (alu.files, alu.size, alu.steps) == (2, 14, ("M_index",))
        twin = ours.catalogue.folder("alu").release("2024-3-7__1")
        assert twin.remote_release == "2024-3-7"
        genes = ours.catalogue.folder("genes").releases()
        assert [(each.name, each.folder.name) for each in genes] == [
            ("11", "genes-11"),
            ("12", "genes-12"),
        ]
        assert ours.catalogue.folder("genes").current() is None
        assert [each.name for each in ours.catalogue.folder("sums").releases()] == ["2024-4-1"]
        assert ours.catalogue.file("alu:current:sub/b.fa").read_bytes() == FASTA["flat/sub/b.fa"]
        for each in check_banks(ours, deep=True):
            assert each.problems == (), each.bank


def test_what_people_decided_and_what_steps_made_comes_along(
    container: QuickContainer, site: BiomajSite
) -> None:
    file = site.root / "conf/alu.properties"
    file.write_text(file.read_text() + "visibility.default=private\n")  # which nobody overrides
    imported(container, site)
    alu, genes = read_marks(site.data / "ncbi/alu"), read_marks(site.data / "genes")
    assert (alu.frozen, alu.owner, alu.visibility) == (frozenset({"2024-3-7"}), "ann", None)
    assert (genes.frozen, genes.owner, genes.visibility) == (
        frozenset(),
        "bob",
        Visibility.PRIVATE,
    )
    (made,) = read_made(site.data / "ncbi/alu/alu_2024-4-1")
    assert (made.format, made.types, made.tags, made.files, made.step) == (
        "blast",
        ("nucleic",),
        {"organism": "x"},
        ("blast/db",),
        "M_index",
    )


def test_the_past_is_in_the_register_once_with_its_times(
    container: QuickContainer, site: BiomajSite
) -> None:
    done = imported(container, site)
    past = [
        each
        for each in Register(container.ledger).events("alu")
        if each.detail.startswith("by BioMAJ")
    ]
    assert [(each.release, each.outcome, each.when.date().isoformat()) for each in past] == [
        ("2024-4-1", "done", "2024-04-02"),  # a session and a record of one run
        ("2024-3-7__1", "done", "2024-03-09"),
        ("2024-3-7", "done", "2024-03-08"),
    ]
    failed = Register(container.ledger).events("genes")
    assert ("failed", "by BioMAJ; it failed") in [(each.outcome, each.detail) for each in failed]
    assert done.events == 7


def test_what_is_left_as_it_is_has_its_reason(container: QuickContainer, site: BiomajSite) -> None:
    shutil.rmtree(site.data / "ncbi/alu/alu_2024-3-7")
    site.release("ncbi/alu", "alu_2020-1-1", FASTA)
    banks = {each.bank: each for each in imported(container, site).banks}
    alu, genes = " ".join(banks["alu"].remarks), " ".join(banks["genes"].remarks)
    assert f"the database knows 2024-3-7, which is not on the disk (it was in {site.data}" in alu
    assert "alu_2020-1-1 is left as it is: BioMAJ's database does not know it as finished" in alu
    assert "genes-13 is left as it is: BioMAJ had begun it and did not finish it" in genes
    assert banks["empty"].remarks == ("it has no folder yet",)
    assert imported(container, site).remarks == (
        "the database knows a bank gone, of which there is no property file",
    )


def test_a_dry_run_says_the_same_and_writes_nothing(
    container: QuickContainer, site: BiomajSite, home: Path
) -> None:
    container.close()
    before = contents(site.root), sorted(home.rglob("*"))
    would = imported(container, site, dry_run=True)
    assert (contents(site.root), sorted(home.rglob("*"))) == before
    done = imported(container, site)
    assert (would.dry_run, would.setting, would.events) == (True, True, done.events)
    for planned, real in zip(would.banks, done.banks, strict=True):
        assert planned.releases == real.releases


def test_asked_again_nothing_changes_and_nothing_is_undone(
    container: QuickContainer, site: BiomajSite
) -> None:
    imported(container, site)
    with again(container) as ours:
        folder = ours.catalogue.folder("alu")
        folder.mark(folder.marks.thawing(["2024-3-7"]))  # a person changed their mind
        before = facts(site.root), (ours.settings.home / FILE).read_bytes()
        done = import_site(ours, None, site.dump)
        assert (facts(site.root), (ours.settings.home / FILE).read_bytes()) == before
        assert (done.events, done.setting, [each.adopted for each in done.banks]) == (
            0,
            False,
            [0, 0, 0, 0],
        )
        assert folder.marks.frozen == frozenset()


def test_without_a_database_the_disk_says_what_there_is(
    container: QuickContainer, site: BiomajSite
) -> None:
    (site.data / "genes/future_release").symlink_to("genes-13")
    (site.data / "genes/genes-14/flat").mkdir(parents=True)
    site.release("genes", "genes_10", {"flat/x.fa": b"old"})  # by the separator of an older time
    os.utime(site.data / "genes/genes_10/flat", (1, 1))
    done = import_site(container, site.config, banks=["genes", "alu"])
    genes = done.banks[1]
    assert genes.releases[0].release == "10"  # the oldest
    assert sorted(each.release for each in genes.releases) == ["10", "11", "12"]
    told = " ".join(genes.remarks)
    assert "genes-13 is left as it is: BioMAJ was making it" in told
    assert "genes-14 is left as it is: it has no files in flat" in told
    assert [each.bank for each in done.banks] == ["alu", "genes"]


def test_an_export_of_the_database_serves_as_its_dump_does(
    container: QuickContainer, site: BiomajSite
) -> None:
    would = imported(container, site, dry_run=True)
    banks = [{**bank, "_id": {"$oid": "5f"}} for bank in site.banks.values()]
    export = site.root / "banks.json.gz"
    export.write_bytes(gzip.compress("\n".join(map(json.dumps, banks)).encode(), mtime=0))
    again = import_site(container, site.config, export, dry_run=True)
    assert again.banks == would.banks


def test_a_bank_whose_file_cannot_be_used_is_adopted_all_the_same(
    container: QuickContainer, site: BiomajSite
) -> None:
    site.property_file("alu", "dir.version=ncbi/alu\nprotocol=of none\n")
    alu, *_ = imported(container, site).banks
    assert ("of none" in alu.recipe, alu.adopted, alu.problem) == (True, 3, "")


def test_a_bank_that_biomaj_is_updating_waits_and_the_others_do_not(
    container: QuickContainer, site: BiomajSite
) -> None:
    lock = site.root / "alu.lock"
    lock.write_text("1")
    site.config.write_text(site.config.read_text() + f"lock.dir={site.root}\n")
    done = imported(container, site)
    assert [(each.bank, each.adopted) for each in done.banks] == [
        ("alu", 0),
        ("empty", 0),
        ("genes", 2),
        ("sums", 1),
    ]
    assert len(done.problems) == 1
    assert f"alu: BioMAJ is updating alu, says {lock}; try again" in done.problems[0]


def test_two_banks_in_one_folder_are_told(container: QuickContainer, site: BiomajSite) -> None:
    site.property_file("sums", "dir.version=genes\nprotocol=none\n")
    banks = {each.bank: each for each in imported(container, site, dry_run=True).banks}
    assert "it has one folder with sums; give each bank" in banks["genes"].remarks[0]
    imported(container, site)
    site.property_file("alu", "dir.version=../alu\n")  # another one's fault stops no check
    with again(container) as ours:
        found = {each.bank: each.problems for each in check_banks(ours)}
    assert any("genes and sums have one folder" in each for each in found["genes"])
    assert any("is not the whole path" in each for each in found["alu"])


def test_what_is_asked_wrongly_is_one_sentence(
    container: QuickContainer, site: BiomajSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"there is no global\.properties here; say where"):
        import_site(container)
    with pytest.raises(UsageError, match="there is no file"):
        import_site(container, tmp_path / "none")
    with pytest.raises(UsageError, match="has no bank 'allu'; did you mean alu"):
        import_site(container, site.config, banks=["allu"])
    with pytest.raises(UsageError, match=r"has no banks\.bson or banks\.json"):
        import_site(container, site.config, site.data)
    (site.dump / "biomaj" / "banks.bson").write_bytes(b"\x05")
    with pytest.raises(FormatError, match=r"banks\.bson: document 1 .* cut off in a length"):
        import_site(container, site.config, site.dump)
    assert not (container.settings.home / FILE).exists()
    monkeypatch.setenv("BIOMAJ_CONF", str(site.config))
    assert len(import_site(container, dry_run=True).banks) == 4
    import_site(container, banks=["empty"])
    other = made_up(tmp_path / "other")
    with again(container) as ours, pytest.raises(UsageError, match="names another site"):
        import_site(ours, other.config)


# -- killed ----------------------------------------------------------------------------------------


def test_an_import_that_dies_after_any_change_of_a_name_is_finished_by_the_same_command(
    container: QuickContainer, site: BiomajSite, tmp_path: Path
) -> None:
    _ = container.ledger  # it is there before
    shutil.copytree(site.data, tmp_path / "before", symlinks=True)
    deaths = 0
    while _dies(container, site, deaths + 1):
        deaths += 1
        for release in site.data.glob("ncbi/alu/*/release.json"):
            assert Release.entries(read_release(release.parent))  # whole, or not there
        frozen = site.data / "ncbi/alu/alu_2024-3-7"
        assert not is_complete(frozen) or "2024-3-7" in read_marks(frozen.parent).frozen
        assert import_site(container, site.config, site.dump, ["alu"]).problems == ()
        with Container(Settings.read()) as ours:
            names = [each.name for each in ours.catalogue.folder("alu").releases()]
            assert names == ["2024-3-7", "2024-3-7__1", "2024-4-1"]
        left = {path.name for path in site.data.rglob(".*")}
        assert left == set(), f"after death {deaths}"
        shutil.rmtree(site.data)
        shutil.copytree(tmp_path / "before", site.data, symlinks=True)
        (container.settings.home / FILE).unlink()
    assert deaths > 10


def _dies(container: QuickContainer, site: BiomajSite, count: int) -> bool:
    """Whether an import dies when it may change no name from the `count`-th on."""
    with dying_at(count, names=("rename", "unlink", "mkdir", "rmdir")):
        try:
            import_site(container, site.config, site.dump, ["alu"])
        except Dead:
            return True
    return False


# -- going on --------------------------------------------------------------------------------------


STEPS = """
BLOCKS=B
B.db.post.process=M
M=tell
tell.name=tell
tell.exe=/usr/bin/env
tell.args=> $datadir/$dirversion/future_release/env
"""


def publish_alu(databank: Databank, changed: bytes | None = None) -> None:
    """Have the remote say what it said when BioMAJ made the newest release, or more."""
    for name, content in FASTA.items():
        path = databank.folder / "pub" / name.removeprefix("flat/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (1_711_972_800,) * 2)  # 2024-04-01 12:00
    if changed is not None:
        (databank.folder / "pub" / "a.fa").write_bytes(changed)
        os.utime(databank.folder / "pub" / "a.fa", (1_715_000_000,) * 2)  # 2024-05-06


def test_an_adopted_bank_is_up_to_date_while_its_remote_says_the_same(
    container: QuickContainer, site: BiomajSite, databank: Databank
) -> None:
    imported(container, site)
    publish_alu(databank)
    for control in ("", "release.control=true\n"):
        file = site.root / "conf/alu.properties"
        file.write_text(file.read_text() + control)
        with again(container) as ours:
            assert update_bank(ours, "alu").state is UpdateState.UP_TO_DATE
            assert databank.take_sent() == []


def test_the_next_release_takes_what_did_not_change_from_the_adopted_one(
    container: QuickContainer, site: BiomajSite, databank: Databank
) -> None:
    file = site.root / "conf/alu.properties"
    file.write_text(file.read_text() + STEPS)
    imported(container, site)
    publish_alu(databank, changed=b">a\nACGTACGT\n")
    with again(container) as ours:
        report = update_bank(ours, "alu")
        assert (report.release, report.fetched, report.reused) == ("2024-5-6", 1, 1)
        assert databank.take_sent() == ["a.fa"]
        place = site.data / "ncbi/alu"
        new, old = place / "alu_2024-5-6/flat", place / "alu_2024-4-1/flat"
        assert (new / "a.fa").read_bytes() == b">a\nACGTACGT\n"
        found = dict(each.split("=", 1) for each in (new.parent / "env").read_text().splitlines())
        assert [found[key] for key in ("datadir", "dirversion", "localrelease")] == [
            str(site.data),
            "ncbi/alu",
            "alu_2024-5-6",
        ]
        assert (new / "sub/b.fa").samefile(old / "sub/b.fa")
        assert (place / "current").readlink() == Path("alu_2024-5-6")
        # BioMAJ keeps one old release, and the one that was frozen.
        assert sorted(each.name for each in place.glob("alu_*")) == [
            "alu_2024-3-7",
            "alu_2024-4-1",
            "alu_2024-5-6",
        ]
        assert check_banks(ours, ["alu"], deep=True)[0].problems == ()


def test_a_bank_made_from_another_follows_it_after_the_import_as_before(
    container: QuickContainer, site: BiomajSite, databank: Databank
) -> None:
    imported(container, site)
    publish_alu(databank)
    with again(container) as ours:
        assert ours.catalogue.folder("sums").release("2024-4-1").depends == (("alu", "2024-4-1"),)
        assert update_bank(ours, "sums").state is UpdateState.UP_TO_DATE
        publish_alu(databank, changed=b">a\nACGTACGT\n")
        assert update_bank(ours, "sums").release == "2024-5-6"
        made = site.data / "sums/sums_2024-5-6/alu/flat/a.fa"
        assert made.samefile(site.data / "ncbi/alu/alu_2024-5-6/flat/a.fa")


def test_of_unpacked_archives_those_with_one_file_are_known_again(
    container: QuickContainer, site: BiomajSite, databank: Databank
) -> None:
    imported(container, site)
    folder = databank.folder / "genes"
    folder.mkdir()
    # The sizes and days that BioMAJ had listed; what is in a file is not looked at.
    for name, content, time in (
        ("x.fa.gz", b"." * 27, 1_703_419_200),
        ("t.tar.gz", tarred(), 1_703_419_200),
        ("README", b"...", 1_672_567_200),
    ):
        (folder / name).write_bytes(content)
        os.utime(folder / name, (time, time))
    (folder / "relnotes.txt").write_text("release 13\n")
    with again(container) as ours:
        report = update_bank(ours, "genes")
    assert (report.release, report.fetched, report.reused) == ("13__1", 1, 2)
    assert databank.take_sent() == ["relnotes.txt", "t.tar.gz"]
    made, old = site.data / "genes/genes-13__1/flat", site.data / "genes/genes-12/flat"
    assert (made / "x.fa").samefile(old / "x.fa")
    assert (made / "t.fa").read_bytes() == b">t\nTT\n"
    assert not (made / "README").exists()  # as local.files says
    assert (site.data / "genes/genes-13/flat/x.fa").exists()  # BioMAJ's own is left alone


def tarred() -> bytes:
    """An archive with the file ``t.fa``."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("t.fa")
        member.size = 6
        archive.addfile(member, BytesIO(b">t\nTT\n"))
    return gzip.compress(packed.getvalue(), mtime=0)


def test_a_site_that_is_only_named_is_not_fetched_all_over_again(
    container: QuickContainer, site: BiomajSite, databank: Databank, home: Path
) -> None:
    publish_alu(databank)
    (home / FILE).write_text(f'biomaj_config = "{site.config}"\n')
    before = contents(site.data)
    with again(container) as ours:
        told = check_banks(ours, ["alu"])[0].remarks
        assert sum("adopt what BioMAJ made with" in each for each in told) == 3
        with pytest.raises(BankError, match="holdfast import biomaj --bank alu"):
            update_bank(ours, "alu")
    assert (databank.take_sent(), contents(site.data)) == ([], before)
