"""
Writes ``viewer/src/palettes.json``: the colours of :mod:`holdfast.dotplots`, for the page.

The page must know all palettes, so that another one can be chosen in it without a network. There is
one source of colours; a test says when the page's copy is not the same.
"""

import json
from dataclasses import asdict
from pathlib import Path

from holdfast.dotplots.palettes import PALETTES
from holdfast.dotplots.structure.events import COLOURS

FILE = Path(__file__).parents[1] / "viewer" / "src" / "palettes.json"


def written() -> str:
    """The palettes, and the colours of differences in structure, as JSON."""
    document = {
        "palettes": [asdict(palette) for palette in PALETTES.values()],
        "events": {kind.value: colours for kind, colours in COLOURS.items()},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
