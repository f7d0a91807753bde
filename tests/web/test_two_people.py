"""
Two people who must not see each other's things do not, route by route.

Every route of the site is in the table below; one that is not fails the first test. What a route is
about says who is asked for what: a hidden thing is answered to others exactly as one that is not
there, in pages, in lists, in files, and when somebody tries to change it.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest

from thoroughness import thorough
from web.two_people_world import ABSENT, HIDDEN, LINKED, NO_WORD, SHOWN, WORD, World, two_people

SAFE = ("GET", "HEAD")
OTHERS = ("ben", pytest.param("guest", marks=thorough))  #: a guest may do less than ben
REFUSED = (401, 403, 404)


class About(Enum):
    """What a route is about."""

    BANK = "a bank"
    PLOT = "a plot"
    ERRAND = "an errand"
    RUN = "a run"
    ALL = "everything that whoever asks may see"
    STREAM = "the same, told for as long as somebody listens"
    STORE = "sequences, which are everybody's"
    SELF = "whoever asks"
    MAKING = "something new"
    ADMIN = "administrators"
    FREE = "nobody's in particular"


BANK, PLOT, ERRAND, RUN = About.BANK, About.PLOT, About.ERRAND, About.RUN
ALL, STREAM, STORE = About.ALL, About.STREAM, About.STORE
SELF, MAKING, ADMIN, FREE = About.SELF, About.MAKING, About.ADMIN, About.FREE

#: What each route is about: pages first, then the API.
TABLE = {
    path: about
    for about, paths in {
        BANK: """
            /banks/{bank} /banks/{bank}/again /banks/{bank}/cancel /banks/{bank}/disk
            /banks/{bank}/give-up /banks/{bank}/history /banks/{bank}/live /banks/{bank}/preview
            /banks/{bank}/recipe /banks/{bank}/recipe/check /banks/{bank}/recipe/edit
            /banks/{bank}/releases /banks/{bank}/releases/{release}
            /banks/{bank}/releases/{release}/compare /banks/{bank}/releases/{release}/freeze
            /banks/{bank}/releases/{release}/publish /banks/{bank}/releases/{release}/remove
            /banks/{bank}/releases/{release}/unfreeze /banks/{bank}/remove /banks/{bank}/rename
            /banks/{bank}/runs /banks/{bank}/schedule /banks/{bank}/settings
            /banks/{bank}/unpublish /banks/{bank}/update /db/{path:path}
            /api/v1/banks/{bank} /api/v1/banks/{bank}/history /api/v1/banks/{bank}/recipe
            /api/v1/banks/{bank}/releases /api/v1/banks/{bank}/releases/{release}
            /api/v1/banks/{bank}/releases/{release}/compare
            /api/v1/banks/{bank}/releases/{release}/files
            /api/v1/banks/{bank}/releases/{release}/freeze
            /api/v1/banks/{bank}/releases/{release}/publish
            /api/v1/banks/{bank}/releases/{release}/unfreeze /api/v1/banks/{bank}/runs
            /api/v1/banks/{bank}/schedule /api/v1/banks/{bank}/unpublish
            /api/v1/banks/{bank}/update /api/v1/banks/{bank}/values
        """,
        PLOT: """
            /plots/{name} /plots/{name}/about /plots/{name}/bases /plots/{name}/details
            /plots/{name}/export/backup.tar.gz /plots/{name}/export/plot.html
            /plots/{name}/export/plot.json /plots/{name}/export/plot.paf
            /plots/{name}/export/query.fa /plots/{name}/export/query.fa.gz
            /plots/{name}/export/view.{kind} /plots/{name}/gallery /plots/{name}/gallery-picture
            /plots/{name}/picture.png /plots/{name}/remove /plots/{name}/scene
            /plots/{name}/tables/associations /plots/{name}/tables/coverage
            /plots/{name}/tables/summary /plots/{name}/tables/summary.{kind}
            /plots/{name}/tables/unmatched /plots/{name}/tracks
            /plots/{name}/tracks/{track:path} /plots/{name}/visibility
            /api/v1/plots/{name} /api/v1/plots/{name}/files/{file}
            /api/v1/plots/{name}/associations /api/v1/plots/{name}/coverage
            /api/v1/plots/{name}/structure /api/v1/plots/{name}/summary
        """,
        ERRAND: """
            /errands/{word} /errands/{word}/again /errands/{word}/cancel /errands/{word}/end
            /errands/{word}/live /errands/{word}/log
            /api/v1/errands/{id} /api/v1/errands/{id}/again /api/v1/errands/{id}/cancel
            /api/v1/errands/{id}/events /api/v1/errands/{id}/log
        """,
        RUN: """
            /jobs/{run} /jobs/{run}/again/{name:path} /jobs/{run}/cancel
            /jobs/{run}/follow/{name:path} /jobs/{run}/job/{name:path} /jobs/{run}/live
            /jobs/{run}/log/{name:path} /jobs/{run}/retry /jobs/{run}/stop/{name:path}
            /api/v1/runs/{run} /api/v1/runs/{run}/cancel /api/v1/runs/{run}/events
            /api/v1/runs/{run}/jobs/{name:path} /api/v1/runs/{run}/jobs/{name:path}/cancel
            /api/v1/runs/{run}/jobs/{name:path}/events /api/v1/runs/{run}/jobs/{name:path}/log
            /api/v1/runs/{run}/retry
        """,
        ALL: """
            / /banks /compare /compare/aligner /compare/names /db /errands /gallery /jobs /plots
            /search /search/suggestions
            /api/v1/errands /api/v1/holdings /api/v1/plots /api/v1/runs /api/v1/search
        """,
        STREAM: "/banks-live /jobs/live /live",
        STORE: """
            /collections /collections-compared /collections-download/{kind}
            /collections/{name:path} /journal /sequences /sequences-found
            /sequences/{digest}/aliases /sequences/{digest}/aliases/retire
            /sequences/{digest}/composition /sequences/{digest}/fasta
            /sequences/{digest}/occurrences /sequences/{digest}/window /sequences/{name:path}
            /snapshots /snapshots-compared
            /api/v1/aliases /api/v1/aliases/{alias:path} /api/v1/collections
            /api/v1/collections/compare /api/v1/collections/{name:path}
            /api/v1/collections/{name:path}/download/{kind}
            /api/v1/collections/{name:path}/sequences /api/v1/journal /api/v1/sequences
            /api/v1/sequences/load /api/v1/sequences/{name:path}
            /api/v1/sequences/{name:path}/aliases /api/v1/sequences/{name:path}/fasta
            /api/v1/sequences/{name:path}/occurrences /api/v1/sequences/{name:path}/residues
            /api/v1/snapshots /api/v1/snapshots/diff /api/v1/snapshots/{name}
        """,
        SELF: """
            /account /account/keys /account/keys/{number}/revoke /account/password
            /account/sessions/{session}/end /account/sign-out-everywhere
            /api/v1/keys /api/v1/keys/{number}
        """,
        MAKING: """
            /banks-add /banks-check /banks-compose /banks-lint /banks-new /banks-update
            /banks-write /compare/alignment /compare/batch /compare/saved /sequences-loading
            /sequences-loading/release /sequences-loading/urls
            /api/v1/banks /api/v1/banks/check /api/v1/banks/update /api/v1/recipes/check
            /api/v1/plots/batch /api/v1/plots/batch/check /api/v1/plots/import /api/v1/uploads
            /api/v1/uploads/{id} /api/v1/uploads/{id}/complete
        """,
        ADMIN: """
            /audit /banks-maintenance /banks/{bank}/move
            /jobs/prune /metrics /schedule /schedule/run /settings
            /settings/executors /settings/maintenance /users /users/{name}
            /users/{name}/administrator /users/{name}/disable /users/{name}/enable
            /users/{name}/keys/{number}/revoke /users/{name}/password /users/{name}/remove
            /users/{name}/sign-out
            /api/v1/audit /api/v1/executors /api/v1/maintenance /api/v1/runs/prune
            /api/v1/schedule /api/v1/schedule/next /api/v1/schedule/{name:path}/run
            /api/v1/settings /api/v1/users /api/v1/users/{name} /api/v1/users/{name}/sessions
            /api/v1/workers
        """,
        FREE: """
            /about /healthz /icon.svg /readyz /sign-in /sign-out
            /api/v1/aligners /api/v1/me /api/v1/openapi.json /api/v1/templates
            /api/v1/templates/{name}
        """,
    }.items()
    for path in paths.split()
}

#: What stands in a path for its parts, of the hidden thing and of one that is not there.
PARTS = {
    "release": "1", "kind": "png", "track": "x", "file": "plot.paf", "number": "1", "digest": "x",
    "session": "x", "alias": "x",
}  # fmt: skip
#: What some routes must be sent to be understood at all.
SENT: dict[str, dict[str, Any]] = {
    "/api/v1/banks/{bank}": {"json": {"owner": "ben"}},
    "/api/v1/banks/{bank}/recipe": {"json": {"text": "x", "digest": "x"}},
    "/api/v1/banks/{bank}/releases/{release}/compare": {"params": {"with": "1"}},
    "/api/v1/banks/{bank}/schedule": {"json": {"cron": "@daily"}},
    "/api/v1/banks/{bank}/update": {"json": {}},
    "/api/v1/keys": {"json": {"name": "x", "scopes": ["read"]}},
    "/api/v1/plots/{name}": {"json": {"visibility": "public"}},
    "/banks/{bank}/give-up": {"data": {"release": "1"}},
    "/banks/{bank}/move": {"data": {"folder": "/nowhere"}},
    "/banks/{bank}/recipe": {"data": {"text": "x", "digest": "x"}},
    "/banks/{bank}/recipe/check": {"data": {"text": "x"}},
    "/banks/{bank}/releases/{release}/compare": {"params": {"with": "1"}},
    "/banks/{bank}/rename": {"data": {"new": "other", "name": "other"}},
    "/banks/{bank}/settings": {"data": {"owner": "ben", "visibility": "public"}},
    "/plots/{name}/bases": {"params": {"side": "target", "contig": "x", "start": 0, "end": 1}},
    "/plots/{name}/visibility": {"data": {"visibility": "public"}},
}
#: Of a thing that is there, these have no more to tell: it has no log, picture or other file.
NOTHING_TO_TELL = (
    "/log",
    "/log/{name:path}",
    "/gallery-picture",
    "/files/{file}",
    "/bases",
    "/tracks/{track:path}",
)
ASKED = {
    "/search": {"q": HIDDEN},
    "/search/suggestions": {"q": HIDDEN[:6]},
    "/compare/names": {"q": HIDDEN[:6], "text": HIDDEN[:6], "target": HIDDEN[:6]},
    "/api/v1/search": {"q": HIDDEN},
    "/api/v1/holdings": {"q": HIDDEN},
}


def routes_of(routed: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each method and path of an application, of what it includes and of what it mounts."""
    while not hasattr(routed, "routes"):
        routed = routed._app
    for route in routed.routes:
        if hasattr(route, "original_router"):
            below = prefix + (route.include_context.prefix or "")
            yield from routes_of(route.original_router, below)
        elif hasattr(route, "methods"):
            yield from ((method, prefix + route.path) for method in route.methods or ())
        elif hasattr(getattr(route, "app", None), "routes"):
            yield from routes_of(route.app, prefix + route.path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The home, made once: nothing here changes it."""
    with two_people(tmp_path_factory.mktemp("home")) as made:
        yield made


def chosen(world: World, *about: About, safe: bool | None = None) -> list[tuple[str, str]]:
    """The routes about something, sorted; with `safe`, those that change nothing; else others."""
    found = sorted({each for each in routes_of(world.app) if TABLE.get(each[1]) in about})
    return [each for each in found if safe is None or (each[0] in SAFE) == safe]


def paths(world: World, template: str) -> tuple[str, str]:
    """The address of the hidden thing, and that of one which is not there."""
    about = TABLE[template]
    made = []
    for thing, word, run in ((HIDDEN, WORD, world.run), (ABSENT, NO_WORD, 999_999)):
        parts = {**PARTS, "bank": thing, "word": word, "id": word, "run": str(run)}
        parts["path"] = f"{thing}/1/flat/a.fa"
        parts["name"] = "fetch" if about is RUN else thing
        made.append(re.sub(r"\{(\w+)(?::path)?\}", lambda found, of=parts: of[found[1]], template))
    return made[0], made[1]


def told(answer: Any, thing: str, word: str, run: int) -> tuple[int, str]:
    """The status and the words of an answer, whatever the thing is called."""
    words = answer.text.replace(word, "…").replace(thing, "…")
    words = re.sub(rf"((?:run|jobs/|runs/|jobs%2F) ?){run}\b", r"\1…", words)
    # What it is near to depends on its letters; whether what is near may be told is tested below.
    words = re.sub(r"(; did you mean [^?]*\?| \(there are: [^)]*\))\.?", "", words)
    return answer.status_code, re.sub(r'(name="csrf" (content|value)=")[^"]*', "", words)


def listed(wrong: list[Any]) -> str:
    """What is wrong, a line each: nothing, one hopes."""
    return "\n".join(" ".join(str(getattr(each, "value", each)) for each in line) for line in wrong)


# -- the table -------------------------------------------------------------------------------------


def test_every_route_is_in_the_table(world: World) -> None:
    there = {path for _, path in routes_of(world.app)}
    assert sorted(there - TABLE.keys()) == []
    assert sorted(TABLE.keys() - there) == []


# -- hidden things ---------------------------------------------------------------------------------


@pytest.mark.parametrize("person", OTHERS)
def test_a_hidden_thing_is_not_there_for_others(world: World, person: str) -> None:
    wrong = []
    for method, template in chosen(world, BANK, PLOT, ERRAND, RUN):
        there, not_there = paths(world, template)
        said = SENT.get(template, {})
        found = told(world.ask(person, method, there, **said), HIDDEN, WORD, world.run)
        absent = told(world.ask(person, method, not_there, **said), ABSENT, NO_WORD, 999_999)
        if found != absent or found[0] not in REFUSED:
            wrong.append((method, template, found[0], absent[0]))
    assert listed(wrong) == ""


def test_its_owner_and_administrators_see_it(world: World) -> None:
    wrong = []
    for method, template in chosen(world, BANK, PLOT, ERRAND, RUN, safe=True):
        if template.endswith(("/live", "/events", "follow/{name:path}")):
            continue  # it goes on for as long as one listens
        there, _ = paths(world, template)
        refused = (401, 403) if template.endswith(NOTHING_TO_TELL) else REFUSED
        for person in ("ann", "root"):
            answer = world.ask(person, method, there, **SENT.get(template, {}))
            if answer.status_code in refused:
                wrong.append((person, method, template, answer.status_code))
    assert listed(wrong) == ""


@pytest.mark.parametrize("person", OTHERS)
def test_no_list_names_a_hidden_thing_to_others(world: World, person: str) -> None:
    wrong = []
    for method, template in chosen(world, ALL, STORE, MAKING, FREE, safe=True):
        if "{" in template:
            continue
        answer = world.ask(person, method, template, params=ASKED.get(template))
        asked = ASKED.get(template, {}).get("q", "")
        words = answer.text.replace(asked, "") if asked == HIDDEN else answer.text
        if HIDDEN in words:
            wrong.append((method, template, words[max(0, words.index(HIDDEN) - 80) :][:160]))
    assert listed(wrong) == ""


@pytest.mark.parametrize("person", OTHERS)
def test_a_collection_of_a_hidden_bank_is_not_there_for_others(world: World, person: str) -> None:
    wrong = []
    for template in (
        "/collections/{}",
        "/collections-download/fasta?name={}",
        "/collections-compared?a={}&b=" + f"{SHOWN}:1:a.fa",
        "/api/v1/collections/{}",
        "/api/v1/collections/{}/sequences",
        "/api/v1/collections/compare?a={}&b=" + f"{SHOWN}:1:a.fa",
    ):
        for thing in (f"{HIDDEN}:1:a.fa", f"{ABSENT}:1:a.fa"):
            answer = world.ask(person, "GET", template.format(thing))
            wrong += [(template, thing)] if answer.status_code not in (404, 422) else []
    for path in ("/sequences/lab:same", "/api/v1/sequences/lab:same", "/sequences/lab:ownh"):
        for part in ("", "/occurrences", "/aliases"):
            if HIDDEN in world.ask(person, "GET", path + part).text:
                wrong.append((path, part))
    assert HIDDEN in world.ask("ann", "GET", "/collections").text
    assert world.ask("ann", "GET", f"/api/v1/collections/{HIDDEN}:1:a.fa").status_code == 200
    assert listed(wrong) == ""


@pytest.mark.parametrize("template", ["/banks", "/plots", "/jobs", "/db/", "/api/v1/runs"])
def test_lists_name_it_to_its_owner(world: World, template: str) -> None:
    for person in ("ann", "root"):
        assert HIDDEN in world.ask(person, "GET", template).text


def test_a_plot_by_link_is_for_whoever_has_its_address_and_in_no_list(world: World) -> None:
    for person in ("ben", "guest"):
        assert world.ask(person, "GET", f"/plots/{LINKED}/about").status_code == 200
        for place in ("/", "/plots", "/gallery", "/api/v1/plots", "/api/v1/search?q=linked"):
            assert LINKED not in world.ask(person, "GET", place).text
    assert LINKED in world.ask("ann", "GET", "/plots").text


# -- changing things -------------------------------------------------------------------------------


def test_what_others_see_they_do_not_change(world: World) -> None:
    wrong = []
    for method, template in chosen(world, BANK, PLOT, safe=False):
        if template == "/banks/{bank}/recipe/check":
            continue  # it changes nothing
        there = paths(world, template)[0].replace(HIDDEN, SHOWN)
        for person, refused in (("ben", 403), ("guest", 401)):
            answer = world.ask(person, method, there, **SENT.get(template, {}))
            if answer.status_code != refused:
                wrong.append((person, method, template, answer.status_code))
    assert listed(wrong) == ""


def test_a_key_without_the_scope_changes_nothing(world: World) -> None:
    wrong = []
    for method, template in chosen(world, BANK, PLOT, ERRAND, RUN, MAKING, STORE, SELF, safe=False):
        there = paths(world, template)[0]
        answer = world.ask("ann's key", method, there, **SENT.get(template, {}))
        if answer.status_code != 403:
            wrong.append((method, template, answer.status_code))
    assert listed(wrong) == ""


def test_what_is_administrators_is_nobody_else_s(world: World) -> None:
    wrong = []
    for method, template in chosen(world, ADMIN):
        there = paths(world, template)[0]
        for person, refused in (
            ("guest", 401),
            ("ben", 403),
            ("ann's key", 403),
            ("root's key", 403),
        ):
            answer = world.ask(person, method, there)
            if answer.status_code != refused:
                wrong.append((person, method, template, answer.status_code))
    assert listed(wrong) == ""


def test_guests_make_and_keep_nothing(world: World) -> None:
    wrong = []
    for method, template in chosen(world, MAKING, STORE, SELF, safe=False):
        answer = world.ask("guest", method, paths(world, template)[0], **SENT.get(template, {}))
        if answer.status_code != 401:
            wrong.append((method, template, answer.status_code))
    assert listed(wrong) == ""
