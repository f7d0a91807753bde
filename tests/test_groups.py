"""Tests of one group share what is dear to start, so they must run in one process."""

import pytest


@pytest.mark.xdist_group("of one")
def test_a_group_is_known_to_those_who_share_out_the_tests(request: pytest.FixtureRequest) -> None:
    shared_out = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@of one") == shared_out
