"""Documents as mongoexport writes them, in each of its forms."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.extended_json import read_documents


def read(text: str | bytes) -> list[dict[str, Any]]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_documents(BytesIO(content), "banks.json"))


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1}\n{"a":2}\n',
        '[{"a":1},\n{"a":2}]',
        '{\n "a": 1\n}\n{\n "a": 2\n}',  # --pretty
        '\ufeff{"a":1} {"a":2}',
        '[{"a":1}]\n[{"a":2}]',
    ],
)
def test_documents_stand_one_after_another_or_in_an_array(text: str) -> None:
    assert read(text) == [{"a": 1}, {"a": 2}]


WHEN = datetime(2024, 3, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('{"$oid": "5f"}', "5f"),
        ('{"$numberInt": "12"}', 12),
        ('{"$numberLong": "-9007199254740993"}', -9007199254740993),
        ('{"$numberDouble": "1709812800.5"}', 1709812800.5),
        ('{"$numberDouble": "Infinity"}', float("inf")),
        ('{"$date": {"$numberLong": "1709812800000"}}', WHEN),
        ('{"$date": "2024-03-07T12:00:00Z"}', WHEN),
        ('{"$date": "2024-03-07T12:00:00.000+0000"}', WHEN),
        ('{"$date": 1709812800000}', WHEN),
        ('{"$undefined": true}', None),
        ('{"$numberDecimal": "0.1"}', "0.1"),
        ("1709812800.5", 1709812800.5),
        ('{"$regex": "^a", "$options": "i"}', "^a"),
        ('{"$dollars": 1}', {"$dollars": 1}),
        ('{"a": 1, "$oid": "x", "c": 2}', {"a": 1, "$oid": "x", "c": 2}),
    ],
)
def test_what_json_has_no_word_for_is_written_with_a_dollar(written: str, meant: object) -> None:
    assert read(f'{{"x": {written}}}') == [{"x": meant}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1', r"banks\.json:1: it is no JSON"),
        ('{"a": 1}\n{"b" 2}', r"banks\.json:2: it is no JSON"),
        ("12", "'12' is no document"),
        ('[{"a": 1}, 2]', "'2' is no document"),
        ('{"a": {"$numberLong": "many"}}', "no export of a database"),
        ('{"a": {"$numberLong": {}}}', "stands where text should"),
        ('{"a": {"$date": "yesterday"}}', "no export of a database"),
        ('{"a": {"$date": 1e300}}', "no export of a database"),
        ("[" * 100_000, "no export of a database|no JSON"),
        ("9" * 5000, "no export of a database"),
        (b"\xff\xfe{}", "no export of a database"),
    ],
)
def test_what_no_export_has_is_refused_with_its_reason(text: str | bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read(text)


def test_a_file_larger_than_memory_should_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.formats.extended_json.SIZE_LIMIT", 10)
    assert read('{"a": 123}') == [{"a": 123}]
    with pytest.raises(FormatError, match="more than 10 bytes; give a mongodump"):
        read('{"a": 1234}')


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5).filter(lambda key: "$" not in key), inner, max_size=3)
    ),
)


@settings(max_examples=25)
@given(st.lists(st.dictionaries(st.text("ab", max_size=3), PLAIN, max_size=3), max_size=3))
def test_what_json_has_words_for_is_read_as_it_is(documents: list[dict[str, Any]]) -> None:
    assert read("\n".join(map(json.dumps, documents))) == documents
    assert read(json.dumps(documents)) == documents


@given(st.text('{}[]$":,0123456789.eE date\\u', max_size=40))
def test_any_text_is_documents_or_one_sentence(text: str) -> None:
    try:
        told = str(read(text))
    except FormatError as error:
        told = str(error)
    assert told.startswith(("[", "banks.json"))
