"""
Containing: which container a step of a recipe wants.

A step with an image becomes the task ``contain`` with its command behind it. What it is shown
follows from its variables alone, so all occasions are alike: a release that is made, and what is
done before an update or a removal. A pure question; whether a folder is there is asked when the
task runs.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from holdfast.banks.commands.containers import Contained, How, Shown
from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import FLAT
from holdfast.banks.updating.making import MAKING
from holdfast.base.digests import joined_sha256

AROUND = 256 * 2**20  #: bytes of memory that a container's engine, and our task, may take
OURS = "HOLDFAST_"  #: begins the names of our own variables, which no container is told
SOURCE = "source"  #: ends the names of those with the folder of another bank's release


def contained(
    step: Step, command: tuple[str, ...], values: Mapping[str, str], folder: Path
) -> tuple[str, ...]:
    """The words of `step`: its `command`, run in `folder`, in a container if it wants one."""
    if not step.container:
        return command
    return task_words(container_of(step, command, values, folder))


def memory_of(step: Step) -> int | None:
    """The memory of the job of `step`: what runs a container must not take what is in it."""
    if step.memory is None or not step.container:
        return step.memory
    return step.memory + AROUND


def container_of(
    step: Step, command: tuple[str, ...], values: Mapping[str, str], folder: Path
) -> Contained:
    """The container of `step`, whose environment is `values`."""
    bank_folder = Path(values["datadir"], values["dirversion"])
    release = bank_folder / values["localrelease"]
    recipes = str(Path(values["HOLDFAST_HOME"], "recipes"))
    others = [values.get("processdir", ""), *_sources(values), recipes]
    return Contained(
        name=_name(step, values),
        image=step.container,
        command=command,
        folder=folder,
        variables=tuple(name for name in values if not name.startswith(OURS)),
        shown=(
            Shown(bank_folder),
            *(Shown(Path(each)) for each in others if each.startswith("/")),
            Shown(bank_folder / MAKING, How.EMPTY),  # there are URLs with passwords in it
            Shown(release, How.WRITE),
            Shown(release / FLAT),  # its files are links to those of other releases
        ),
        network=step.network,
        memory=step.memory,
    )


def task_words(wanted: Contained) -> tuple[str, ...]:
    """The words of the task ``contain`` for `wanted`."""
    words = [sys.executable, "-m", "holdfast", "task", "contain"]
    words += ["--name", wanted.name, "--image", wanted.image, "--folder", str(wanted.folder)]
    for each in wanted.shown:
        words += ["--show", str(each)]
    words += ["--variables", ",".join(wanted.variables)]
    words += ["--network"] if wanted.network else []
    words += ["--memory", str(wanted.memory)] if wanted.memory is not None else []
    return (*words, "--", *wanted.command)


def _sources(values: Mapping[str, str]) -> list[str]:
    return [value for name, value in values.items() if name.endswith(SOURCE)]


def _name(step: Step, values: Mapping[str, str]) -> str:
    """What the container is called: the same at each start of this job, and of no other job."""
    job = [values["HOLDFAST_HOME"], values["dbname"], values["logdir"], step.name]
    digest = joined_sha256(["\0".join(job).encode()])[:12]
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", f"{values['dbname']}-{step.name}")[:80]
    return f"holdfast-{plain}-{digest}"
