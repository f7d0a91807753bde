"""Batch files of D-Genies are read, and all that is wrong in one is told at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.app.plots import batch_file
from holdfast.app.plots.batch_file import JobType, read_batch
from holdfast.app.plots.folders import NAME
from thoroughness import sampled


def problems(text: str, keys: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    return [(each.line, each.sentence) for each in read_batch(text.encode(), keys).problems]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("type=align target=a.fa", {"target": "a.fa"}),
        ("\ttarget=a.fa \t type=align  ", {"target": "a.fa"}),
        ("type=align target='my a.fa' query=\"b's.fa\"", {"target": "my a.fa", "query": "b's.fa"}),
        ("type=align target=a.fa # query=b.fa", {"target": "a.fa"}),
        ("type=align target=a.fa#query=b.fa", {"target": "a.fa"}),
        ("type=align target='a#1.fa' query=b.fa", {"target": "a#1.fa", "query": "b.fa"}),
        ("type=align target=http://x.org/a.fa?b=c&d=e", {"target": "http://x.org/a.fa?b=c&d=e"}),
        ("type=align target=é.fa\r", {"target": "é.fa"}),
        ("\ufefftype=align target=a.fa", {"target": "a.fa"}),
        ("type=align target=a tool=x options=r:few,c:x id_job=i", {
            "target": "a", "tool": "x", "options": "r:few,c:x", "id_job": "i",
        }),
    ],
)  # fmt: skip
def test_a_line_is_read(line: str, expected: dict[str, str]) -> None:
    batch = read_batch(line.encode())
    assert batch.problems == ()
    assert batch.lines[0].values == {"type": "align", **expected}


def test_lines_keep_their_numbers_and_comments_and_blank_lines_are_passed_over() -> None:
    text = "# two plots\n\n   \t\ntype=align target=a.fa\n#\ntype=plot backup=b.tar.gz\n"
    lines = read_batch(text.encode()).lines
    assert [(each.line, each.type) for each in lines] == [(4, JobType.ALIGN), (6, JobType.PLOT)]
    assert read_batch(b"type=align target=a options=r:few,c:x").lines[0].options == ("r:few", "c:x")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("target=a.fa", "it has no type; write type=align or type=plot"),
        ("type=algin target=a.fa", "'algin' is no type of job; write align or plot"),
        ("type=align", "target is missing"),
        ("type=align query=b.fa", "target is missing"),
        ("type=plot", "align is missing: the alignment to draw; or name a backup"),
        ("type=align target=a target=b", "target is said twice"),
        ("type=align target=", "target has no value"),
        ("type=align target=''", "target has no value"),
        ("type=align targt=a target=b", "has no key 'targt'; did you mean target?"),
        ("type=align target=a align=b", "has no key 'align'; lines of type=plot have it"),
        ("type=plot align=a tool=b", "has no key 'tool'; lines of type=align have it"),
        ("type=plot backup=b align=a query=q", "leave align and query out"),
        ("type=align target=a options=few", "'few' is not an option; write group:key"),
        ("type=align target=a options=r:few,", "'' is not an option"),
        ("type=align target=a b.fa", "'b.fa' is not key=value; put quotes around"),
        ("type=align target='a.fa", "do not stand around one whole value"),
        ("type=align target=a'b'", "do not stand around one whole value"),
        ("type=align target=a name=../up", "cannot be the name of a plot"),
        ("type=align target=a\x00", "unprintable characters"),
    ],
)
def test_what_is_wrong_in_a_line_is_told(line: str, sentence: str) -> None:
    told = problems(f"\n{line}\n")
    assert [number for number, _ in told] == [2]
    assert sentence in told[0][1]


def test_everything_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = "type=plot tool=x\ntype=align target=a\nfoo=bar\ntype=align targt=a\n"
    assert [line for line, _ in problems(text)] == [1, 1, 3, 4, 4]


def test_a_file_that_asks_for_nothing_or_is_no_text_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "asks for nothing" in problems("# nothing\n")[0][1]
    assert "asks for nothing" in problems("")[0][1]
    assert [each.line for each in read_batch(b"\n\n\xff\xfe").problems] == [3]
    monkeypatch.setattr(batch_file, "LARGEST", 3)
    assert "at most" in problems("type=align target=a")[0][1]


def test_keys_about_drawing_are_known_where_they_are_said_to_be() -> None:
    keys = ("min_length",)
    assert problems("type=plot align=a.paf min_length=5", keys) == []
    told = problems("type=plot align=a.paf min_lenght=5", keys)
    assert "did you mean min_length?" in told[0][1]


def named(*lines: str) -> list[str]:
    return [each.name for each in read_batch("\n".join(lines).encode()).lines]


def test_plots_are_called_as_people_would_and_no_two_alike() -> None:
    assert named(
        "type=align target=/x/old.fa.gz query=http://y.org/new.fa",
        "type=align target=old.fa query=new.fa preset=asm20",
        "type=align target=yeast:current query=a.fa",
        "type=align target=old.fa",
        "type=plot align=/x/map.paf.gz",
        "type=plot backup=kept.tar.gz",
        "type=plot align=a.paf id_job='my job!'",
        "type=plot align=b.paf id_job='my job!'",
        "type=plot align=b.paf name=my-job",
    ) == [
        "new-against-old", "new-against-old_2", "a-against-yeast-current", "old-against-old", "map",
        "kept", "my-job_2", "my-job_3", "my-job",
    ]  # fmt: skip


def test_two_lines_cannot_make_one_plot() -> None:
    told = problems("type=plot align=a.paf name=x\ntype=plot align=b.paf name=x\n")
    assert [line for line, _ in told] == [1, 2]
    assert "several lines are called x" in told[0][1]


WORDS = st.text("abc=#'\" \t:,.", max_size=12)


@settings(max_examples=sampled(120))
@given(st.lists(st.one_of(WORDS, st.just("type=align target=a"), st.text(max_size=20)), max_size=4))
def test_whatever_the_text_it_is_read_or_told_and_names_are_names(lines: list[str]) -> None:
    text = "\n".join(lines)
    batch = read_batch(text.encode(errors="surrogatepass"))
    assert batch.lines or batch.problems
    assert all(NAME.fullmatch(each.name) for each in batch.lines)
    assert len({each.name for each in batch.lines}) == len(batch.lines)
    assert all(1 <= each.line <= text.count("\n") + 1 for each in batch.problems)


VALUES = st.text(
    st.characters(blacklist_characters='"', blacklist_categories=("C", "Z")), min_size=1
)


@settings(max_examples=sampled(100))
@given(st.dictionaries(st.sampled_from(["query", "tool", "preset", "id_job"]), VALUES))
def test_whatever_is_quoted_comes_back(values: dict[str, str]) -> None:
    line = " ".join(f'{key}="{value}"' for key, value in values.items())
    batch = read_batch(f"type=align target=t {line}".encode())
    assert batch.problems == ()
    assert batch.lines[0].values == {"type": "align", "target": "t", **values}
