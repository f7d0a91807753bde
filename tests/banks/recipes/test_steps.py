"""What a step may use, and how often it is tried, is the same in its job as in the recipe."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.steps import Step
from holdfast.banks.updating.update import plan_before
from holdfast.jobs.model import Job, Retry

HOME = Path("/home/holdfast")


def step(**said: object) -> Step:
    return Step.model_validate({"name": "index", "command": ["x"]} | said)


def job(**said: object) -> Job:
    """The job of a step, of which these keys are said."""
    document = {
        "name": "alu",
        "remote": {"url": "none://"},
        "before": [{"name": "index", "command": ["x"], **said}],
    }
    plan = plan_before(Recipe.model_validate(document), HOME / "banks/alu", HOME, cores=4)
    return plan.by_name["index"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, {"cores": 1, "memory": None, "time": None, "priority": 0, "label": "process"}),
        ({"memory": "1.5G", "time": "2h"}, {"memory": 3 * 2**29, "time": 7200.0}),
        ({"memory": 1024, "time": 0.5}, {"memory": 1024, "time": 0.5}),
        ({"cores": 3}, {"cores": 3}),
        ({"cores": 99}, {"cores": 4}),  # all that there are
        ({"priority": -3, "label": "cluster"}, {"priority": -3, "label": "cluster"}),
        ({}, {"retry": Retry(times=0, delay=60.0, growth=1.0)}),
        (
            {"retries": 2, "delay": "5m", "growth": 1.5},
            {"retry": Retry(times=2, delay=300.0, growth=1.5)},
        ),
    ],
)
def test_a_job_has_what_its_step_says(said: dict[str, object], expected: dict[str, object]) -> None:
    made = job(**said)
    assert {key: getattr(made, key) for key in expected} == expected


@pytest.mark.parametrize(
    "said",
    [
        {"memory": "lots"},
        {"memory": 0},
        {"time": "-1"},
        {"retries": -1},
        {"growth": 0.5},
        {"growth": "inf"},
        {"delay": 0},
        {"priority": 2**40},
        {"folder": "made.json"},
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        step(**said)
