"""A tool is run in a folder of its own; what it writes is whole or refused, and nothing is left."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dotplots.aligners.tooling import answer, of, program, small_pair
from dotplots.examples import fasta
from holdfast.base.progress import Progress
from holdfast.dotplots.aligners.commands import Command
from holdfast.dotplots.aligners.interface import Needs, Question
from holdfast.dotplots.aligners.options import Entry, Group, Kind, Preset
from holdfast.dotplots.aligners.programs import version_of
from holdfast.dotplots.aligners.tools import Memory
from holdfast.errors import AlignmentFailed, FormatError, UsageError

LINE = r"q\t45\t0\t45\t+\tt\t60\t5\t50\t45\t45\t60\n"


def writing(text: str) -> str:
    """A script that writes `text`, in which printf knows tabs and newlines."""
    return f"printf '{text}' > out"


ASKED = 'test "$1" != --version || exit 0;'  #: how a script begins that counts what it is told
PRESETS = (
    Preset("near", ("-n",), 0.01, prepare=("--fine",)),
    Preset("far", ("-f", "2")),
)
GROUPS = (
    Group(
        "repeat", Kind.RADIO, (Entry("few", ("-r", "1"), is_usual=True), Entry("many", ("-r9",)))
    ),
    Group("tags", Kind.CHECKBOX, (Entry("cs", ("--cs",)), Entry("md", ("--MD", "two words")))),
)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    folder = tmp_path / "my genomes"
    folder.mkdir()
    return small_pair(folder)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "the work"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "command", ["{exe} {target} {query} {out}", "{exe} {target} {query} > {out}"]
)
def test_what_the_tool_writes_becomes_the_alignment(
    tmp_path: Path, pair: tuple[Path, Path], work: Path, command: str
) -> None:
    script = program(tmp_path / "my tools" / "mine", f"printf '{LINE}' > \"${{3:-/dev/stdout}}\"")
    told, table = answer(of(script, command), pair, work)
    assert (table.query_names, table.target_start.tolist()) == (("q",), [5])
    assert (told.target.name, told.query.name, told.query.length) == ("t", "q", 45)
    assert [each.name for each in work.iterdir()] == ["answer.paf"]


def test_the_tool_sees_plain_upper_case_genomes_with_an_index(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    seen = tmp_path / "seen"
    script = program(
        tmp_path / "mine", f'{ASKED} cat "$1" "$2" "$2.fai" > {seen}; pwd >> {seen}; : > "$3"'
    )
    answer(of(script), pair, work)
    *lines, folder = seen.read_text().splitlines()
    assert lines == [">t", "A" * 60, ">q", "A" * 45, "q\t45\t3\t45\t46"]
    assert not Path(folder).exists()


def test_presets_options_and_threads_become_words(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    seen = tmp_path / "seen"
    script = program(tmp_path / "mine", f'{ASKED} printf "%s\\n" "$@" >> {seen}; : > out')
    prepare = (Command.parse(f"{script} index {{options}} {{target}} {{threads}}"),)
    aligner = of(
        script,
        "{exe} -t{threads} {options} {target} {query} {out}",
        threads=3,
        presets=PRESETS,
        groups=GROUPS,
        prepare=prepare,
    )
    options = ("repeat:many", "tags:cs", "tags:md")
    told, _ = answer(aligner, pair, work, cores=8, preset="near", options=options)
    assert seen.read_text().splitlines() == [
        *("index", "--fine", "target.fa", "3"),
        *("-t3", "-n", "-r9", "--cs", "--MD", "two words", "target.fa", "query.fa", "out"),
    ]
    assert told.note.command == (
        f"{script} index --fine t.fa $(nproc) && "
        f"{script} -t$(nproc) -n -r9 --cs --MD 'two words' t.fa q.fa out"
    )
    assert told.note.preset == "near"


@pytest.mark.parametrize(("same", "preset"), [(True, "near"), (False, "far")])
def test_the_preset_follows_the_divergence(
    tmp_path: Path, work: Path, same: bool, preset: str
) -> None:
    script = program(tmp_path / "mine", ": > out")
    aligner = of(script, "{exe} {options} {target} {query} {out}", presets=PRESETS)
    bases = ["ACGGTCAATCGGATTCTAGGACCATCAGT" * 3, "TTGACCGTATTAGCCAGTAGGATCCATGA" * 3]
    pair = [fasta(tmp_path / f"{n}.fa", [("a", bases[0 if same else n])]) for n in (0, 1)]
    told, _ = answer(aligner, pair, work)
    assert told.note.preset == preset == aligner.preset_for(told.divergence)


def test_a_genome_is_compared_with_itself_by_a_command_of_its_own(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    script = program(tmp_path / "mine", 'printf "%s\\n" "$@" >&2; exit 1')
    command = Command.parse("{exe} -X {target} {target} {out}")
    with pytest.raises(AlignmentFailed, match=r"-X / target\.fa / target\.fa / out"):
        answer(of(script, for_self=command), (pair[0], None), work)
    with pytest.raises(UsageError, match="cannot align a genome with itself"):
        answer(of(script), (pair[0], None), work)


def test_lines_are_put_in_the_order_of_the_query(tmp_path: Path, work: Path) -> None:
    contigs = [("b", "A" * 9), ("a", "A" * 9)]
    pair = (fasta(tmp_path / "t.fa", contigs), fasta(tmp_path / "q.fa", contigs))
    line = r"%s\t9\t%d\t9\t+\t%s\t9\t0\t9\t9\t9\t60\n"
    lines = "".join(
        line.replace("%s", "{}").replace("%d", "{}").format(*x)
        for x in (("a", 0, "b"), ("b", 1, "a"), ("b", 0, "a"), ("b", 0, "b"))
    )
    _, table = answer(of(program(tmp_path / "mine", f"printf '{lines}' > out")), pair, work)
    names = [
        (table.query_names[q], table.target_names[t])
        for q, t in zip(table.query, table.target, strict=True)
    ]
    assert names == [("b", "b"), ("b", "a"), ("b", "a"), ("a", "b")]
    assert table.query_start.tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize(("is_joined", "ends"), [(True, [45]), (False, [20, 40, 45])])
def test_a_split_query_is_merged_exactly(
    tmp_path: Path, pair: tuple[Path, Path], work: Path, is_joined: bool, ends: list[int]
) -> None:
    script = program(
        tmp_path / "mine",
        r"""grep '>' query.fa >&2
        printf 'q_###_3\t5\t0\t5\t+\tt\t60\t45\t50\t5\t5\t60\tcg:Z:5M\n' > out
        printf 'q_###_1\t20\t0\t20\t+\tt\t60\t5\t25\t20\t20\t60\tcg:Z:20M\n' >> out
        printf 'q_###_2\t20\t0\t20\t+\tt\t60\t25\t45\t20\t20\t60\tcg:Z:20M\n' >> out""",
    )
    aligner = of(script, block=20, is_split=True, is_joined=is_joined)
    told, table = answer(aligner, pair, work)
    assert [(contig.name, contig.length) for contig in told.query.contigs] == [("q", 45)]
    assert table.query_lengths == (45,)
    assert table.query_end.tolist() == ends
    assert table.target_end.max() == 50


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo no memory left >&2; exit 3", "mine ended with exit code 3: no memory left"),
        ("exit 4", "exit code 4: it said nothing"),
        ("kill -9 $$", "by signal 9: was there too little memory"),
        ("exit 0", "gave no whole answer: .* wrote none"),
        (f"printf '{LINE[:-2]}' > out; echo bye >&2", "middle of a line.*; it said last: bye"),
        (f"printf '{LINE}q\\t45\\t0\\n' > out", "the output of mine:2: 3 columns where PAF has 12"),
        ("echo garbage > out", "the output of mine:1: 1 columns"),
        (writing(LINE.replace("q", "p")), "the query contig 'p', which was not given"),
        (writing(LINE.replace("60", "61", 1)), "'t', which has 60 bases, not 61"),
        (writing(LINE.replace(r"0\t45\t+", r"45\t0\t+")), "ends before it starts"),
        (f"printf '{LINE}' | head -c 20 > out; echo >> out", "where PAF has 12"),
    ],
)
def test_a_tool_that_fails_keeps_nothing(
    tmp_path: Path, pair: tuple[Path, Path], work: Path, script: str, sentence: str
) -> None:
    with pytest.raises(AlignmentFailed, match=sentence):
        answer(of(program(tmp_path / "mine", script)), pair, work)
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("form", ["maf", "delta", "blast7", "coords", "mashmap", "last-tab"])
def test_an_answer_that_is_not_its_format_is_told_with_tool_and_line(
    tmp_path: Path, pair: tuple[Path, Path], work: Path, form: str
) -> None:
    script = program(tmp_path / "mine", "printf '# mine\\nmore\\nthan that\\n' > out")
    with pytest.raises(AlignmentFailed, match=r"no whole answer: the output of mine:\d: "):
        answer(of(script, format=form), pair, work)
    assert list(work.iterdir()) == []


def test_an_old_answer_stays_when_a_new_one_fails(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    (work / "answer.paf").write_text("old")
    with pytest.raises(AlignmentFailed):
        answer(of(program(tmp_path / "mine", "exit 1")), pair, work)
    assert (work / "answer.paf").read_text() == "old"


def test_no_match_is_an_empty_alignment(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    _, table = answer(of(program(tmp_path / "mine", ": > out")), pair, work)
    assert len(table) == 0


@pytest.mark.parametrize(
    ("program_name", "prepare", "missing"),
    [("none-such", (), "none-such"), ("sh", (Command.parse("no-index {target}"),), "no-index")],
)
def test_a_missing_program_says_what_to_install(
    program_name: str, prepare: tuple[Command, ...], missing: str, pair: tuple[Path, Path]
) -> None:
    aligner = of(Path(program_name), prepare=prepare, install="apt install it")
    with pytest.raises(AlignmentFailed, match=f"{missing} is not installed.*: apt install it"):
        aligner.check(Question(*pair))


def test_a_preparing_program_is_found_beside_the_tool(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    seen = tmp_path / "seen"
    program(tmp_path / "bin" / "make-index", f"echo made > {seen}")
    script = program(tmp_path / "bin" / "mine", ": > out")
    answer(of(script, prepare=(Command.parse("make-index {target}"),)), pair, work)
    assert seen.read_text() == "made\n"


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"preset": "naer"}, "did you mean near"),
        ({"options": ("tags:md5",)}, "did you mean tags:md"),
    ],
)
def test_what_the_tool_does_not_know_is_refused(
    how: dict[str, object], sentence: str, pair: tuple[Path, Path]
) -> None:
    aligner = of(
        Path("sh"), "{exe} {options} {target} {query} {out}", presets=PRESETS, groups=GROUPS
    )
    with pytest.raises(UsageError, match=sentence):
        aligner.check(Question(*pair, **how))  # type: ignore[arg-type]  # two kinds of words


def test_a_broken_genome_is_refused_before_the_tool_runs(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    pair[1].write_text("no fasta")
    with pytest.raises(FormatError, match=r"q\.fa"):
        answer(of(program(tmp_path / "mine", f"touch {tmp_path}/ran")), pair, work)
    assert not (tmp_path / "ran").exists()


def test_needs_grow_with_the_genomes_up_to_the_tools_limit() -> None:
    memory = Memory(base=1000, target=10, query=2, core=50)
    assert of(Path("x"), threads=4, memory=memory).needs(100, 10, 8) == Needs(
        4, 1000 + 1000 + 20 + 200
    )
    assert of(Path("x"), memory=memory, memory_limit=1500).needs(100, 10, 8) == Needs(1, 1500)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("mine: 2.12.0+", "2.12.0+"),
        ("lastal 1447", "1447"),
        ("v0.14.2-7-g1", "0.14.2-7-g1"),
        ("no", "unknown"),
    ],
)
def test_the_version_is_what_the_program_says(tmp_path: Path, said: str, version: str) -> None:
    script = program(tmp_path / "mine", f'test "$*" = "-V" && echo "{said}" >&2; exit 1')
    aligner = of(script, version=("-V",))
    assert aligner.version() == version
    script.write_text("#!/bin/sh\necho another 9.9\n")
    assert aligner.version() == version  # it is asked once


def test_what_the_tool_says_is_told_as_progress(
    tmp_path: Path, pair: tuple[Path, Path], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.dotplots.aligners.programs.LOOK_SECONDS", 0.05)
    heard: list[Progress] = []
    script = program(tmp_path / "mine", "echo one >&2; echo half way >&2; sleep 0.3; : > out")
    answer(of(script, label="My tool"), pair, work, heard.append)
    assert ("aligning with My tool", "half way") in {(each.what, each.message) for each in heard}


@pytest.mark.parametrize(
    ("what", "is_same"),
    [({"label": "another", "help": "x", "order": 3}, True), ({"is_split": True}, False)],
)
def test_a_changed_description_is_another_recipe(what: dict[str, Any], is_same: bool) -> None:
    assert (of(Path("x"), **what).recipe == of(Path("x")).recipe) is is_same
    assert of(Path("x"), "{exe} -v {target} {query} {out}").recipe != of(Path("x")).recipe


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_what_a_tool_leaves_running_ends_with_it(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    number = tmp_path / "pid"
    script = program(tmp_path / "mine", f"sleep 600 & echo $! > {number}; exit 1")
    with pytest.raises(AlignmentFailed):
        answer(of(script), pair, work)
    pid = int(number.read_text())
    _wait_for(lambda: not is_alive(pid))


def test_a_tool_dies_with_the_process_that_runs_it(
    tmp_path: Path, pair: tuple[Path, Path], work: Path
) -> None:
    number = tmp_path / "pid"
    script = program(
        tmp_path / "mine", f"echo $$ > {number}.new; mv {number}.new {number}; exec sleep 600"
    )
    code = (
        "import sys; from pathlib import Path\n"
        "from holdfast.dotplots.aligners.programs import run\n"
        "folder = Path(sys.argv[2])\n"
        "run([sys.argv[1]], folder, out=None, log=folder / 'log', tell=print)\n"
    )
    ours = subprocess.Popen([sys.executable, "-c", code, str(script), str(work)])
    try:
        _wait_for(number.exists)
    finally:
        ours.send_signal(signal.SIGKILL)
        ours.wait()
    pid = int(number.read_text())
    _wait_for(lambda: not is_alive(pid))


def _wait_for(happens: object) -> None:
    assert callable(happens)
    end = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_a_program_that_is_asked_its_version_leaves_nothing_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = program(tmp_path / "mine", "echo mine 1.2; : > here")
    monkeypatch.chdir(tmp_path)
    assert version_of(str(script), ()) == "1.2"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
