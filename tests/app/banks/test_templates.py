"""A template, ours or somebody's, becomes a bank; what is hostile about it is refused or told."""

import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.banks import gathering
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.gathering import is_repository, recipe_files
from holdfast.app.banks.templates import (
    import_templates,
    list_templates,
    renamed,
    show_template,
)
from holdfast.app.container import Container
from holdfast.banks.recipes.steps import NAME
from holdfast.banks.templates import names, template
from holdfast.errors import FetchFailed, FormatError, RecipeError, UsageError
from holdfast.settings import Settings

RECIPE = """\
# Mice.
#
# Size: 3 GB.

name = 'mice'  # of the house
description = "Mice"

[remote]
url = "https://example.org/mice/"

[[steps]]
name = "count"
command = ["sh", "{recipes}/count.sh"]
"""
PROPERTIES = """[GENERAL]
db.fullname=Old mice
protocol=ftp
server=ftp.example.org
remote.dir=/mice/
remote.files=.*
local.files=.*
offline.dir.name=o
dir.version=v
"""


@pytest.fixture
def here(home: Path) -> Iterator[Container]:
    """A container of an empty home."""
    with Container(Settings.read()) as container:
        yield container


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of somebody's recipes."""
    recipes = tmp_path / "recipes"
    (recipes / "old").mkdir(parents=True)
    (recipes / ".hidden").mkdir()
    (recipes / "mice.toml").write_text(RECIPE)
    (recipes / "rats.toml").write_text(RECIPE.replace("mice", "rats"))
    (recipes / "old" / "mice.toml").write_text("no recipe at all")
    (recipes / "old" / "alu.properties").write_text(PROPERTIES)
    (recipes / "global.properties").write_text("[GENERAL]\n")
    (recipes / ".hidden" / "secret.toml").write_text(RECIPE)
    (recipes / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (recipes / "passwd.toml").symlink_to("/etc/passwd")
    return recipes


def git(folder: Path, *words: str) -> None:
    person = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True)


def repository(folder: Path) -> Path:
    """`folder` as a bare repository beside it."""
    git(folder, "init", "-q")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "recipes")
    bare = folder.parent / "recipes.git"
    git(folder, "clone", "-q", "--bare", ".", str(bare))
    return bare


def test_every_template_of_ours_passes_the_strict_check(here: Container) -> None:
    for name in names():
        import_templates(here, name)
    checks = check_banks(here, strict=True)
    assert {check.bank for check in checks} == set(names())
    assert [problem for check in checks for problem in check.problems] == []


def test_templates_are_found_by_words(here: Container) -> None:
    every = list_templates(here)
    assert len(every) == len(names()) >= 15
    assert [line.name for line in list_templates(here, ("UniProt", "reviewed"))] == ["swissprot"]
    assert list_templates(here, ("nonsense",)) == ()
    (line,) = list_templates(here, ("reactome",))
    assert line.url.startswith("direct+https://reactome.org/")
    assert line.licence == "CC0"
    assert show_template(here, "pdb").text.startswith("# The Protein Data Bank")


def test_a_template_may_be_called_otherwise(here: Container) -> None:
    (taken,) = import_templates(here, "swissprot", called="sprot")
    assert (taken.bank, taken.commands, taken.folder) == ("sprot", (), "")
    text = taken.recipe.read_text()
    assert 'name = "sprot"' in text
    assert "# Licence: CC BY 4.0." in text
    assert here.catalogue.recipe("sprot").remote.url.endswith("/complete/")


def test_a_bank_that_is_there_is_not_overwritten(here: Container, folder: Path) -> None:
    import_templates(here, str(folder), ("rats",))
    with pytest.raises(UsageError, match="--replace"):
        import_templates(here, str(folder), ("mice", "rats"))
    assert here.catalogue.banks() == ("rats",)  # all of them, or none
    import_templates(here, str(folder), ("mice", "rats"), replace=True)
    assert here.catalogue.banks() == ("mice", "rats")


def test_a_folder_s_recipes_are_those_that_can_be_read(here: Container, folder: Path) -> None:
    lines = list_templates(here, source=str(folder))
    assert [line.name for line in lines] == ["alu", "mice", "rats"]
    assert lines[1].size == "3 GB"
    assert "name = 'mice'" in show_template(here, "mice", str(folder)).text


def test_what_somebody_s_recipe_runs_and_where_it_writes_is_told(
    here: Container, folder: Path
) -> None:
    file = folder / "mice.toml"
    file.write_text(RECIPE.replace("[remote]", '[place]\nfolder = "/srv/mice"\n\n[remote]'))
    (taken,) = import_templates(here, str(file))
    assert taken.commands == ("count: sh {recipes}/count.sh",)
    assert taken.folder == "/srv/mice"


def test_a_name_in_other_quotes_is_replaced_too(here: Container, folder: Path) -> None:
    (taken,) = import_templates(here, str(folder), ("mice",), called="house")
    assert 'name = "house"  # of the house' in taken.recipe.read_text()
    (folder / "mice.toml").write_text(RECIPE.replace("name = 'mice'", '"name" = "mice"'))
    (taken,) = import_templates(here, str(folder), ("mice",), called="field")
    assert here.catalogue.recipe("field").description == "Mice"


@given(called=st.from_regex(NAME.strip("^$"), fullmatch=True))
def test_a_recipe_can_have_any_name_a_bank_may_have(called: str) -> None:
    ours = template("pdb")
    found = renamed(ours, called)
    assert found.recipe.name == called
    assert found.recipe.model_copy(update={"name": "pdb"}) == ours.recipe
    assert found.text.splitlines()[1:8] == ours.text.splitlines()[1:8]


def test_a_property_file_becomes_toml(here: Container, folder: Path) -> None:
    (taken,) = import_templates(here, str(folder), ("alu",))
    assert taken.recipe.suffix == ".toml"
    assert here.catalogue.recipe("alu").description == "Old mice"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "say which"),
        (("mise",), "did you mean mice"),
        (("passwd",), "no recipe 'passwd'"),
        (("secret",), "no recipe 'secret'"),
    ],
)
def test_which_recipe_is_meant_must_be_plain(
    words: tuple[str, ...], problem: str, here: Container, folder: Path
) -> None:
    with pytest.raises(UsageError, match=problem):
        import_templates(here, str(folder), words)


@pytest.mark.parametrize("called", ["../up", "a/b", "", ".hidden", "x\ny"])
def test_a_bank_cannot_be_called_out_of_its_folder(called: str, here: Container) -> None:
    if called:
        with pytest.raises(RecipeError):
            import_templates(here, "swissprot", called=called)
    assert not (here.settings.recipes / called).is_file()
    assert here.catalogue.banks() == ()


def test_a_recipe_that_cannot_be_read_is_told(here: Container, folder: Path) -> None:
    with pytest.raises(RecipeError, match="pyproject"):
        import_templates(here, str(folder), ("pyproject",))
    (folder / "mice.toml").write_bytes(b"\xff")
    with pytest.raises(FormatError, match="UTF-8"):
        import_templates(here, str(folder), ("mice",))
    (folder / "mice.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(FormatError, match="more than"):
        import_templates(here, str(folder), ("mice",))


def test_a_folder_with_too_much_in_it_is_not_walked_through(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "FILES_LIMIT", 5)
    with pytest.raises(FormatError, match="more than 5"):
        recipe_files(folder)


# -- git -------------------------------------------------------------------------------------------


@pytest.mark.service("git")
@pytest.mark.parametrize("written", ["{}", "file://{}"])
def test_a_repository_is_cloned_and_its_recipes_taken(
    written: str, here: Container, folder: Path
) -> None:
    source = written.format(repository(folder))
    assert [line.name for line in list_templates(here, source=source)] == ["alu", "mice", "rats"]
    (taken,) = import_templates(here, source, ("mice",))
    assert taken.bank == "mice"
    assert "passwd" not in recipe_files(folder)  # a link in a repository is no file


@pytest.mark.service("git")
def test_git_says_why_a_repository_cannot_be_had(here: Container, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="git says"):
        import_templates(here, f"file://{tmp_path}/nothing.git")


@pytest.mark.service("git")
def test_a_repository_s_hooks_do_not_run(here: Container, folder: Path, tmp_path: Path) -> None:
    template = tmp_path / "template"
    (template / "hooks").mkdir(parents=True)
    hook = template / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    bare = repository(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_TEMPLATE_DIR", str(template))
        list_templates(here, source=str(bare))
    assert not (tmp_path / "ran").exists()


@pytest.mark.service("git")
def test_a_repository_that_does_not_answer_is_given_up(
    here: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "GIT_TIME", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(FetchFailed, match="took more than"),
    ):
        import_templates(here, f"git://127.0.0.1:{silent.getsockname()[1]}/x")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("git+ext::sh -c 'touch x'", "only asked by"),
        ("git+ftp://example.org/x", "only asked by"),
        ("--upload-pack=touch", "no template"),
        ("https://me:geheim@example.org/page", "no template"),
        ("nonsense", "no template"),
    ],
)
def test_what_is_no_source_of_recipes_is_refused(
    source: str, problem: str, here: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((UsageError, FetchFailed), match=problem) as caught:
        import_templates(here, source)
    assert "geheim" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_repository_inside_is_reached_only_if_told(
    here: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PRIVATE_NETWORKS", "")
    with Container(Settings.read()) as closed, pytest.raises(UsageError, match="no public address"):
        import_templates(closed, "http://127.0.0.1:9/x.git")


@pytest.mark.parametrize(
    ("source", "is_one"),
    [
        ("ssh://example.org/x", True),
        ("git://example.org/x", True),
        ("git+https://example.org/x", True),
        ("https://example.org/x.git/", True),
        ("example.org:recipes.git", True),
        ("-oProxyCommand=x:y.git", False),
        ("-x:y.git", False),
        ("https://example.org/x.toml", False),
        ("swissprot", False),
    ],
)
def test_a_repository_is_known_by_how_it_is_written(source: str, is_one: bool) -> None:
    assert is_repository(source) is is_one


# -- URLs ------------------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The URL of the folder of recipes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_one_recipe_is_taken_from_a_url(here: Container, served: str, folder: Path) -> None:
    (taken,) = import_templates(here, f"{served}mice.toml")
    assert taken.recipe.read_text() == RECIPE
    (taken,) = import_templates(here, f"{served}old/alu.properties", called="alus")
    assert here.catalogue.recipe("alus").formats == ()
    with pytest.raises(FetchFailed):
        import_templates(here, f"{served}nothing.toml")
    (folder / "large.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(FetchFailed, match="bytes"):
        import_templates(here, f"{served}large.toml")
