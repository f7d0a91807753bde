"""Where banks are: in the home folder, or where their recipes say."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from holdfast.banks.catalogue import Catalogue
from holdfast.banks.properties.meaning import Site, read_properties
from holdfast.banks.recipes.place import Place
from holdfast.errors import BankError, RecipeError
from holdfast.settings import Settings

GLOBAL = "[GENERAL]\nconf.dir=conf\ndata.dir=/db\n"
BANK = """[GENERAL]
protocol=local
server=
remote.dir=/pub/
remote.files=.*
local.files=.*
"""


@pytest.mark.parametrize(
    ("folder", "known_as"),
    [
        ("/db/alu", "/db/alu"),
        ("/db/alu/", "/db/alu"),
        ("//db/./alu", "/db/alu"),
        ("", ""),
    ],
)
def test_a_folder_is_written_in_one_way(folder: str, known_as: str) -> None:
    assert Place(folder=folder).folder == known_as


@pytest.mark.parametrize("folder", ["db/alu", "/db/../etc", "/", "//", "~/db", "/a\nb", "/a\x00b"])
def test_a_folder_that_is_none_of_the_banks_own_is_refused(folder: str) -> None:
    with pytest.raises(ValidationError, match="folder"):
        Place(folder=folder)


@pytest.mark.parametrize("separator", ["", "/", "a/b", "..\n", " ", "*", "x" * 21])
def test_a_separator_that_could_not_stand_in_a_name_is_refused(separator: str) -> None:
    with pytest.raises(ValidationError, match="separator"):
        Place(separator=separator)


@pytest.mark.parametrize(
    "place", [{"root": "/db"}, {"folder": "/db", "root": "/db"}, {"folder": "/db", "root": "/d"}]
)
def test_a_root_is_above_the_folder(place: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="no folder above"):
        Place.model_validate(place)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of BioMAJ with one bank; the path of its configuration."""
    (tmp_path / "site" / "conf").mkdir(parents=True)
    config = tmp_path / "site" / "global.properties"
    config.write_text(GLOBAL)
    said = "dir.version=ncbi/alu\nrelease.separator=-\n"
    (tmp_path / "site" / "conf" / "alu.properties").write_text(BANK + said)
    return config


def catalogue(tmp_path: Path, config: Path | None = None) -> Catalogue:
    settings = Settings(home=tmp_path / "home", biomaj_config=config)
    settings.recipes.mkdir(parents=True, exist_ok=True)
    return Catalogue.of_settings(settings)


def test_a_bank_of_the_site_that_the_settings_name_is_where_the_site_has_it(
    tmp_path: Path, site: Path
) -> None:
    of_site = catalogue(tmp_path, site)
    place = of_site.recipe("alu").place
    assert place == Place(folder="/db/ncbi/alu", separator="-", root="/db")
    folder = of_site.folder("alu")
    assert (folder.folder, folder.bank, folder.separator) == (Path("/db/ncbi/alu"), "alu", "-")
    # Also when a copy among our recipes stands for the site's own file.
    (tmp_path / "home" / "recipes" / "alu.properties").write_text(BANK + "dir.version=alu2\n")
    assert of_site.folder("alu").folder == Path("/db/alu2")


def test_where_a_bank_is_does_not_hang_on_the_rest_of_its_file(tmp_path: Path, site: Path) -> None:
    file = site.parent / "conf" / "alu.properties"
    file.write_text(file.read_text() + "release.file=no group\nprotocol=of none\n")
    of_site = catalogue(tmp_path, site)
    with pytest.raises(RecipeError):
        of_site.recipe("alu")
    assert of_site.folder("alu").folder == Path("/db/ncbi/alu")


def test_a_property_file_read_outside_its_site_is_kept_in_the_home_folder(
    tmp_path: Path, site: Path
) -> None:
    (tmp_path / "home" / "recipes").mkdir(parents=True)
    text = (site.parent / "conf" / "alu.properties").read_text()
    (tmp_path / "home" / "recipes" / "alu.properties").write_text(text)
    alone = catalogue(tmp_path)
    assert alone.recipe("alu").place == Place()
    assert alone.folder("alu").folder == tmp_path / "home" / "banks" / "alu"
    found = alone.meaning("alu")
    assert found is not None
    told = [problem for problem in found.problems if problem.key == "release.separator"]
    assert [problem.severity.value for problem in told] == ["remark"]
    assert "biomaj_config" in told[0].sentence


@pytest.mark.parametrize(
    ("said", "missing"), [("", "dir.version"), ("dir.version=a\ndata.dir=\n", "data.dir")]
)
def test_a_site_that_does_not_say_where_a_bank_is_leaves_it_in_the_home_folder(
    tmp_path: Path, site: Path, said: str, missing: str
) -> None:
    file = site.parent / "conf" / "alu.properties"
    file.write_text(BANK + said)
    found = read_properties(file, Site(site, holds=True))
    assert found.recipe is not None
    assert found.recipe.place == Place()
    assert [each.key for each in found.problems if "is missing" in each.sentence] == [missing]


def test_a_folder_that_climbs_out_of_the_site_is_an_error(tmp_path: Path, site: Path) -> None:
    file = site.parent / "conf" / "alu.properties"
    file.write_text(BANK + "dir.version=../etc\n")
    of_site = catalogue(tmp_path, site)
    with pytest.raises(RecipeError, match=r"dir\.version: '/db/\.\./etc' is not the whole path"):
        of_site.recipe("alu")
    with pytest.raises(BankError, match=r"where alu is kept cannot be told: .* the whole path"):
        of_site.folder("alu")


def test_a_toml_recipe_says_its_place_even_where_the_rest_is_wrong(tmp_path: Path) -> None:
    ours = catalogue(tmp_path)
    file = tmp_path / "home" / "recipes" / "x.toml"
    file.write_text('name = 3\n[place]\nfolder = "/db/x"\n')
    assert ours.folder("x").folder == Path("/db/x")
    file.write_text('[place]\nfolder = "db/x"\n')
    with pytest.raises(BankError, match="place: 'db/x' is not the whole path"):
        ours.folder("x")
    file.write_text("no TOML")
    with pytest.raises(BankError, match="cannot be read"):
        ours.folder("x")
    (tmp_path / "home" / "banks" / "x").mkdir(parents=True)
    assert ours.folder("x").folder == tmp_path / "home" / "banks" / "x"
