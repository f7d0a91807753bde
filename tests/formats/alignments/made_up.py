"""
Alignments made up with all that is true of them, and written in every format there is.

A truth is two sequences and the rows of their alignment along the target's forward strand. What a
format's reader makes of it is compared with the truth itself, column by column where the format has
columns.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from hypothesis import strategies as st

from holdfast.formats.alignments.interface import Lengths

COMPLEMENT = str.maketrans("ACGTNacgtn", "TGCANtgcan")
BASES = "ACGT"


def turned(row: str) -> str:
    """The reverse complement; gaps stay gaps."""
    return row[::-1].translate(COMPLEMENT)


@dataclass(frozen=True)
class Truth:
    """One alignment. Intervals are on the forward strands, from 0, half-open."""

    target: str  #: names
    query: str
    target_length: int
    query_length: int
    target_start: int
    query_start: int
    forward: bool
    rows: tuple[str, str]  #: of target and query, along the target's forward strand

    @property
    def target_end(self) -> int:
        return self.target_start + len(self.rows[0].replace("-", ""))

    @property
    def query_end(self) -> int:
        return self.query_start + len(self.rows[1].replace("-", ""))

    @property
    def columns(self) -> list[tuple[str, str]]:
        return list(zip(*self.rows, strict=True))

    @property
    def kinds(self) -> str:
        """A letter for each column: = X I D."""
        return "".join(kind(*column) for column in self.columns)

    @property
    def ambiguous(self) -> int:
        pairs = [column for column in self.columns if "-" not in column]
        return sum(not set("".join(column).upper()) <= set(BASES) for column in pairs)

    @property
    def matches(self) -> int:
        return self.kinds.count("=")

    @property
    def edits(self) -> int:
        return len(self.kinds) - self.matches

    @property
    def gaps(self) -> list[int]:
        return [len(run) for letter, run in self.runs if letter in "ID"]

    @property
    def runs(self) -> list[tuple[str, str]]:
        """Runs of columns with M for all pairs."""
        kinds = self.kinds.replace("=", "M").replace("X", "M")
        return [(letter, "".join(run)) for letter, run in groupby(kinds)]

    @property
    def cigar(self) -> str:
        return "".join(f"{len(run)}{letter}" for letter, run in self.runs)

    @property
    def place(self) -> tuple[object, ...]:
        """What every format tells."""
        query = (self.query, self.query_length, self.query_start, self.query_end)
        target = (self.target, self.target_length, self.target_start, self.target_end)
        return (*query, "+" if self.forward else "-", *target)


def kind(above: str, below: str) -> str:
    if above == "-":
        return "I"
    if below == "-":
        return "D"
    same = above.upper() == below.upper() and above.upper() in BASES
    return "=" if same else "X"


def lengths(truths: Sequence[Truth]) -> Lengths:
    return Lengths(
        {truth.target: truth.target_length for truth in truths},
        {truth.query: truth.query_length for truth in truths},
    )


@st.composite
def truths(draw: st.DrawFn) -> list[Truth]:
    """Some alignments between two targets and two queries; the ends of each are pairs."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    sizes = {name: draw(st.integers(60, 10**9)) for name in ("t1", "t2", "q1", "q2")}
    found = []
    for _ in range(draw(st.integers(0, 4))):
        runs = draw(st.lists(st.tuples(st.sampled_from("PPID"), st.integers(1, 7)), max_size=6))
        rows = _rows(rng, [("P", rng.randint(1, 4)), *runs, ("P", rng.randint(1, 4))])
        target, query = rng.choice(("t1", "t2")), rng.choice(("q1", "q2"))
        spans = [len(row.replace("-", "")) for row in rows]
        starts = [
            rng.choice((0, sizes[name] - span, rng.randint(0, sizes[name] - span)))
            for name, span in zip((target, query), spans, strict=True)
        ]
        forward = draw(st.booleans())
        found.append(Truth(target, query, sizes[target], sizes[query], *starts, forward, rows))
    return found


def _rows(rng: random.Random, runs: Sequence[tuple[str, int]]) -> tuple[str, str]:
    above, below = "A", "a"  # something matches: what has no match is left out by most formats
    for letter, count in runs:
        bases = "".join(rng.choice(BASES + "acgtN"[: rng.choice((0, 5))]) for _ in range(count))
        other = "".join(base if rng.random() < 0.8 else rng.choice(BASES) for base in bases)
        above += "-" * count if letter == "I" else bases
        below += "-" * count if letter == "D" else other
    return above, below


# -- writing ---------------------------------------------------------------------------------------


def _maf_side(truth: Truth, side: int, flipped: bool) -> tuple[int, str]:
    """Start and strand of a side, if the rows are written along the target's reverse strand."""
    forward = (truth.forward or not side) != flipped
    start, end, length = (
        (truth.query_start, truth.query_end, truth.query_length)
        if side
        else (truth.target_start, truth.target_end, truth.target_length)
    )
    return (start if forward else length - end), "+" if forward else "-"


def maf(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    yield "##maf version=1\n# a comment\n"
    for truth in found:
        flipped = rng.random() < 0.5
        yield "a score=1 mismap=1e-05\n"
        sides = ((truth.target, truth.target_length), (truth.query, truth.query_length))
        for side, (name, length) in enumerate(sides):
            row = turned(truth.rows[side]) if flipped else truth.rows[side]
            start, strand = _maf_side(truth, side, flipped)
            size = len(row) - row.count("-")
            yield f"s {name} {start} {size} {strand} {length} {row}\n"
        yield "\n"


def last_tab(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    yield "# LAST version 1\n"
    for truth in found:
        flipped = rng.random() < 0.5
        words: list[object] = [1]
        sides = ((truth.target, truth.target_length), (truth.query, truth.query_length))
        for side, (name, length) in enumerate(sides):
            start, strand = _maf_side(truth, side, flipped)
            size = len(truth.rows[side].replace("-", ""))
            words += [name, start, size, strand, length]
        texts = {"M": "{}", "I": "0:{}", "D": "{}:0"}
        runs = [texts[letter].format(len(run)) for letter, run in truth.runs]
        yield "\t".join(map(str, (*words, ",".join(runs[::-1] if flipped else runs)))) + "\n"


def axt(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    for number, truth in enumerate(found):
        start, strand = _maf_side(truth, 1, flipped=False)
        span = truth.query_end - truth.query_start
        yield (
            f"{number} {truth.target} {truth.target_start + 1} {truth.target_end} "
            f"{truth.query} {start + 1} {start + span} {strand} 100\n"
            f"{truth.rows[0]}\n{truth.rows[1]}\n\n"
        )


def chain(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    for number, truth in enumerate(found):
        start, strand = _maf_side(truth, 1, flipped=False)
        span = truth.query_end - truth.query_start
        yield (
            f"chain 1 {truth.target} {truth.target_length} + {truth.target_start} "
            f"{truth.target_end} {truth.query} {truth.query_length} {strand} {start} "
            f"{start + span} {number}\n"
        )
        sizes: list[list[int]] = []
        for letter, run in truth.runs:
            if letter == "M":
                sizes.append([len(run), 0, 0])
            else:
                sizes[-1]["MDI".index(letter)] += len(run)
        *inner, last = sizes
        yield "".join("\t".join(map(str, each)) + "\n" for each in inner) + f"{last[0]}\n\n"


def _ends(truth: Truth) -> tuple[int, int, int, int]:
    """Intervals from 1, the query's exchanged on the reverse strand."""
    query = (truth.query_start + 1, truth.query_end)
    first, last = query if truth.forward else query[::-1]
    return truth.target_start + 1, truth.target_end, first, last


def delta(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    yield "/some where/t.fa /q.fa\nNUCMER\n"
    for truth in found:
        yield f">{truth.target} {truth.query} {truth.target_length} {truth.query_length}\n"
        yield " ".join(map(str, (*_ends(truth), truth.edits, truth.edits, 0))) + "\n"
        distance = 0
        for letter in truth.kinds:
            distance += 1
            if letter in "ID":
                yield f"{distance if letter == 'D' else -distance}\n"
                distance = 0
        yield "0\n"


def coords(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    tabs, heading, with_lengths, coverage = (rng.random() < 0.5 for _ in range(4))
    if heading:
        yield "/t.fa /q.fa\nNUCMER\n\n"
        titles = ["[S1]", "[E1]", "[S2]", "[E2]", "[LEN 1]", "[LEN 2]", "[% IDY]"]
        titles += ["[LEN R]", "[LEN Q]"] * with_lengths + ["[COV R]", "[COV Q]"] * coverage
        yield ("\t" if tabs else "  |  ").join([*titles, "[TAGS]"]) + "\n"
        if not tabs:
            yield "=====\n"
    for truth in found:
        spans = (truth.target_end - truth.target_start, truth.query_end - truth.query_start)
        share = f"{100 * truth.matches / len(truth.kinds):.2f}"
        groups: list[list[object]] = [[*_ends(truth)[:2]], [*_ends(truth)[2:]], [*spans], [share]]
        groups += [[truth.target_length, truth.query_length]] * with_lengths
        groups += [["1.00", "2.00"]] * coverage
        names = f"{truth.target}\t{truth.query}"
        if tabs:
            yield "\t".join(str(word) for group in groups for word in group) + f"\t{names}\n"
        else:
            texts = ["  ".join(f"{word!s:>8}" for word in group) for group in groups]
            yield "  | ".join([*texts, names]) + "\n"


def _blast_row(truth: Truth) -> list[object]:
    mismatches = truth.edits - sum(truth.gaps)
    first, last = truth.target_start + 1, truth.target_end
    subject = (first, last) if truth.forward else (last, first)
    share = f"{100 * truth.matches / len(truth.kinds):.3f}"
    counts = (share, len(truth.kinds), mismatches, len(truth.gaps))
    places = (truth.query_start + 1, truth.query_end, *subject)
    return [truth.query, truth.target, *counts, *places, "1e-10", 100]


def blast6(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    for truth in found:
        yield "\t".join(map(str, _blast_row(truth))) + "\n"


def blast7(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    titles = (
        "query acc.ver, subject acc.ver, % identity, alignment length, mismatches, gap opens, "
        "q. start, q. end, s. start, s. end, evalue, bit score"
    ).split(", ")
    order = list(range(len(titles)))
    rng.shuffle(order)
    for truth in found:
        yield f"# BLASTN 2.12.0+\n# Query: {truth.query} some words\n# Database: x\n"
        yield "# Fields: " + ", ".join(titles[place] for place in order) + "\n# 1 hits found\n"
        row = _blast_row(truth)
        yield "\t".join(str(row[place]) for place in order) + "\n"
    yield f"# BLAST processed {len(found)} queries\n"


def sam(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    yield "@HD\tVN:1.6\n"
    for name, size in {truth.target: truth.target_length for truth in found}.items():
        yield f"@SQ\tSN:{name}\tLN:{size}\n"
    yield "absent\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\n"
    for truth in found:
        clips = [truth.query_start, truth.query_length - truth.query_end]
        head, tail = clips if truth.forward else clips[::-1]
        clip = rng.choice("SH") if truth.query_length < 100 else "H"
        cigar = f"{head}{clip}" * (head > 0) + truth.cigar + f"{tail}{clip}" * (tail > 0)
        flag = (0 if truth.forward else 16) | rng.choice((0, 256, 2048))
        tags = f"NM:i:{truth.edits}\tnn:i:{truth.ambiguous}\tSA:Z:x"
        place = f"{truth.target}\t{truth.target_start + 1}\t60\t{cigar}"
        yield f"{truth.query}\t{flag}\t{place}\t*\t0\t0\t*\t*\t{tags}\n"


def mashmap2(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    for truth in found:
        name, length, start, end, strand, other, size, first, last = truth.place
        assert isinstance(end, int)
        assert isinstance(last, int)
        places = (name, length, start, end - 1, strand, other, size, first, last - 1)
        yield " ".join(map(str, (*places, "98.5"))) + "\n"


def mashmap3(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    percent = rng.random() < 0.5
    told = "id:f:98.5" if percent else "id:f:0.985"
    for truth in found:
        yield "\t".join(map(str, (*truth.place, 17, 5000, 18, told, "kc:f:0.9"))) + "\n"


def paf(found: Sequence[Truth], rng: random.Random) -> Iterator[str]:
    for truth in found:
        counts = (truth.matches, len(truth.kinds) - truth.ambiguous, 60)
        tags = (f"NM:i:{truth.edits}", f"cg:Z:{truth.cigar}")[: rng.randint(0, 2)]
        yield "\t".join(map(str, (*truth.place, *counts, *tags))) + "\n"


Writer = Callable[[Sequence[Truth], random.Random], Iterator[str]]
#: Every format of text: how it is written, by its name.
WRITERS: dict[str, tuple[str, Writer]] = {
    "paf": ("paf", paf),
    "maf": ("maf", maf),
    "delta": ("delta", delta),
    "coords": ("coords", coords),
    "last-tab": ("last-tab", last_tab),
    "blast6": ("blast6", blast6),
    "blast7": ("blast7", blast7),
    "chain": ("chain", chain),
    "sam": ("sam", sam),
    "axt": ("axt", axt),
    "mashmap": ("mashmap", mashmap2),
    "mashmap 3": ("mashmap", mashmap3),
}


def written(which: str, found: Sequence[Truth], seed: int = 0) -> bytes:
    """The file of `found` in a format of WRITERS."""
    return "".join(WRITERS[which][1](found, random.Random(seed))).encode()


EXAMPLE = (
    Truth("t1", "q1", 200, 100, 10, 20, True, ("ACGTAC--GTNA", "ACcTACTTGTNA")),
    Truth("t1", "q2", 200, 90, 30, 5, False, ("ACGTACGGGT", "ACGT--GGGT")),
)
