"""tools.yaml is read as D-Genies reads it, and what is wrong in it is told with line and key."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.dotplots.aligners.commands import Command
from holdfast.dotplots.aligners.options import Entry, Group, Kind, Preset
from holdfast.dotplots.aligners.tools import Memory, Tool
from holdfast.dotplots.aligners.tools_file import read_tools
from holdfast.errors import FormatError

#: A file in D-Genies' form, with every key that it knows.
DGENIES = """
mapper:
  exec: default
  exec_cluster: /cluster/bin/mapper
  command_line: "{exe} -t {threads} {options} -o {out} {target} {query}"
  all_vs_all: "{exe} -t {threads} -X {options} -o {out} {target} {target}"
  max_memory: 40
  threads: 4
  threads_cluster: 8
  parser: null
  split_before: True
  label: The Mapper
  help: maps
  order: 7
  options:
    - group: repeat
      label: Repeats
      type: radio
      help: how many
      hint: choose
      entries:
        - {key: few, label: Few, value: -f 0.0002, help: some, default: True}
        - {key: many, label: Many, value: -f 0.02}
rough:
  exec: "###SYSEXEC###/rough"
  command_line: "{exe} {target} {query} > {out}"
  all_vs_all: null
  max_memory: null
  parser: mashmap2paf
  order: 1
"""
OURS = """
mine:
  exec: bin/my tool
  command_line: "{exe} {options} -p {out} {target} {query}"
  version: [-V, now]
  install: apt install mine
  prepare: ["index {target}", "more"]
  writes: "{out}.delta"
  format: delta
  join_blocks: false
  uncompress_before: true
  memory: {base: 500M, target: 2.5, query: 1, core: 1G}
  presets:
    near: {value: -x 1, prepare: -n, divergence: 0.01, help: close}
    5: {value: 7}
"""
LEAST = 'x:\n  exec: x\n  command_line: "{exe} {target} {query} {out}"\n'
TWO_DEFAULTS = "{key: a, default: yes}, {key: b, default: yes}"


def read(text: str) -> tuple[Tool, ...]:
    return read_tools(Path("/site/tools.yaml"), text.encode())


def test_a_file_of_dgenies_is_read_as_it_is() -> None:
    rough, mapper = read(DGENIES)
    assert mapper == Tool(
        name="mapper",
        program="mapper",
        command=Command.parse("{exe} -t {threads} {options} -o {out} {target} {query}"),
        for_self=Command.parse("{exe} -t {threads} -X {options} -o {out} {target} {target}"),
        label="The Mapper",
        help="maps",
        order=7,
        threads=4,
        memory_limit=40 * 10**9,
        is_split=True,
        groups=(
            Group(
                "repeat",
                Kind.RADIO,
                (
                    Entry("few", ("-f", "0.0002"), "Few", "some", is_usual=True),
                    Entry("many", ("-f", "0.02"), "Many"),
                ),
                "Repeats",
                "how many",
                "choose",
            ),
        ),
    )
    assert rough.program == f"{Path(sys.executable).parent}/rough"
    assert (rough.format, rough.order, rough.for_self) == ("mashmap", 1, None)
    assert (rough.threads, rough.label, rough.memory_limit) == (1, "rough", None)


def test_our_own_keys_are_read() -> None:
    (mine,) = read(OURS)
    assert mine.program == "/site/bin/my tool"
    assert mine.version == ("-V", "now")
    assert mine.programs == ("/site/bin/my tool", "index", "more")
    assert (mine.writes, mine.format, mine.is_joined) == ("{out}.delta", "delta", False)
    assert mine.memory == Memory(500 << 20, 2.5, 1, 1 << 30)
    assert mine.presets == (
        Preset("near", ("-x", "1"), 0.01, "close", ("-n",)),
        Preset("5", ("7",)),
    )


def test_keys_put_together_by_anchors_are_read() -> None:
    text = f"{LEAST}y:\n  <<: &two {{order: 2, label: two}}\n  <<: *two\n"
    base = LEAST.replace("x:\n", "x: &base\n", 1)
    x, y = read(f"{base}y:\n  <<: *base\n  exec: why\n")
    assert (x.program, y.program) == ("x", "why")
    with pytest.raises(FormatError, match="is there twice"):
        read(text)


def test_null_is_as_if_the_key_were_not_there() -> None:
    keys = ("threads", "order", "label", "help", "options", "parser", "split_before", "presets")
    nothing = "".join(f"  {key}: null\n" for key in keys)
    assert read(LEAST + nothing) == read(LEAST)
    with pytest.raises(FormatError, match=r"y\.exec: is missing"):
        read(f"{LEAST}y: {{exec: null, command_line: '{{exe}}{{target}}{{query}}{{out}}'}}\n")


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}"])
def test_a_file_without_tools_has_none(text: str) -> None:
    assert read(text) == ()


def test_an_unknown_key_is_warned_of_with_the_nearest_known_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    read(f"{LEAST}  treads: 4\n  memory: {{bsae: 1}}\n")
    assert "tools.yaml:4: x.treads is not a key of a tool; did you mean threads?" in caplog.text
    assert "tools.yaml:5: x.memory.bsae is not a key of a tool; did you mean base?" in caplog.text


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("[1]", 1, "a mapping of names to tools"),
        ("x: 5\n", 1, "x: a tool is a mapping"),
        ("a b:\n  exec: x\n", 2, "called by letters"),
        ("x: {exec: [\n", 2, "no YAML"),
        ("x:\n  exec: x\n", 2, "x.command_line: is missing"),
        (f"{LEAST}  exec: y\n", 4, "x.exec: is there twice"),
        (f"{LEAST}x: {{}}\n", 4, "x: is there twice"),
        (f"{LEAST}  threads: many\n", 4, "x.threads: Input should be a valid integer"),
        (f"{LEAST}  threads: 0\n", 4, "x.threads"),
        (f"{LEAST}  max_memory: -1\n", 4, "x.max_memory"),
        (f"{LEAST}  parser: nonsense2paf\n", 4, "x.parser: 'nonsense' is not a format"),
        (f"{LEAST}  parser: maf\n  format: maf\n", 5, "another name of parser"),
        (f"{LEAST}  all_vs_all: '{{exe}} {{out}}'\n", 4, "{target} must be in it"),
        (f"{LEAST}  all_vs_all: '{{exe}} {{target}} {{query}} {{out}}'\n", 4, "no {query}"),
        (f"{LEAST}  presets: {{a: {{value: b}}}}\n", 3, "no {options}"),
        (f"{LEAST}  writes: ../passwd\n", 4, "x.writes: it is the name of a file"),
        (f"{LEAST}  presets: {{auto: {{}}}}\n", 3, "x.presets.auto: auto chooses among"),
        (f"{LEAST}  prepare: 'a | b'\n", 4, "no shell"),
        (f"{LEAST}  order: !!python/object:os.system 1\n", 4, "tag is not known"),
        ("x:\n  exec: x\n  command_line: '{exe}'\n", 3, "{target} and {query} and {out} must be"),
        (
            f"{LEAST}  options:\n    - group: g\n      type: switch\n      entries: [{{key: a}}]\n",
            6,
            "x.options.0.type",
        ),
        (f"{LEAST}  options:\n    - {{group: g, type: radio, entries: []}}\n", 5, "entries"),
        (
            f"{LEAST}  options: [{{group: g, type: radio, entries: [{TWO_DEFAULTS}]}}]\n",
            3,
            "the group g has 2 defaults",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_key(text: str, line: int, sentence: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text)
    assert caught.value.line == line
    assert sentence in str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(FormatError) as caught:
        read(f"{LEAST}  threads: 0\n  order: first\n")
    assert caught.value.line == 4
    assert "line 5: x.order" in str(caught.value)


def test_a_missing_file_says_which_setting_names_it(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="setting tools"):
        read_tools(tmp_path / "none.yaml")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_bytes(b"#" * (1 << 21))
    with pytest.raises(FormatError, match="more than"):
        read_tools(tmp_path / "t.yaml")


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"[" * 1500, b"x: &a [*a]\n", b"x: *a\n"])
def test_hostile_text_is_refused(text: bytes) -> None:
    with pytest.raises(FormatError):
        read_tools(Path("t.yaml"), text)


@given(st.text(alphabet=st.sampled_from("xe:{}[]&*!<>-|\n\t '\"#,ac1")))
def test_any_text_is_read_or_refused_with_a_format_error(text: str) -> None:
    with suppress(FormatError):
        read(text)


@given(st.binary(max_size=200))
def test_any_damage_to_a_good_file_is_a_format_error_or_harmless(damage: bytes) -> None:
    at = len(damage) * 7 % len(DGENIES)
    with suppress(FormatError):
        read_tools(Path("t.yaml"), DGENIES.encode()[:at] + damage + DGENIES.encode()[at:])
