"""What holds for every template: forms prove where they come from, and nothing is inline."""

import re
from pathlib import Path

import pytest

import holdfast.web

TEMPLATES = Path(holdfast.web.__file__).parent / "templates"
FORM = re.compile(r'<form\b[^>]*?method="post".*?</form>', re.DOTALL | re.IGNORECASE)
FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*>|\{\{[^}]*csrf_field\([^}]*\}\}")
#: What the pages' policy forbids, or what would let a name become a part of the page.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|\|\s*safe|autoescape false"
)


@pytest.mark.parametrize(
    "name", sorted(str(each.relative_to(TEMPLATES)) for each in TEMPLATES.rglob("*.html"))
)
def test_forms_begin_with_their_token_and_nothing_is_inline(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    for form in FORM.findall(text):
        first = FIELD.search(form)
        assert first is not None, form[:200]
        assert "csrf" in first[0], form[:200]
    found = INLINE.search(text)
    assert found is None, found[0]
