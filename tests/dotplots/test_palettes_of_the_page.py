"""The page's palettes are those of the pictures."""

import json
from dataclasses import asdict
from pathlib import Path

from holdfast.dotplots.palettes import PALETTES

PAGES = Path(__file__).parents[2] / "viewer" / "src" / "palettes.json"


def test_the_page_has_the_palettes_of_the_pictures() -> None:
    ours = [asdict(palette) for palette in PALETTES.values()]
    again = "write them again: python scripts/palettes.py, then make viewer"
    assert json.loads(PAGES.read_text(encoding="utf-8")) == json.loads(json.dumps(ours)), again
