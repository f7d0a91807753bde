"""The bars of a summary: the same bytes for the same numbers, with all that they mean beside."""

from html import unescape

from dotplots.examples import genome, matches_in
from holdfast.dotplots.pictures import Format
from holdfast.dotplots.summary import profile
from holdfast.dotplots.summary_picture import summary_picture

TARGET, QUERY = genome("<t>", T=500, U=300), genome("q", a=200, b=700)


def test_bars_tell_every_class_of_both_genomes() -> None:
    matches = matches_in("a 200 0 200 + T 500 100 300 190 200 60", TARGET, QUERY)
    profiles = (
        profile(matches, TARGET, (0.5, 0.9)),
        profile(matches.transposed(), QUERY, (0.5, 0.9)),
    )
    drawn, again = (summary_picture("q on <t>", "1 match", profiles, Format.SVG) for _ in range(2))
    assert drawn == again
    text = unescape(drawn.decode())
    for words in (
        "q on <t>",
        "90 - 100 %",
        "0 - 50 %",
        "no match",
        "25.00 %",
        "22.22 %",
        "75.00 %",
    ):
        assert f">{words}<" in text, words
