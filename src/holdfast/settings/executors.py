"""
Settings of where jobs run: the executors of a site, and which job goes to which.

::

    [executors.cluster]
    kind = "slurm"
    queue = "normal"
    jobs = 200

    [executors.cluster.labels.align]
    queue = "long"
    time = "12h"

    [[placements]]
    label = "align"
    input_at_least = "500M"
    executor = "cluster"
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from holdfast.settings.values import Options, Size, Span

LOCAL = "local"  #: the name of the executor that is always there


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelSettings(_Table):
    """What is different for the jobs of one label on one executor."""

    queue: Annotated[str | None, Field(description="The queue or partition.")] = None
    account: Annotated[str | None, Field(description="Whom the scheduler books it on.")] = None
    options: Annotated[Options, Field(description="More options, as the scheduler has them.")] = ()
    memory: Annotated[Size | None, Field(description="Memory of a job that names none.")] = None
    time: Annotated[Span | None, Field(description="Time of a job that names none.")] = None


class ExecutorSettings(LabelSettings):
    """One executor: what it is, and what its jobs may use."""

    kind: Annotated[
        str, Field(description="`local`, `slurm`, `pbs`, `lsf`, `drmaa`, `dask`, or a plug-in's.")
    ]
    cores: Annotated[
        int | None, Field(ge=1, description="Cores that jobs may use at once; none means all.")
    ] = None
    jobs: Annotated[
        int | None, Field(ge=1, description="Jobs it has at once, those in its queue counted.")
    ] = None
    address: Annotated[
        str, Field(description="Where the scheduler of Dask is; for DRMAA, its library's file.")
    ] = ""
    poll: Annotated[Span, Field(description="Time between two looks at a batch system.")] = 5.0
    python: Annotated[
        str, Field(description="The interpreter on the hosts; empty means the one in use here.")
    ] = ""
    labels: Annotated[
        Mapping[str, LabelSettings], Field(description="What is different for jobs of a label.")
    ] = {}

    def for_label(self, label: str) -> LabelSettings:
        """What holds for a job of `label`: its own settings before those of the executor."""
        own = self.labels.get(label, LabelSettings())
        return LabelSettings(
            queue=own.queue if own.queue is not None else self.queue,
            account=own.account if own.account is not None else self.account,
            options=self.options + own.options,
            memory=own.memory if own.memory is not None else self.memory,
            time=own.time if own.time is not None else self.time,
        )


class Placement(_Table):
    """A rule: jobs like this go to that executor. All that it names must hold.

    `running_at_most` and `waiting_at_most` say how many jobs the executor may have at work and how
    many may wait for room on it; with more, the rule is passed over and the next one asked.
    """

    executor: Annotated[str, Field(description="Where such jobs run.")]
    label: Annotated[str | None, Field(description="Only jobs of this label.")] = None
    input_at_least: Annotated[Size | None, Field(description="All its inputs are so big.")] = None
    input_less: Annotated[Size | None, Field(description="All its inputs are smaller.")] = None
    largest_less: Annotated[Size | None, Field(description="Each single input is smaller.")] = None
    memory_at_least: Annotated[Size | None, Field(description="It asks for so much memory.")] = None
    cores_at_least: Annotated[int | None, Field(description="It asks for so many cores.")] = None
    running_at_most: Annotated[
        int | None, Field(ge=0, description="So many jobs are at work there, this one counted.")
    ] = None
    waiting_at_most: Annotated[
        int | None, Field(ge=0, description="So many jobs wait for room there, this one counted.")
    ] = None
