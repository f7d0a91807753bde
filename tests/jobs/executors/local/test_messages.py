"""Messages come over whole, however they are cut on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.executors.local import messages

documents = st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=4)


@given(st.lists(documents, max_size=5), st.lists(st.integers(1, 20), min_size=1))
def test_messages_come_over_whole(sent: list[dict[str, object]], sizes: list[int]) -> None:
    content = b"".join(messages.encoded(message) for message in sent)
    incoming, come, number = messages.Incoming(), [], 0
    while content:
        size = sizes[number % len(sizes)]
        come += list(incoming.messages(content[:size]))
        content, number = content[size:], number + 1
    assert come == sent


def test_a_length_beyond_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        list(messages.Incoming().messages(b"\xff\xff\xff\xff"))
