"""
Stages: an update from its beginning to its end, and where people want it to stop or to begin again.

::

    check ▶ depends ▶ before ▶ ask ▶ fetch ▶ the recipe's steps ▶ finish ▶ publish ▶ over

What comes before ``fetch`` is done by whoever updates; from there on a stage is jobs of the
update's plan. People name a stage, a step of the recipe, or a step of BioMAJ, whose names mean
several of ours: ``download`` is all until the files are unpacked and chosen, ``postprocess`` all
the rest until the release is complete.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from holdfast.banks.recipes.recipe import Recipe
from holdfast.errors import UsageError, suggestion

FETCH, FINISH, PUBLISH = "fetch", "finish", "publish"


class Stage(IntEnum):
    """What an update does, in this order."""

    NONE = 0  #: nothing at all
    CHECK = 1  #: the recipe is read
    DEPENDS = 2  #: the banks this one is made from are updated
    BEFORE = 3  #: what the recipe has done before the remote is asked
    ASK = 4  #: the remote says what it has; the new release is written down
    JOBS = 5  #: the plan: fetch, steps, finish, publish
    OVER = 6  #: old releases are removed


EARLY = {
    "check": Stage.CHECK,
    "depends": Stage.DEPENDS,
    "before": Stage.BEFORE,
    "ask": Stage.ASK,
    "init": Stage.CHECK,
    "preprocess": Stage.BEFORE,
    "release": Stage.ASK,
}
DOWNLOAD, POSTPROCESS = "download", "postprocess"  #: what BioMAJ calls parts of the plan
OVER = "over"
OURS = ("check", "depends", "before", "ask", FETCH, FINISH, PUBLISH, OVER)
BIOMAJ = ("init", "preprocess", "release", DOWNLOAD, POSTPROCESS)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of one update beyond its usual course. Names are as people write them."""

    stop_before: str = ""
    stop_after: str = ""
    from_task: str = ""
    process: str = ""
    release: str = ""
    publish: bool = False  #: even if the recipe does not say so

    @property
    def are_of_one_bank(self) -> bool:
        """Whether they make sense for one bank only."""
        return bool(self.from_task or self.process or self.release)


USUAL = Wishes()


@dataclass(frozen=True, slots=True)
class Point:
    """A place in an update: a stage, and within the plan some jobs."""

    stage: Stage
    jobs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stop:
    """How far an update goes: the last stage that is done, and which jobs of the plan."""

    last: Stage = Stage.OVER
    after: frozenset[str] = frozenset()  #: jobs to be done, with what they need, and no others
    before: frozenset[str] = frozenset()  #: jobs not to be done, only what they need


TO_THE_END = Stop()


def stop_of(wishes: Wishes, recipe: Recipe) -> Stop:
    """How far `wishes` let an update by `recipe` go.

    Raises
    ------
    UsageError
        They name two places, or one that there is not.
    """
    if wishes.stop_before and wishes.stop_after:
        raise UsageError("an update stops at one place: say --stop-before or --stop-after")
    if wishes.stop_before:
        point = point_of(wishes.stop_before, recipe)
        if point.stage is Stage.JOBS:
            return Stop(Stage.JOBS, before=point.jobs)
        return Stop(Stage(point.stage - 1))
    if wishes.stop_after:
        point = point_of(wishes.stop_after, recipe)
        return Stop(point.stage, after=point.jobs)
    return TO_THE_END


def begin_of(wishes: Wishes, recipe: Recipe) -> Point | None:
    """Where `wishes` have an update by `recipe` begin again; None: where it stands.

    Raises
    ------
    UsageError
        They name a place that there is not.
    """
    if not wishes.process:
        return point_of(wishes.from_task, recipe) if wishes.from_task else None
    jobs = _processes(wishes.process, recipe)
    within = point_of(wishes.from_task, recipe).jobs if wishes.from_task else jobs
    if not jobs <= within:
        raise UsageError(
            f"{wishes.process} is no part of {wishes.from_task}; leave one of them out"
        )
    return Point(Stage.JOBS, jobs)


def point_of(name: str, recipe: Recipe) -> Point:
    """The place that people call `name`; the recipe's own names come first.

    Raises
    ------
    UsageError
        There is no such place; the message names the nearest.
    """
    steps = {step.name for step in recipe.steps}
    unpacking = {step.name for step in recipe.steps if step.unpacks}
    if name in steps or name in {FETCH, FINISH, PUBLISH}:
        return Point(Stage.JOBS, frozenset({name}))
    if name == DOWNLOAD:
        return Point(Stage.JOBS, frozenset({FETCH, *unpacking}))
    if name == POSTPROCESS:
        return Point(Stage.JOBS, frozenset({FINISH, *(steps - unpacking)}))
    if name == OVER:
        return Point(Stage.OVER)
    if name in EARLY:
        return Point(EARLY[name])
    raise _unknown(name, [*(step.name for step in recipe.steps), *OURS, *BIOMAJ], recipe)


def _processes(name: str, recipe: Recipe) -> frozenset[str]:
    """The steps that people call `name`: a step, or BioMAJ's name of a meta or a process."""
    steps = [step.name for step in recipe.steps]
    chosen = [each for each in steps if each == name]
    chosen = chosen or [each for each in steps if each.startswith(f"{name}_")]
    chosen = chosen or [each for each in steps if each.endswith(f"_{name}")]
    if not chosen:
        raise _unknown(name, steps, recipe)
    return frozenset(chosen)


def _unknown(name: str, known: Iterable[str], recipe: Recipe) -> UsageError:
    known = tuple(dict.fromkeys(known))
    hint = suggestion(name, known) or f" (there are: {', '.join(known) or 'none'})"
    return UsageError(f"{recipe.name} has no step {name!r}{hint}")
