"""
The story: what happens in the demonstration, in order, and what must be true of it.

One story is told about two worlds. A :class:`World` is what differs: which files each release of
the databank has, which genomes are compared, and what is known about them beforehand.
"""

import gzip
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.syntax import Syntax

from demo.databank import Shown, ftp_server, http_server, publish_release
from demo.terminal import Terminal, chapter, console

Files = Mapping[str, bytes]  #: the files of a release: name → content, FASTA compressed by gzip


@dataclass(frozen=True, slots=True)
class Event:
    """A stretch of the target that must be found on the query: contig, strand, half-open bases."""

    target: str
    start: int
    end: int
    query: str
    strand: str


@dataclass(frozen=True, slots=True)
class World:
    """What the story is about."""

    title: str
    genomes: Sequence[tuple[str, Files]]  #: release name → files, oldest first, shown by HTTP
    proteomes: Sequence[tuple[str, Files]]  #: the same, shown by FTP
    target: str  #: the file of the newest genome release that is the reference
    query: str  #: and the one that is compared with it
    events: Sequence[Event]  #: what the comparison must find
    order: Sequence[str] | None  #: the query's contigs as the layout must order them, if known
    turned: frozenset[str]  #: those it must turn round


def tell(world: World, folder: Path) -> int:
    """Tell the story of `world` in `folder`; returns how many facts were checked."""
    terminal = Terminal(folder)
    remote = folder / "remote"
    remote.mkdir()
    # Each genome has its own chr1, so each file's names get a namespace; the proteins' are unique.
    genomes = Bank("genomes", remote / "genomes", world.genomes, "{bank}.{file}")
    proteomes = Bank("proteomes", remote / "proteomes", world.proteomes, "{bank}")
    with http_server(remote) as pages, ftp_server(remote) as files:
        mirror(terminal, genomes, pages)
        mirror(terminal, proteomes, files)
    keep(terminal, world)
    compare(terminal, world)
    summary(terminal, folder)
    return terminal.checked


# -- mirror ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank of the story: its name, where the databank puts its releases, and what these hold."""

    name: str
    remote: Path
    releases: Sequence[tuple[str, Files]]
    namespace: str  #: for the names in its files

    def recipe(self, root: str) -> str:
        """The recipe a person would write to mirror it from the server at `root`."""
        url = f"{root}{self.remote.name}/"
        return RECIPE.format(name=self.name, url=url, namespace=self.namespace)

    def changed(self, number: int) -> list[str]:
        """The names of the files that release `number` brings new or changed, sorted."""
        files = self.releases[number][1]
        before = self.releases[number - 1][1] if number else {}
        return sorted(name for name, content in files.items() if before.get(name) != content)

    def appear(self, number: int) -> None:
        """Release `number` appears at the databank."""
        name, files = self.releases[number]
        previous = self.remote / self.releases[number - 1][0] if number else None
        publish_release(self.remote / name, files, previous, day=30 * number)


RECIPE = """\
name = "{name}"
formats = ["fasta"]

[remote]
url = "{url}"
files = ["*.fa.gz"]

[release]
from = "folder"
pattern = '^[0-9]{{4}}-[0-9-]+$'

[[steps]]
name = "unpack"
use = "unpack"
files = ["*.gz"]

[[steps]]
name = "load"
use = "load"
files = ["*.fa"]
namespace = "{namespace}"
needs = ["unpack"]
"""


def mirror(terminal: Terminal, bank: Bank, shown: Shown) -> None:
    """Mirror every release of `bank` as it appears at the databank that `shown` serves."""
    kind = shown.url.partition(":")[0].upper()
    chapter(f"Mirror: {bank.name}", f"The databank is at {shown.url} ({kind}). This is its recipe:")
    recipe = terminal.folder / f"{bank.name}.toml"
    recipe.write_text(bank.recipe(shown.url))
    console.print(Syntax(recipe.read_text(), "toml", background_color="default"))
    bank.appear(0)
    terminal.type(f"holdfast bank add {recipe.name}")
    terminal.type(f"holdfast bank update {bank.name} --dry-run")
    terminal.check("a dry run fetches nothing", shown.sent_since_asked(), [])
    for number, (release, _) in enumerate(bank.releases):
        if number:
            console.print(f"\nRelease {release} appears at the databank.")
            bank.appear(number)
        update(terminal, bank, number, shown)
        if number == 0:
            terminal.type(f"holdfast bank update {bank.name}")
            terminal.check("a second update fetches nothing", shown.sent_since_asked(), [])
    terminal.type(f"holdfast bank releases {bank.name}")
    terminal.type(f"holdfast bank check {bank.name}")


def update(terminal: Terminal, bank: Bank, number: int, shown: Shown) -> None:
    """Update `bank` to its release `number` and hold what is on disk against the truth."""
    release, files = bank.releases[number]
    terminal.type(f"holdfast bank update {bank.name}")
    changed = bank.changed(number)
    only = "only what changed" if number else "everything, for the first time"
    terminal.check(
        f"{len(changed)} of {len(files)} files were fetched: {only}",
        shown.sent_since_asked(),
        changed,
    )
    folder = terminal.folder / "home" / "banks" / bank.name
    flat = folder / "current" / "flat"
    terminal.check(
        f"current is {release}", (folder / "current").readlink().name, f"{bank.name}_{release}"
    )
    wanted = {name.removesuffix(".gz"): gzip.decompress(data) for name, data in files.items()}
    found = {file.name: file.read_bytes() for file in flat.iterdir()}
    terminal.check("its files hold what the databank unpacks to", found == wanted, expected=True)
    same = sorted(name.removesuffix(".gz") for name in files if name not in changed)
    if number and same:
        before = folder / f"{bank.name}_{bank.releases[number - 1][0]}" / "flat"
        linked = [name for name in same if (before / name).samefile(flat / name)]
        terminal.check("unchanged files are links, not copies", linked, same)


# -- keep ------------------------------------------------------------------------------------------


def keep(terminal: Terminal, world: World) -> None:
    """Look at what the releases became in the store, and hold it against the files."""
    chapter("Keep", "Every release was loaded as it came. Each sequence is in the store once.")
    terminal.type("holdfast seq status")
    everything = [
        residues
        for _, files in (*world.genomes, *world.proteomes)
        for content in files.values()
        for _, residues in records(content)
    ]
    distinct = set(everything)
    terminal.check(
        f"{len(everything):,} sequences of all releases are {len(distinct):,} different ones",
        terminal.ask("holdfast seq status")["sequences"],
        len(distinct),
    )
    slices(terminal, world)
    history(terminal, world)
    exact(terminal, world)
    terminal.type("holdfast seq snapshot create demonstration")
    terminal.type("holdfast seq check")


def slices(terminal: Terminal, world: World) -> None:
    """Fetch a slice by alias and by digest; both are the bases of the file."""
    contig, residues = next(records(world.genomes[-1][1][world.target]))
    start, end = len(residues) // 3, len(residues) // 3 + 60
    truth = residues[start:end].decode()
    alias = f"genomes.{world.target.partition('.')[0]}:{contig}"
    by_alias = terminal.type(f"holdfast seq get {alias} --slice {start}-{end} --raw").strip()
    terminal.check("the slice is that of the file", by_alias, truth)
    digest = ga4gh(residues)
    by_digest = terminal.type(f"holdfast seq get {digest} --slice {start}-{end} --raw").strip()
    terminal.check("and the same by digest", by_digest, truth)


def history(terminal: Terminal, world: World) -> None:
    """Show what changed from the first release's proteins to the newest's: both are remembered."""
    first, last = (
        {name: residues for content in files.values() for name, residues in records(content)}
        for files in (world.proteomes[0][1], world.proteomes[-1][1])
    )
    changed = next((name for name in first if last.get(name, first[name]) != first[name]), None)
    if changed is not None:
        moved(terminal, changed, first[changed], last[changed])
    else:
        renamed(terminal, first, last)


def exact(terminal: Terminal, world: World) -> None:
    """Write a file of the first release again, though the disk need not have it any more."""
    release, files = world.proteomes[0]
    name, content = next(iter(files.items()))
    collection = f"proteomes:{release}:{name.removesuffix('.gz')}"
    terminal.type(f"holdfast seq export {collection} --exact --output again.fa")
    again = (terminal.folder / "again.fa").read_bytes()
    terminal.check(
        "the store writes a file of the first release again, byte for byte",
        hashlib.sha256(again).hexdigest(),
        hashlib.sha256(gzip.decompress(content)).hexdigest(),
    )


def moved(terminal: Terminal, name: str, before: bytes, after: bytes) -> None:
    """A name that came to mean another sequence."""
    command = f"holdfast seq alias list 'proteomes:{name}' --history"
    terminal.type(command)
    terminal.check(
        "its history names the old and the new sequence",
        [record["digest"] for record in terminal.ask(command)],
        [ga4gh(before), ga4gh(after)],
    )
    now = terminal.type(f"holdfast seq get 'proteomes:{name}' --raw").strip()
    terminal.check("the name means the newest release's protein", now.encode(), after)
    then = terminal.type(f"holdfast seq get {ga4gh(before)} --raw").strip()
    terminal.check("and the old one is still there by its digest", then.encode(), before)


def renamed(terminal: Terminal, first: Mapping[str, bytes], last: Mapping[str, bytes]) -> None:
    """A sequence that was given another name: it has both, and is stored once."""
    names = {residues: name for name, residues in last.items()}
    old = next(name for name in first if name not in last and first[name] in names)
    command = f"holdfast seq alias list 'proteomes:{old}'"
    terminal.type(command)
    found = {record["alias"] for record in terminal.ask(command)}
    both = {f"proteomes:{old}", f"proteomes:{names[first[old]]}"}
    terminal.check("the protein has its old and its new name", found & both, both)


def records(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and upper-case residues of a gzipped FASTA file: a reader independent of ours."""
    for record in gzip.decompress(content).split(b">")[1:]:
        header, _, lines = record.partition(b"\n")
        yield header.split()[0].decode(), b"".join(lines.split()).replace(b"*", b"").upper()


def ga4gh(residues: bytes) -> str:
    """The GA4GH digest of `residues`, by the standard library alone."""
    return "SQ." + urlsafe_b64encode(hashlib.sha512(residues).digest()[:24]).decode()


# -- compare ---------------------------------------------------------------------------------------

PLOT = "demonstration"
FOUND = 0.9  #: of an event's bases must be matched


def compare(terminal: Terminal, world: World) -> None:
    """Compare the two genomes, and hold the alignment against what is known of them."""
    target, query = (name.removesuffix(".gz") for name in (world.target, world.query))
    chapter("Compare", f"{target} and {query} of the current release of the genomes.")
    terminal.type(
        f"holdfast plot run genomes:current:{target} genomes:current:{query} --name {PLOT}"
    )
    plot = terminal.folder / "home" / "plots" / PLOT
    matches = [line.split("\t") for line in (plot / "alignment.paf").read_text().splitlines()]
    for event in world.events:
        where = f"{event.target}:{event.start:,}-{event.end:,}"
        strand = "the same" if event.strand == "+" else "the other"
        terminal.check(
            f"{where} is on {event.query}, {strand} strand",
            covered(event, matches) >= FOUND * (event.end - event.start),
            expected=True,
        )
    if world.order is not None:
        layout = json.loads((plot / "plot.json").read_text())["layout"]["query"]
        terminal.check(
            "the contigs are drawn in the order of the reference",
            layout["contigs"],
            list(world.order),
        )
        terminal.check("and turned round where they must be", set(layout["reversed"]), world.turned)


def covered(event: Event, matches: Sequence[Sequence[str]]) -> int:
    """How many target bases of `event` the `matches` (lines of PAF) put where it says."""
    place = (event.query, event.strand, event.target)
    spans = sorted(
        (int(match[7]), int(match[8]))
        for match in matches
        if (match[0], match[4], match[5]) == place
    )
    bases, last = 0, event.start
    for start, end in spans:
        reached = min(end, event.end)
        bases += max(0, reached - max(start, last))
        last = max(last, reached)
    return bases


# -- the end ---------------------------------------------------------------------------------------


def summary(terminal: Terminal, folder: Path) -> None:
    """Say what stands now and where to look."""
    chapter("What stands now", f"Everything is in {folder}.")
    terminal.type("holdfast bank list")
    terminal.type("holdfast plot list")
    plot = folder / "home" / "plots" / PLOT
    console.print(f"\nThe plot, for a browser:  [bold]{plot / 'plot.html'}[/]")
    console.print(f"and as a picture:         {plot / 'plot.png'}")
