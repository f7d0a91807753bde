"""What a step's output says it made is read line by line, whatever else the output is."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.commands import said
from holdfast.banks.commands.said import Places, made_by, parsed
from holdfast.banks.recipes.steps import Makes, Step
from holdfast.banks.releases.metadata import Made, Metadata

FOLDER = Path("/banks/alu/alu_7")
PLACES = Places((FOLDER, Path("/banks/alu/future_release")))
DEFAULT = Makes(format="fasta", types=("nucleic",), tags=("organism:hg38",))


def step(*makes: Makes) -> Step:
    return Step.model_validate({"name": "M_p", "command": ["true"], "makes": makes})


def said_by(tmp_path: Path, output: bytes, *makes: Makes) -> tuple[tuple[Made, ...], list[str]]:
    """What a step with this output made, and the problems."""
    file = tmp_path / "M_p.out"
    file.write_bytes(output)
    found = made_by(step(*makes), file, PLACES)
    return found.made, list(found.problems)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "##BIOMAJ#blast#nucleic,dna#organism:hg38,chr:chr1#blast/a,blast/b",
            Made(
                "blast",
                ("nucleic", "dna"),
                {"organism": "hg38", "chr": "chr1"},
                ("blast/a", "blast/b"),
            ),
        ),
        ("##BIOMAJ#blast###", Made("blast")),
        (
            "##BIOMAJ# blast # a , b # k : v # x , y ",
            Made("blast", ("a", "b"), {"k": "v"}, ("x", "y")),
        ),
        (
            "##BIOMAJ#b##url:http://e.org/a,plain#",
            Made("b", (), {"url": "http://e.org/a", "plain": ""}),
        ),
        ("##BIOMAJ#b###a#b.fa\r\n", Made("b", files=("a#b.fa",))),  # a name keeps the separator
        ("##BIOMAJ#b###./blast//alu", Made("b", files=("blast/alu",))),
        (
            "##BIOMAJ#b###/banks/alu/alu_7/x,/banks/alu/future_release/y",
            Made("b", files=("x", "y")),
        ),
        ("##BIOMAJ#b##é:ü#ß.fa", Made("b", tags={"é": "ü"}, files=("ß.fa",))),
        ("##BIOMAJ#genome/x#genome/eucaryotic##", Made("genome/x", ("genome/eucaryotic",))),
    ],
)
def test_a_line_says_what_was_made(line: str, expected: Made) -> None:
    assert parsed(line.encode(), None, PLACES) == expected


def test_where_a_field_is_empty_the_recipe_says_it() -> None:
    whole = Made("fasta", ("nucleic",), {"organism": "hg38"}, ("a",))
    assert parsed(b"##BIOMAJ####a", DEFAULT, PLACES) == whole
    other = parsed(b"##BIOMAJ#blast#protein##a", DEFAULT, PLACES)
    assert other == Made("blast", ("protein",), {"organism": "hg38"}, ("a",))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"##BIOMAJ#blast#nucleic", "fewer fields"),
        (b"##BIOMAJ#", "fewer fields"),
        (b"##BIOMAJ####a", "no format"),
        (b"##BIOMAJ#b###../../etc/passwd", "is not a file in the release"),
        (b"##BIOMAJ#b###/etc/passwd", "is not a file in the release"),
        (b"##BIOMAJ#b###/banks/alu/alu_7/../alu_6/x", "is not a file in the release"),
        (b"##BIOMAJ#b###a\x1b[2J", "is not a file in the release"),
        (b"##BIOMAJ#\x07###", "no word"),
        (b"##BIOMAJ#" + b"x" * 300 + b"###", "no word"),
        (b"##BIOMAJ#b##k:\x00#", "no word"),
        (b"##BIOMAJ#\xff###", "not UTF-8"),
    ],
)
def test_a_line_that_makes_no_sense_is_named_and_the_next_is_read(
    tmp_path: Path, line: bytes, problem: str
) -> None:
    made, problems = said_by(tmp_path, line + b"\n##BIOMAJ#good###\n")
    assert [each.format for each in made] == ["good"]
    assert len(problems) == 1
    assert "M_p: line 1 of its output: " in problems[0]
    assert problem in problems[0]
    assert problems[0].isprintable()


def test_a_line_counts_from_its_very_beginning(tmp_path: Path) -> None:
    output = b"note ##BIOMAJ#a###\n ##BIOMAJ#b###\n##biomaj#c###\n##BIOMAJ#d###"
    made, problems = said_by(tmp_path, output)
    assert ([each.format for each in made], problems) == (["d"], [])


def test_files_that_the_recipe_names_take_the_place_of_printed_ones(tmp_path: Path) -> None:
    output = b"##BIOMAJ#blast###printed\n##BIOMAJ#fasta###kept\n"
    named = Makes(format="blast", types=("t",), tags=("k:v",), files=("a", "b", "../c"))
    made, problems = said_by(tmp_path, output, named)
    assert made == (
        Made("fasta", ("t",), {"k": "v"}, ("kept",), "M_p"),
        Made("blast", ("t",), {"k": "v"}, ("a", "b"), "M_p"),
    )
    assert len(problems) == 1
    assert "M_p: makes: '../c' is not a file in the release" in problems[0]


def test_two_entries_of_one_format_stay_two(tmp_path: Path) -> None:
    made, _ = said_by(tmp_path, b"##BIOMAJ#blast##chr:1#a\n##BIOMAJ#blast##chr:2#b\n")
    assert [each.files for each in made] == [("a",), ("b",)]


def test_a_step_that_left_no_output_made_what_the_recipe_names(tmp_path: Path) -> None:
    silent = made_by(step(Makes(format="x", files=("a",))), tmp_path / "none", PLACES)
    assert silent.made == (Made("x", files=("a",), step="M_p"),)
    assert made_by(step(DEFAULT), tmp_path / "none", PLACES).made == ()


def test_what_was_put_in_the_place_of_the_output_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"##BIOMAJ#x###\n")
    (tmp_path / "link").symlink_to("other")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder"):
        assert made_by(step(), tmp_path / name, PLACES) == Metadata()


def test_long_lines_are_passed_over_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(said, "LINE_LIMIT", 40)
    output = b"x" * 100 + b"##BIOMAJ#no###\n##BIOMAJ#" + b"y" * 100 + b"###\n##BIOMAJ#yes###\n"
    made, problems = said_by(tmp_path, output)
    assert [each.format for each in made] == ["yes"]
    assert len(problems) == 1
    assert "M_p: line 2 of its output: it is longer than 40 bytes" in problems[0]


def test_endless_output_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "TEXT_LIMIT", 60)
    made, problems = said_by(tmp_path, b"##BIOMAJ#a###\n" * 10)
    assert (len(made), len(problems)) == (4, 1)
    monkeypatch.undo()
    _, problems = said_by(tmp_path, b"##BIOMAJ#a\n" * 100)
    assert len(problems) == said.PROBLEMS_LIMIT + 1
    assert problems[-1] == "M_p: and 80 more"


@given(st.binary(max_size=60))
def test_whatever_a_line_holds_it_is_understood_or_refused(rest: bytes) -> None:
    try:
        made = parsed(said.MARK + rest.replace(b"\n", b""), DEFAULT, PLACES)
    except ValueError:
        return
    assert made.format
    assert all(".." not in Path(name).parts and not Path(name).is_absolute() for name in made.files)
