"""The loops over bytes: compiled and in NumPy they say what a few lines of plain Python say."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.base.compiled import MD5, NONE, ODD, SHA1, SHA512T, Algorithm, Lines, Loops
from holdfast.base.compiled.library import CompiledLoops
from holdfast.base.compiled.twin import NumpyLoops

ALGORITHMS = [SHA512T, MD5, SHA1]


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Texts of records with lines of one width, or of any, or without any."""
    text, end = b"", draw(st.sampled_from([b"\n", b"\r\n"]))
    for _ in range(draw(st.integers(1, 6))):
        body = draw(st.binary(max_size=200)).translate(bytes(range(256)), b"\n>")
        width = draw(st.sampled_from([1, 7, 60, 400]))
        lines = [body[at : at + width] for at in range(0, len(body), width)]
        lines += draw(st.lists(st.sampled_from([b"", b"ACGT", b" >", b"\r"]), max_size=2))
        text += end.join(
            [b">" + draw(st.sampled_from([b"", b"a", b"sp|P1|A of > b"])), *lines, b""]
        )
    return text


def any_texts() -> st.SearchStrategy[bytes]:
    """Any text that begins with ``>`` and ends with a line's end; most look like FASTA."""
    few = st.lists(st.sampled_from(list(b">\n\n\rA*\0\xff"))).map(bytes)
    return st.one_of(
        texts(), *(each.map(lambda text: b">%s\n" % text) for each in (few, st.binary()))
    )


@st.composite
def sequences(draw: st.DrawFn) -> list[bytes]:
    """Sequences, some of them empty, long or not of letters."""
    letters = st.text("ACDEFGHIKLMNPQRSTVWYXZ", max_size=300).map(str.encode)
    return draw(st.lists(st.one_of(letters, st.binary(max_size=70)), max_size=12))


def lengths_of(parts: list[bytes]) -> np.ndarray:
    return np.array(list(map(len, parts)), np.int64)


def records_of(text: bytes) -> list[list[bytes]]:
    """Of each record its heading and its lines."""
    records: list[list[bytes]] = []
    for line in text.removesuffix(b"\n").split(b"\n"):
        if line.startswith(b">"):
            records.append([line[1:]])
        else:
            records[-1].append(line)
    return records


def width_of(lines: list[bytes], usual: int) -> int:
    """The width of a record's lines, as the contract has it."""
    if not lines:
        return NONE
    if len(lines) == 1:
        return (usual if len(lines[0]) <= usual else 0) if lines[0] else ODD
    widths = set(map(len, lines[:-1]))
    alike = len(widths) == 1 and 0 < len(lines[-1]) <= len(lines[0])
    return len(lines[0]) if alike else ODD


@given(text=any_texts(), usual=st.integers(0, 70))
@example(text=b">\n", usual=60)
@example(text=b">a\n>b\n>c\nACGT\n", usual=2)
@example(text=b">a\n\n\n>b\r\nAC\r\nG\r\n", usual=60)
@example(text=b">a\nAC>GT\n >\n\0\n", usual=0)
@example(text=b">a\n" + b"A\n" * 300 + b">" * 300 + b"\n" + b"\n>" * 300 + b"\n", usual=60)
def test_a_text_is_cut_into_its_records(each: Loops, text: bytes, usual: int) -> None:
    lines, records = each.lines(text), records_of(text)
    bodies = [record[1:] for record in records]
    assert each.heads(text, lines) == b"\n".join(record[0] for record in records)
    assert each.bodies(text, lines) == b"".join(map(b"".join, bodies))
    assert lines.counts.tolist() == list(map(len, bodies))
    assert lines.letters.tolist() == [len(b"".join(body)) for body in bodies]
    assert lines.size == len(text)
    assert [text[at : at + 1] for at in lines.starts.tolist()] == [b">"] * len(records)
    several = [len(body[0]) for body in bodies if len(body) > 1 and body[0]]
    usual = several[0] if several else usual
    assert each.widths(lines, usual).tolist() == [width_of(body, usual) for body in bodies]


@given(text=any_texts(), usual=st.integers(0, 70))
def test_compiled_or_not_the_numbers_are_the_same(
    compiled: CompiledLoops, text: bytes, usual: int
) -> None:
    twin = NumpyLoops()
    found, expected = compiled.lines(text), twin.lines(text)
    for column, its_twin in zip(found[:-1], expected[:-1], strict=True):
        assert column.dtype == its_twin.dtype == np.int64
        assert column.tolist() == its_twin.tolist()
    assert compiled.widths(found, usual).tolist() == twin.widths(expected, usual).tolist()


@given(parts=sequences(), algorithm=st.sampled_from(ALGORITHMS))
def test_digests_are_those_of_hashlib(
    each: Loops, parts: list[bytes], algorithm: Algorithm
) -> None:
    found = each.digests(algorithm, b"".join(parts), lengths_of(parts))
    digests = [hashlib.new(algorithm.name, part).digest()[: algorithm.width] for part in parts]
    assert found == b"".join(digests)


@given(parts=sequences())
def test_letter_sets_have_a_bit_for_each_letter(each: Loops, parts: list[bytes]) -> None:
    found = each.letter_sets(b"".join(parts), lengths_of(parts))
    assert found.dtype == np.uint32
    sets = [{byte - 65 if 65 <= byte <= 90 else 31 for byte in part} for part in parts]
    assert found.tolist() == [sum(1 << bit for bit in bits) for bits in sets]


def test_a_hash_function_that_openssl_does_not_know_is_hashlib_s(each: Loops) -> None:
    digests = each.digests(Algorithm("blake2s", 8), b"ACGT", np.array([1, 3]))
    assert digests == hashlib.blake2s(b"A").digest()[:8] + hashlib.blake2s(b"CGT").digest()[:8]


def test_many_threads_digest_and_cut_at_once(each: Loops) -> None:
    text = b"".join(b">r%d of many\n%s\n" % (nth, b"MKV" * (nth % 50)) for nth in range(2000))

    def work(_: int) -> tuple[bytes, bytes, bytes]:
        lines = each.lines(text)
        bodies = each.bodies(text, lines)
        return each.heads(text, lines), bodies, each.digests(MD5, bodies, lines.letters)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(work, range(8)))) == 1


@pytest.mark.parametrize("text", [b"", b"\n", b"a\n", b">a", b"\n>a\n", b" >a\n"])
def test_what_is_no_text_of_records_is_refused(each: Loops, text: bytes) -> None:
    with pytest.raises(ValueError, match="does not begin with"):
        each.lines(text)


@pytest.mark.parametrize(
    "lengths", [[], [3], [5], [5, -1], [4, -1, 1], [-4, 8], [2**62, 2**62, 2**62, 2**62, 4]]
)
def test_lengths_that_do_not_fill_the_bytes_are_refused(each: Loops, lengths: list[int]) -> None:
    given_lengths = np.array(lengths, np.int64)
    with pytest.raises(ValueError, match="lengths"):
        each.digests(SHA512T, b"ACGT", given_lengths)
    with pytest.raises(ValueError, match="lengths"):
        each.letter_sets(b"ACGT", given_lengths)


def test_lengths_may_be_any_array_of_numbers(each: Loops) -> None:
    every_other = np.array([1, 9, 3, 9])[::2]
    for lengths in (every_other, every_other.astype(np.int32)):
        assert each.letter_sets(b"ACGT", lengths).tolist() == [1, 1 << 2 | 1 << 6 | 1 << 19]


@given(text=any_texts(), other=any_texts())
def test_lines_of_another_text_give_an_error_or_bytes_of_this_one(
    each: Loops, text: bytes, other: bytes
) -> None:
    lines = each.lines(other)
    for loop in (each.bodies, each.heads):
        try:
            found = loop(text, lines)
        except ValueError:
            continue
        assert set(found) <= set(text)


MADE_UP = st.one_of(st.integers(-2, 16), st.integers(-(2**63), 2**63 - 1))
EDITS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), MADE_UP), max_size=3)


@given(edits=EDITS, size=st.one_of(st.none(), st.integers(-1, 2**62)), cut=st.integers(0, 13))
def test_made_up_numbers_lead_the_compiled_loops_nowhere_else(
    compiled: CompiledLoops, edits: list[tuple[int, int, int]], size: int | None, cut: int
) -> None:
    text = b">a\nAC\nG\n>b\n\n"
    lines = compiled.lines(text)
    columns = [each.copy() for each in lines[:-1]]
    for column, place, number in edits:
        columns[column][place % len(columns[column])] = number
    made_up, text = Lines(*columns, lines.size if size is None else size), text[cut:]
    for ask in (
        lambda: compiled.bodies(text, made_up),
        lambda: compiled.heads(text, made_up),
        lambda: compiled.widths(made_up, 60),
    ):
        try:
            found = ask()
        except ValueError:
            continue
        assert len(found) <= len(text) or len(found) == len(made_up.counts)


def test_numbers_that_are_not_equally_many_are_refused(compiled: CompiledLoops) -> None:
    text = b">a\nA\n>b\nC\n"
    lines = compiled.lines(text)
    with pytest.raises(ValueError, match="one number of each kind"):
        compiled.heads(text, lines._replace(starts=lines.starts[:1]))


def test_what_a_loop_makes_is_plain_bytes(compiled: CompiledLoops) -> None:
    text = b">a\nA\n>b\nC\n"
    lines = compiled.lines(text)
    first, second = (compiled.bodies(text, lines) for _ in range(2))
    assert first == second == b"AC"
    assert first is not second
    assert hash(first) == hash(b"AC")
    one, other = (compiled.bodies(text, compiled.lines(text)) for text in (b">a\nA\n", b">a\nC\n"))
    assert (one, other, b"A"[0:1]) == (b"A", b"C", b"A")  # Python keeps bytes of one for everybody
    assert [first[start:end] for start, end in pairwise(accumulate([0, 1, 1]))] == [b"A", b"C"]
