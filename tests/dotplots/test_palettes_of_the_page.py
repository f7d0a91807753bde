"""The page's colours are those of the pictures."""

import json
from dataclasses import asdict
from pathlib import Path

from holdfast.dotplots.palettes import PALETTES
from holdfast.dotplots.structure.events import COLOURS

PAGES = json.loads(
    (Path(__file__).parents[2] / "viewer" / "src" / "palettes.json").read_text(encoding="utf-8")
)
AGAIN = "write them again: python scripts/palettes.py, then make viewer"


def test_the_page_has_the_palettes_of_the_pictures() -> None:
    ours = [asdict(palette) for palette in PALETTES.values()]
    assert PAGES["palettes"] == json.loads(json.dumps(ours)), AGAIN


def test_the_page_has_the_kinds_of_events_and_their_colours() -> None:
    ours = {kind.value: list(colours) for kind, colours in COLOURS.items()}
    assert PAGES["events"] == ours, AGAIN
