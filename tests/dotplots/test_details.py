"""Random alignments are walked base by base; what is told of a part must be that walk's part."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.dotplots import details
from holdfast.dotplots.details import Alignment, Alignments, Place, runs_of, turned

Steps = list[tuple[str, int, int]]  # operation, and the bases of target and query it begins at

RUNS = st.lists(
    st.tuples(st.sampled_from("=XMID"), st.integers(1, 9)), min_size=1, max_size=30
).filter(lambda runs: {kind for kind, _ in runs} & set("=XM") != set())


def steps(begin: tuple[int, int], cigar: str, strand: int) -> Steps:
    """One entry for each column of an alignment."""
    target, query = begin
    walked = []
    for size, kind in re.findall(r"(\d+)(.)", cigar):
        for _ in range(int(size)):
            walked.append((kind, target, query if strand > 0 else query - 1))
            target += kind in "=XMD"
            query += strand * (kind in "=XMI")
    return walked


def line(runs: list[tuple[str, int]], strand: int, tag: str = "cg") -> tuple[str, str, int, int]:
    cigar = "".join(f"{size}{kind}" for kind, size in runs)
    bases = [sum(size for kind, size in runs if kind in kinds) for kinds in ("=XMD", "=XMI")]
    columns = ["q", 500, 7, 7 + bases[1], "+-"[strand < 0], "t", 600, 11, 11 + bases[0], 5, 9, 60]
    return "\t".join(map(str, [*columns, "NM:i:3", f"{tag}:Z:{cigar}"])), cigar, bases[0], bases[1]


def alignments(folder: Path, *lines: str) -> Alignments:
    file = folder / "alignment.paf"
    file.write_text("".join(f"{each}\n" for each in lines))
    return Alignments(file)


@given(RUNS, st.sampled_from([1, -1]), st.tuples(*[st.integers(0, 120)] * 4))
def test_what_is_told_is_a_part_of_the_alignment_with_all_that_was_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[tuple[str, int]],
    strand: int,
    edges: tuple[int, int, int, int],
) -> None:
    text, cigar, on_target, on_query = line(runs, strand)
    t0, t1 = sorted(edges[:2])
    q0, q1 = sorted(edges[2:])
    folder = tmp_path_factory.mktemp("details")
    told = alignments(folder, text).between([Place("t", t0, t1)], [Place("q", q0, q1)])
    begin = (11, 7 if strand > 0 else 7 + on_query)
    walk = steps(begin, cigar, strand)
    wanted = [step for step in walk if t0 <= step[1] < t1 and q0 <= step[2] < q1]
    if not told.alignments:
        assert t1 <= 11 or t0 >= 11 + on_target or q1 <= 7 or q0 >= 7 + on_query
        return
    (found,) = told.alignments
    part = steps(found.begin, found.cigar, found.strand)
    assert part == [] or "".join(step[0] for step in part) in "".join(step[0] for step in walk)
    assert all(step in walk for step in part)
    assert all(step in part for step in wanted)


@given(RUNS, st.sampled_from([1, -1]))
def test_an_alignment_turned_twice_is_itself_and_turned_once_has_the_same_pairs(
    runs: list[tuple[str, int]], strand: int
) -> None:
    _, cigar, on_target, on_query = line(runs, strand)
    begin = (11, 7 if strand > 0 else 7 + on_query)
    known = Alignment(
        Place("t", 11, 11 + on_target), Place("q", 7, 7 + on_query), strand, cigar, begin
    )
    assert turned(turned(known)) == known
    pairs = {step[1:] for step in steps(begin, cigar, strand) if step[0] in "=XM"}
    once = turned(known)
    others = {(q, t) for kind, t, q in steps(once.begin, once.cigar, strand) if kind in "=XM"}
    assert pairs == others


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("cg:Z:3M2I4D5=1X", [(3, "M"), (2, "I"), (4, "D"), (5, "="), (1, "X")]),
        ("cg:Z:3M10N2M", [(3, "M"), (10, "D"), (2, "M")]),
        ("cs:Z::6*ag:2+acg-tt=ACG~gt12ac:1",
         [(6, "="), (1, "X"), (2, "="), (3, "I"), (2, "D"), (3, "="), (12, "D"), (1, "=")]),
        ("cs:Z::6\tcg:Z:6M", [(6, "M")]),
        ("cg:Z:", None),
        ("cg:Z:3M2", [(3, "M")]),
        ("cg:Z:M3", None),
        ("cg:Z:3Q", None),
        ("tp:A:P", None),
    ],
)  # fmt: skip
def test_a_line_tells_its_runs(tag: str, expected: list[tuple[int, str]] | None) -> None:
    runs = runs_of(f"q\t9\t0\t9\t+\tt\t9\t0\t9\t9\t9\t60\t{tag}".encode())
    told = runs and list(zip(runs.lengths.tolist(), map(chr, runs.kinds.tolist()), strict=True))
    assert told == expected


def test_only_lines_on_both_places_are_told_the_longest_first(tmp_path: Path) -> None:
    short, *_ = line([("M", 20)], 1)
    long, *_ = line([("M", 50)], -1)
    elsewhere = short.replace("\tt\t", "\tu\t")
    unlike = short.replace("cg:Z:20M", "cg:Z:21M")  # it is longer than its match: not believed
    known = alignments(tmp_path, short, elsewhere, long, unlike, short.split("\tcg")[0])
    told = known.between([Place("t", 0, 600)], [Place("q", 0, 500)])
    assert [each.cigar for each in told.alignments] == ["50M", "20M"]
    assert not told.cut
    assert known.between([Place("t", 0, 600)], [Place("q", 60, 500)]).alignments == ()
    assert known.between([Place("v", 0, 600)], [Place("q", 0, 500)]).alignments == ()


def test_more_than_may_be_told_is_cut_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, *_ = line([("=", 1), ("X", 1)] * 20, 1)
    known = alignments(tmp_path, many, many, many)
    monkeypatch.setattr(details, "MOST_RUNS", 100)
    told = known.between([Place("t", 0, 600)], [Place("q", 0, 500)])
    assert (len(told.alignments), told.cut) == (2, True)
    monkeypatch.setattr(details, "MOST_ALIGNMENTS", 1)
    told = known.between([Place("t", 0, 600)], [Place("q", 0, 500)])
    assert (len(told.alignments), told.cut) == (1, True)


def test_alignments_no_longer_wanted_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [line([("M", 20 + n), ("I", 1), ("M", 5)], 1)[0] for n in range(6)]
    known = alignments(tmp_path, *some)
    monkeypatch.setattr(details, "KEPT_RUNS", 7)
    everything = ([Place("t", 0, 600)], [Place("q", 0, 500)])
    assert known.between(*everything) == known.between(*everything)
    assert len(known._kept) == 2
