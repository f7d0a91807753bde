import pytest

from holdfast.base.closing import Closes


class Door(Closes):
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_the_end_of_a_block_closes() -> None:
    with Door() as door:
        assert door.closed == 0
    assert door.closed == 1


def test_an_error_in_the_block_closes_and_goes_on() -> None:
    door = Door()
    with pytest.raises(KeyError), door:
        raise KeyError
    assert door.closed == 1
