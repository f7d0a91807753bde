"""MashMap: both forms, and their ends."""

from pathlib import Path

from formats.alignments.reading import lines_of, refused

OLD = "q 300 0 299 - t 500 10 309 97.5\n"


def test_the_conformance_file_is_read_as_expected_but_for_ends_and_counts(real_data: Path) -> None:
    folder = real_data / "dotplots" / "parsers"
    found = [
        line.split("\t") for line in lines_of("mashmap", (folder / "mashmap.out").read_bytes())
    ]
    expected = [line.split("\t") for line in (folder / "mashmap.paf").read_text().splitlines()]
    for ours, theirs in zip(found, expected, strict=True):
        for end in (3, 8):  # version 2 tells the last base, PAF the one after it
            theirs[end] = str(int(theirs[end]) + 1)
        # Matching bases are told of the bases there are, not of a thousand.
        share = int(theirs[9]) / int(theirs[10])
        assert ours[:9] + ours[11:12] == theirs[:9] + theirs[11:12]
        assert abs(int(ours[9]) / int(ours[10]) - share) < 0.001


def test_the_estimate_becomes_a_divergence() -> None:
    (line,) = lines_of("mashmap", OLD)
    assert line == "q\t300\t0\t300\t-\tt\t500\t10\t310\t292\t300\t255\tdv:f:0.025"


def test_version_3_counts_sketches_and_not_bases() -> None:
    text = "q\t300\t0\t300\t-\tt\t500\t10\t310\t17\t300\t{}\tid:f:{}\tkc:f:1\n"
    expected = "q\t300\t0\t300\t-\tt\t500\t10\t310\t292\t300\t{}\tdv:f:0.025"
    assert lines_of("mashmap", text.format(16, "0.975")) == [expected.format(16)]
    assert lines_of("mashmap", text.format("inf", "97.5")) == [expected.format(255)]


def test_what_is_no_mapping_is_refused() -> None:
    refused("mashmap", OLD + OLD.replace("97.5", "101"), "identity in percent", 2)
    refused("mashmap", OLD + OLD.replace(" 299", " 300"), "ends beyond the query's length", 2)
    refused("mashmap", OLD + OLD.replace("q 300", "q\tq 300"), "is no line of MashMap", 2)
    refused("mashmap", OLD + "\n", "is no line of MashMap", 2)
    refused("mashmap", "\t".join(OLD.split()) + "\t1\t2\n", "the tag id:f: is missing", 1)
