"""A plot is one file: the page with the scene inside, escaped, the same every time."""

import gzip
import random
import re
from base64 import b64decode
from pathlib import Path

import pytest

from holdfast.dotplots import bundle
from holdfast.dotplots.bundle import one_file_html
from holdfast.errors import PlotError

PAGE = (
    b"<html><head><title>Plot</title></head><body>"
    b'<script id="holdfast-scene" type="application/gzip+base64"></script>'
    rb"<script>let \1 = '\g<0>'</script></body></html>"
)


def test_the_scene_is_inside_and_comes_out_again() -> None:
    scene = bytes(range(256)) * 100
    page = one_file_html(PAGE, scene, "q against t")
    packed = re.search(rb'id="holdfast-scene"[^>]*>([^<]*)</script>', page)
    assert packed is not None
    assert gzip.decompress(b64decode(packed[1])) == scene
    assert PAGE.endswith(page[page.index(b"<script>let") :])


def test_a_long_scene_is_in_elements_no_longer_than_a_browser_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bundle, "PIECE", 20_000)
    scene = random.Random(1).randbytes(100_000)
    page = one_file_html(PAGE, scene, "q against t")
    element = rb'(?:id="holdfast-scene"|class="holdfast-scene-more")[^>]*>([^<]*)</script>'
    texts = re.findall(element, page)
    assert len(texts) > 5
    assert max(map(len, texts)) <= 20_000
    assert all(len(text) % 4 == 0 for text in texts)
    assert gzip.decompress(b64decode(b"".join(texts))) == scene


def test_the_same_scene_gives_the_same_page() -> None:
    assert one_file_html(PAGE, b"scene", "x") == one_file_html(PAGE, b"scene", "x")


def test_a_hostile_title_is_only_a_title() -> None:
    page = one_file_html(PAGE, b"scene", r"</title><script>alert(1)</script>\1")
    assert b"<script>alert" not in page
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;\\1</title>" in page


@pytest.mark.parametrize("page", [b"<html></html>", PAGE + PAGE])
def test_a_page_without_a_single_place_for_the_scene_is_refused(page: bytes) -> None:
    with pytest.raises(PlotError, match="no single place"):
        one_file_html(page, b"scene", "x")


def test_an_unbuilt_page_says_how_to_build_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bundle.resources, "files", lambda _: tmp_path)
    with pytest.raises(PlotError, match=r"has not been built.*make viewer"):
        bundle.template()
