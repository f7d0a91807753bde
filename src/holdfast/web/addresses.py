"""
Addresses: every URL of the pages and the API is made here, and nowhere else.

A name from outside is quoted as a part of a path; only what is safe in one stays as it is.
"""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

API = "/api/v1"
DB = "/db"
SAFE = ":@!$&'()*+,;=~-._"  #: besides letters and digits, what a part of a path may hold


def _part(name: str) -> str:
    # A part of nothing but dots would be another folder.
    return quote(name, safe=SAFE) if name.strip(".") else quote(name, safe="").replace(".", "%2E")


def _path(*parts: str) -> str:
    return "/" + "/".join(map(_part, parts))


def asked(address: str, **questions: object) -> str:
    """`address` with what is asked behind the question mark; what is None or empty is left out.

    >>> asked("/banks", state="failed", q="", page=2)
    '/banks?state=failed&page=2'
    """
    words = {name: each for name, each in questions.items() if each not in (None, "", False)}
    return f"{address}?{urlencode(words, doseq=True)}" if words else address


def home() -> str:
    """What is held, what is running, what failed."""
    return "/"


def search(words: str = "") -> str:
    """What is held under a name."""
    return asked("/search", q=words)


def suggestions() -> str:
    """What is held under a name that is not all typed yet."""
    return "/search/suggestions"


def home_live() -> str:
    """What goes on, as it changes."""
    return "/live"


# Banks


def banks(**questions: object) -> str:
    """All banks."""
    return asked("/banks", **questions)


def bank(name: str) -> str:
    """One bank."""
    return _path("banks", name)


def bank_part(name: str, part: str, **questions: object) -> str:
    """A page of a bank: ``runs``, ``recipe``, ``history`` …"""
    return asked(_path("banks", name, *part.split("/")), **questions)


def release(bank: str, release: str) -> str:
    """One release of a bank."""
    return _path("banks", bank, "releases", release)


def release_part(bank: str, release: str, part: str, **questions: object) -> str:
    """Something about a release: ``publish``, ``remove`` …"""
    return asked(_path("banks", bank, "releases", release, part), **questions)


def banks_part(part: str, **questions: object) -> str:
    """What is about several banks: ``new``, ``update``, ``live`` … No bank's address is so."""
    return asked(f"/banks-{part}", **questions)


def file(bank: str, release: str, path: str = "") -> str:
    """A file of a release, or a folder (`path` ends with a slash, or is empty)."""
    return f"{DB}{_path(bank, release)}/" + "/".join(map(_part, path.split("/")))


# Sequences


def sequences(words: str = "") -> str:
    """Where sequences are looked up."""
    return asked("/sequences", q=words)


def sequence(name: str) -> str:
    """One sequence, by a digest or an alias."""
    return _path("sequences", name)


def sequence_part(digest: str, part: str, **questions: object) -> str:
    """Something of a sequence: ``window``, ``fasta``, ``occurrences`` …"""
    return asked(_path("sequences", digest, part), **questions)


def sequence_at(name: str, **questions: object) -> str:
    """The page of a sequence with its window at `start` (from 0); `size`, `turned`, `of`."""
    return asked(sequence(name), **questions)


def sequences_found(words: str = "") -> str:
    """What a text finds, as a part of a page."""
    return asked("/sequences-found", q=words)


def loading(**questions: object) -> str:
    """The form that asks for sequences to be loaded."""
    return asked("/sequences-loading", **questions)


def refget(digest: str) -> str:
    """A sequence's residues, as GA4GH refget gives them."""
    return _path("refget", "sequence", digest)


def seqcol(digest: str, **questions: object) -> str:
    """A collection, as GA4GH sequence collections give it."""
    return asked(_path("seqcol", "collection", digest), **questions)


def collections(**questions: object) -> str:
    """All collections."""
    return asked("/collections", **questions)


def collection(name: str) -> str:
    """One collection, by its digest or name."""
    return _path("collections", name)


def collection_part(part: str, name: str) -> str:
    """A collection as a file: ``fasta``, ``2bit``, ``sizes``."""
    return asked(f"/collections-download{_path(part)}", name=name)


def collections_compared(one: str = "", other: str = "", **questions: object) -> str:
    """Two collections side by side."""
    return asked("/collections-compared", a=one, b=other, **questions)


def snapshots(**questions: object) -> str:
    """All snapshots, and the journal."""
    return asked("/snapshots", **questions)


def snapshots_compared(before: str = "", after: str = "", **questions: object) -> str:
    """What separates two positions of the store."""
    return asked("/snapshots-compared", a=before, b=after, **questions)


def journal(**questions: object) -> str:
    """The commits of the store."""
    return asked("/journal", **questions)


# Plots and errands


def compare(**questions: object) -> str:
    """The form that asks for a comparison."""
    return asked("/compare", **questions)


def plots(**questions: object) -> str:
    """All plots that a person may see."""
    return asked("/plots", **questions)


def plot(name: str) -> str:
    """The page of a plot."""
    return _path("plots", name)


def plot_part(name: str, part: str) -> str:
    """Something of a plot: ``plot.png``, ``scene``, ``export/pdf`` …"""
    return _path("plots", name, *part.split("/"))


def gallery() -> str:
    """What is shown to everybody."""
    return "/gallery"


def errands(**questions: object) -> str:
    """What people asked for."""
    return asked("/errands", **questions)


def errand(number: str) -> str:
    """Something that was asked for, and how far it is."""
    return _path("errands", number)


def errand_part(number: str, part: str) -> str:
    """Something about an errand: ``live``, ``log``, ``cancel`` …"""
    return _path("errands", number, part)


# Jobs and the rest


def runs(**questions: object) -> str:
    """What ran."""
    return asked("/jobs", **questions)


def runs_live(**questions: object) -> str:
    """What runs, as it changes."""
    return asked("/jobs/live", **questions)


def runs_prune() -> str:
    """Where old runs are forgotten."""
    return "/jobs/prune"


def run_live(number: int, **questions: object) -> str:
    """One run, as it goes on."""
    return asked(run_part(number, "live"), **questions)


def run(number: int) -> str:
    """One run and its jobs."""
    return f"/jobs/{number}"


def run_part(number: int, part: str) -> str:
    """Something about a run: ``live``, ``cancel`` …"""
    return f"/jobs/{number}{_path(*part.split('/'))}"


def job(run: int, name: str) -> str:
    """One job of a run, with its log."""
    return f"/jobs/{run}{_path('job', name)}"


def about_run(subject: str) -> str:
    """What a run is about, as a page; all runs about it, where there is no such page.

    >>> about_run("bank:yeast"), about_run("plot:yeasts"), about_run("schedule:nightly")
    ('/banks/yeast', '/plots/yeasts', '/schedule')
    """
    noun, _, name = subject.partition(":")
    pages = {"bank": bank, "before": bank, "removal": bank, "plot": plot}
    if noun in pages and name:
        return pages[noun](name)
    return schedule() if noun == "schedule" else runs(subject=subject)


def job_part(run: int, part: str, name: str) -> str:
    """Something about a job: ``log``, ``follow``, ``cancel`` …"""
    return f"/jobs/{run}{_path(part, name)}"


def schedule() -> str:
    """What is done by itself."""
    return "/schedule"


def schedule_run() -> str:
    """Where what is scheduled is done now."""
    return "/schedule/run"


def maintenance() -> str:
    """Where maintenance is turned on and off."""
    return "/settings/maintenance"


def executors() -> str:
    """Whether the places where jobs run answer."""
    return "/settings/executors"


def users() -> str:
    """Who may come in."""
    return "/users"


def user(name: str) -> str:
    """One user."""
    return _path("users", name)


def user_part(name: str, part: str) -> str:
    """Something to do with a user: ``password``, ``disable`` …"""
    return _path("users", name, *part.split("/"))


def audit(**questions: object) -> str:
    """Who did what."""
    return asked("/audit", **questions)


def settings() -> str:
    """The settings, with what each means."""
    return "/settings"


def about() -> str:
    """What this is, and where its interfaces are."""
    return "/about"


def sign_in(after: str = "") -> str:
    """Where a person says who they are; `after` is where they go then."""
    return asked("/sign-in", after=after)


def sign_out() -> str:
    """Where a person goes."""
    return "/sign-out"


def account() -> str:
    """A person's own page."""
    return "/account"


def account_part(part: str) -> str:
    """Something to do with one's own account: ``password``, ``keys`` …"""
    return _path("account", *part.split("/"))


def api(path: str = "") -> str:
    """An address of the API; `path` begins with a slash and is quoted already."""
    return f"{API}{path}"


def api_description() -> str:
    """The description of the API (OpenAPI 3.1)."""
    return f"{API}/openapi.json"


def db() -> str:
    """The files of all banks."""
    return f"{DB}/"


def folder(path: Sequence[str]) -> str:
    """A folder in the files of banks: a bank, a release, or one in that."""
    return "".join((DB, *(f"/{_part(name)}" for name in path), "/"))


def below(name: str, *, is_folder: bool) -> str:
    """A file or folder in the folder whose page it stands on."""
    return f"./{_part(name)}{'/' if is_folder else ''}"


def icon() -> str:
    """The mark in the browser's tab."""
    return "/icon.svg"
