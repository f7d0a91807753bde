"""Many banks asked, updated and removed at once, as errands do it."""

from pathlib import Path

from holdfast.app.banks.updating.remotes import check_remotes
from holdfast.app.container import Container
from holdfast.app.errands import CheckRemotes, RemoveBank, UpdateBanks
from holdfast.app.errands.carrying import carry_out
from holdfast.base.progress import Progress, ignore


def test_several_banks_are_asked_updated_and_removed_and_one_that_fails_stops_no_other(
    container: Container, tmp_path: Path
) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    (origin / "a.txt").write_text("a")
    for bank, folder in (("here", origin), ("gone", tmp_path / "nowhere")):
        file = container.settings.recipes / f"{bank}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'name = "{bank}"\n[remote]\nurl = "file://{folder}/"\n')
    told: list[Progress] = []
    gone, here = check_remotes(container, ["gone", "here"], told.append)
    assert (here.is_new, here.fetch, here.fetch_bytes) == (True, 1, 1)
    assert "nowhere" in (gone.problem or "")
    assert (told[-1].done, told[-1].total) == (2, 2)
    report = carry_out(container, UpdateBanks(("gone", "here")), ignore)
    assert report["failed"] == 1
    assert [each["state"] for each in report["banks"]] == ["failed", "updated"]
    asked = carry_out(container, CheckRemotes(("here",)), ignore)
    assert asked["banks"][0]["is_new"] is False
    removal = carry_out(container, RemoveBank("here", with_recipe=True), ignore)
    assert len(removal["releases"]) == 1
    assert container.catalogue.banks() == ("gone",)
