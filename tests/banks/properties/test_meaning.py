"""The keys of a bank file become its recipe, and what is odd is told at its place."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.banks.properties.meaning import Meaning, Site, meaning_of
from holdfast.banks.properties.reading import read_bytes
from holdfast.banks.recipes.recipe import Recipe, Visibility
from holdfast.banks.recipes.sources import Newest, ReleaseFrom
from holdfast.errors import RecipeError

LEAST = {
    "protocol": "http",
    "server": "example.org",
    "remote.dir": "/pub",
    "remote.files": r"^a.*\\.gz$",
    "local.files": "**/*",
}


def meaning(
    said: dict[str, str] | None = None, *, site: str = "", without: str = "", **known: Any
) -> Meaning:
    """The meaning of the least bank file with `said` in it."""
    entries = {key: value for key, value in (LEAST | (said or {})).items() if key != without}
    text = "[GENERAL]\n" + "".join(f"{key}={value}\n" for key, value in entries.items())
    config = read_bytes(f"[GENERAL]\n{site}\n".encode(), "global.properties") if site else None
    return meaning_of(read_bytes(text.encode(), "a.properties"), config, Site(**known), "a")


def recipe(said: dict[str, str] | None = None, **known: Any) -> Recipe:
    """The recipe of it; there is no error."""
    found = meaning(said, **known)
    assert found.recipe is not None, found.problems
    return found.recipe


def test_the_least_bank_file_is_a_recipe() -> None:
    made = recipe()
    assert (made.name, made.remote.url) == ("a", "http://example.org/pub/")
    assert made.remote.match == (r"^a.*\.gz$",)
    assert (made.keep, made.publish) == (1, False)  # as BioMAJ, where nobody says
    assert (made.release.source, made.release.format) == (ReleaseFrom.DATE, "%Y-%-m-%-d")
    assert not made.release.control
    assert [step.use for step in made.steps] == ["unpack"]
    assert meaning().problems == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"db.fullname": '"Alu repeats"'}, {"description": "Alu repeats"}),
        ({"db.formats": "fasta , blast"}, {"formats": ("fasta", "blast")}),
        ({"db.type": "nucleic,genome/x"}, {"types": ("nucleic", "genome/x")}),
        ({"keep.old.version": "3"}, {"keep": 3}),
        ({"auto_publish": "TRUE"}, {"publish": True}),
        ({"visibility.default": "public"}, {"visibility": Visibility.PUBLIC}),
    ],
)
def test_a_key_says_something_of_the_bank(
    said: dict[str, str], expected: dict[str, object]
) -> None:
    made = recipe(said)
    assert {key: getattr(made, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ({"protocol": "ftp"}, "ftp://example.org/pub/"),
        ({"protocol": "local", "server": ""}, "file:///pub/"),
        ({"remote.dir": ""}, "http://example.org/"),  # empty is the root
        ({"remote.dir": "/a b/"}, "http://example.org/a%20b/"),
        ({"server": "example.org:8080"}, "http://example.org:8080/pub/"),
        ({"server.credentials": "me"}, "http://me@example.org/pub/"),  # a user is no secret
        ({"server.credentials": "me:p@ss"}, "http://example.org/pub/"),
        ({"protocol": "rsync", "server.credentials": "me"}, "rsync+ssh://me@example.org/pub/"),
        ({"protocol": "rsync", "server": "example.org:"}, "rsync+ssh://example.org/pub/"),
        ({"protocol": "rsync", "server": "example.org::mod"}, "rsync://example.org/mod/pub/"),
        ({"protocol": "none", "ref.release": "b", "depends": "b"}, "none://"),
        (
            {"remote.dir": "/a/%(localrelease)s/", "release.file": "v(.*)"},
            "http://example.org/a/{release}/",
        ),
    ],
)
def test_a_url_is_made_of_protocol_server_and_folder(said: dict[str, str], url: str) -> None:
    assert recipe(said).remote.url == url


def test_a_release_is_named_by_a_file_elsewhere() -> None:
    made = recipe(
        {
            "release.file": "relnotes.txt",
            "release.regexp": r"Release (\d+)",
            "release.server": "ftp.example.org",
            "release.protocol": "ftp",
            "remote.dir": "/v%(remoterelease)s/",
        }
    )
    part = made.release
    assert (part.source, part.match) == (ReleaseFrom.CONTENT, "relnotes.txt")
    assert part.pattern == r"Release (\d+)"
    assert part.url == "ftp://ftp.example.org/v/"  # BioMAJ knows no release then, either
    assert made.remote.of_release("7").url == "http://example.org/v7/"


def test_a_release_is_named_by_the_newest_file_whose_name_says() -> None:
    part = recipe({"release.file": r"^db_(\d+)\.gz$"}).release
    assert (part.source, part.newest) == (ReleaseFrom.FILE_NAME, Newest.DATE)
    assert (part.url, part.match) == ("", r"^db_(\d+)\.gz$")


def test_a_direct_protocol_is_one_file_with_its_parameters() -> None:
    said = {
        "protocol": "directhttps",
        "remote.dir": "get/it",
        "url.params": "query, form",
        "query.value": "a b&c",
        "form.value": "fa",
        "target.name": "it.fa",
    }
    made = recipe(said).remote
    assert made.url == "direct+https://example.org/get/it?query=a+b%26c&form=fa"
    assert made.name == made.options.name == "it.fa"
    assert made.match == ()
    release = {
        "release.file": "notes.txt",
        "release.regexp": r"v(\d+)",
        "release.remote.dir": "/notes.txt",
    }
    part = recipe(said | release).release
    assert (part.url, part.file) == ("direct+https://example.org/notes.txt", "notes.txt")


def test_pages_are_read_as_the_banks_own_file_says() -> None:
    site = "http.parse.file.line=of the site"
    assert recipe(site=site).remote.page is None  # the pages of most servers are known
    said = {
        "http.parse.file.line": r'href="(\\S+)"',
        "http.parse.dir.line": r"dir (\S+)",
        "http.group.file.date": "-1",
        "http.group.file.size": "3",
        "http.group.file.date_format": "%%Y",
    }
    page = recipe(said, site=site).remote.page
    assert page is not None
    assert (page.file, page.folder) == (r'href="(\S+)"', r"dir (\S+)")
    assert (page.name, page.date, page.size, page.date_format) == (1, 0, 3, "%Y")


@pytest.mark.parametrize(
    ("extract", "unpacks", "warned"),
    [("false", True, False), ("False", False, True), ("true", False, False), ("0", False, True)],
)
def test_archives_are_unpacked_if_nobody_says_or_exactly_false(
    extract: str, unpacks: bool, warned: bool
) -> None:
    found = meaning({"no.extract": extract})
    assert found.recipe is not None
    assert bool(found.recipe.steps) is unpacks
    assert bool(found.problems) is warned


def test_local_files_become_a_selection() -> None:
    assert recipe({"local.files": r"^a\\.fa$ b"}).steps[1].match == (r"^a\.fa$", "b")
    assert len(recipe({"local.files": ".*"}).steps) == 1


def test_a_bank_overrides_its_site_and_the_environment_both() -> None:
    site = "keep.old.version=5\nauto_publish=1\nroot=/x\nserver=site.org"
    environment = {"BIOMAJ_KEEP_OLD_VERSION": "7"}
    made = recipe({"remote.dir": "%(root)s/y"}, site=site, environment=environment)
    assert (made.keep, made.publish) == (7, True)
    assert made.remote.url == "http://example.org/x/y/"


BLOCKS = {
    "BLOCKS": "B1,B2",
    "B1.db.post.process": "M1,M2",
    "B2.db.post.process": "M3",
    "M1": "P1,P2",
    "M2": "P3",
    "M3": "P1",
    **{
        f"P{number}.{key}": value
        for number in (1, 2, 3)
        for key, value in (("name", "x"), ("exe", f"p{number}.sh"), ("args", '"a   b"'))
    },
}


def test_blocks_metas_and_processes_become_a_graph_of_steps() -> None:
    made = recipe(BLOCKS)
    steps = {step.name: step for step in made.steps}
    assert {name: step.needs for name, step in steps.items()} == {
        "unpack": None,
        "M1_P1": None,
        "M1_P2": ("M1_P1",),
        "M2_P3": None,
        "M3_P1": ("M1_P2", "M2_P3"),
    }
    assert steps["M1_P1"].command == ("/bin/sh", "-c", 'p1.sh "a b"')
    assert {step.folder for step in made.steps if step.command} == {"."}


def test_a_process_is_a_line_of_a_shell_or_a_list_of_words() -> None:
    site = "process.dir=/p\ndata.dir=/d"
    line = recipe(BLOCKS, site=site).steps[1].command[2]
    assert line.endswith('PATH=$PATH:$processdir; export PATH; p1.sh "a b"')
    words = recipe(BLOCKS | {"P1.expand": "false"}, site=site).steps[1].command
    assert words[2].endswith('exec "$0" "$@"')
    assert words[3:] == ("p1.sh", '"a', 'b"')
    assert recipe(BLOCKS | {"P1.expand": "false"}).steps[1].command == ("p1.sh", '"a', 'b"')


@pytest.mark.parametrize(
    ("args", "filled"),
    [
        ("${localrelease}", "{localrelease}"),
        ("%(remoterelease)s", "{remoterelease}"),
        ("${data.dir}/${dir.version}", "{datadir}/{dirversion}"),
        ("%(data.dir)s/%(dir.version)s/x", "{datadir}/{dirversion}/x"),
        ("${db.formats} $HOME ${HOME}", "fasta $HOME ${HOME}"),
    ],
)
def test_what_a_process_is_told_is_filled_in(args: str, filled: str) -> None:
    said = BLOCKS | {"P1.args": args, "db.formats": "fasta", "dir.version": "v"}
    made = recipe(said, site="data.dir=/d\nx=1")
    assert made.steps[1].command == ("/bin/sh", "-c", f"p1.sh {filled}")


def test_processes_find_their_own_keys_in_the_environment_but_no_secret() -> None:
    site = "mail.password=x\nmypassword=y\nmail.admin=me@example.org\nprocess.dir=/p"
    variables = recipe(BLOCKS | {"MyKey": "z", "server.credentials": "a:b"}, site=site).environment
    assert variables["mykey"] == "z"
    assert variables["mailadmin"] == "me@example.org"
    assert variables["processdir"] == variables["PATH_PROCESS_BIOMAJ"] == "/p"
    assert variables["PP_WARNING"] == "#"
    assert not {"x", "y", "a:b"} & set(variables.values())
    found = meaning(BLOCKS | {"P1.args": "${mail.password}"}, site=site)
    assert "is a secret" in found.problems[0].sentence
    assert found.recipe is not None
    assert "x" not in found.recipe.steps[1].command[2].split()


def test_commands_around_an_update_and_places_to_run() -> None:
    said = BLOCKS | {"db.pre.process": "M1", "db.remove.process": "M2"}
    made = recipe(said | {"P3.cluster": "true", "P3.format": "blast", "P3.files": "a,b"})
    assert [step.name for step in made.before] == ["M1_P1", "M1_P2"]
    (removal,) = made.removal
    assert removal.label == "cluster"
    assert removal.makes[0].files == ("a", "b")


@pytest.mark.parametrize(
    ("said", "without", "severity", "key", "words"),
    [
        ({}, "protocol", "error", "protocol", "it is missing"),
        ({"protocol": "gopher"}, "", "error", "protocol", "'gopher' is no protocol"),
        ({"protocol": "irods"}, "", "error", "irods.user", "the protocol irods needs it"),
        ({"protocol": "none"}, "", "error", "protocol", "must be named by ref.release"),
        ({"protocol": "multi"}, "", "error", "protocol", "multi needs files"),
        ({}, "server", "error", "server", "it is missing"),
        ({}, "remote.dir", "error", "remote.dir", "it is missing"),
        ({}, "remote.files", "error", "remote.files", "it is missing"),
        ({}, "local.files", "error", "local.files", "it is missing"),
        ({"remote.files": "(a/b)"}, "", "error", "remote.files", "cut at its slashes"),
        ({"local.files": "["}, "", "error", "local.files", "not a regular expression"),
        ({"keep.old.version": "x"}, "", "error", "keep.old.version", "'x' is not a number"),
        ({"release.file": "a"}, "", "error", "release.file", "has no group"),
        ({"release.plugin": "github"}, "", "error", "release.plugin", "api.github.com/repos/OWNER"),
        ({"remote.plugin": "mine"}, "", "error", "remote.plugin", "there is no plug-in 'mine'"),
        ({"remote.list": "x.json"}, "", "error", "remote.list", "not the whole path of a file"),
        (
            {"protocol": "directftp", "url.method": "POST"},
            "",
            "error",
            "remote.files",
            "only one file behind HTTP",
        ),
        ({"proxy": "gopher://p"}, "", "error", "proxy", "is not the URL of a proxy"),
        ({"proxy_auth": "a:b"}, "", "warning", "proxy_auth", "without a proxy"),
        ({"stop_condition": "stop()"}, "", "error", "stop_condition", "'stop' is none of"),
        ({"wait_policy": "1+"}, "", "error", "wait_policy", "it is no such expression"),
        (
            {"options.names": "stop_condition", "options.stop_condition": "stop_after_delay(3)"},
            "",
            "warning",
            "options.stop_condition",
            "by their number here",
        ),
        (
            {"options.names": "ssl_verifyhosts"},
            "",
            "warning",
            "options.names",
            "did you mean ssl_verifyhost?",
        ),
        (
            {"options.names": "ftp_method", "options.ftp_method": "cwd"},
            "",
            "error",
            "options.ftp_method",
            "there are multicwd",
        ),
        (
            {"options.names": "ssl_verifypeer", "options.ssl_verifypeer": "false"},
            "",
            "warning",
            "options.names",
            "taken unchecked",
        ),
        ({"depends": "b,b"}, "", "error", "depends", "names each bank once"),
        ({"BLOCKS": "B"}, "", "error", "blocks", "block B is not defined"),
        ({"db.pre.process": "M"}, "", "error", "db.pre.process", "meta-process M is not defined"),
        ({"remote.dir": "/%(nowhere)s"}, "", "error", "remote.dir", "no key is nowhere"),
        ({"visibility.default": "x"}, "", "error", "visibility.default", "'public' or 'private'"),
        ({"realese.file": "a"}, "", "warning", "realese.file", "did you mean release.file?"),
        ({"protocol": "directftp"}, "server", "error", "server", "it is missing"),
        (
            {"protocol": "directftp", "remote.dir": "/x/"},
            "",
            "error",
            "target.name",
            "it is missing, and remote.dir has no file's name",
        ),
        ({"http.parse.file.line": "("}, "", "error", "http.parse.file.line", "not a regular"),
        ({"http.parse.dir.line": "x"}, "", "warning", "http.parse.dir.line", "is passed over"),
        ({"db.post.process": "M"}, "", "warning", "db.post.process", "without BLOCKS"),
        ({"remote.excluded.files": "x"}, "", "warning", "remote.excluded.files", "ignores it"),
        ({"release.regexp": "x"}, "", "warning", "release.regexp", "without release.file"),
        ({"server": "ftp://x.org"}, "", "warning", "server", "has a protocol"),
        ({"frequency.update": "1"}, "", "remark", "frequency.update", "does not read it any more"),
        ({"use_hardlinks": "1"}, "", "remark", "use_hardlinks", "always hard links"),
        (
            {"server.credentials": "a:b"},
            "",
            "remark",
            "server.credentials",
            "[servers.'example.org']",
        ),
        ({"db.name": "other"}, "", "remark", "db.name", "the bank is called a"),
        ({"p.exe": "x"}, "", "remark", "p.exe", "process p is in no block"),
        ({"myown": "x"}, "", "remark", "myown", "processes find it"),
    ],
)
def test_what_is_odd_is_told_at_its_key(
    said: dict[str, str], without: str, severity: str, key: str, words: str
) -> None:
    found = meaning(said, without=without)
    problem = found.problems[0]
    assert (problem.severity.value, problem.key) == (severity, key)
    assert words in problem.sentence
    if severity == "error":
        with pytest.raises(RecipeError, match=f"{key}: "):
            found.recipe_or_raise(Path("a.properties"))
    else:
        assert found.recipe_or_raise(Path("a.properties")) == found.recipe


def test_strict_refuses_what_is_only_odd() -> None:
    odd = meaning({"proxy_auth": "a:b"})
    assert not any(problem.counts(strict=False) for problem in odd.problems)
    assert any(problem.counts(strict=True) for problem in odd.problems)
    remarked = meaning({"frequency.update": "1"})
    assert not any(problem.counts(strict=True) for problem in remarked.problems)


def test_a_site_may_honour_what_biomaj_ignores() -> None:
    said = {"remote.excluded.files": "x y", "db.post.process": "M1", **BLOCKS}
    del said["BLOCKS"]
    made = recipe(said, honoured=("remote.excluded.files", "db.post.process"))
    assert made.remote.exclude_match == ("x", "y")
    assert [step.name for step in made.steps] == ["unpack", "M1_P1", "M1_P2"]
