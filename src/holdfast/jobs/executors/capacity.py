"""
Whether a job can ever fit somewhere, and the sentence that says what to change: pure.
"""

from holdfast.jobs.executors.attendance.endings import size
from holdfast.jobs.model import Job


def too_big(job: Job, where: str, cores: int | None, memory: int | None) -> str | None:
    """Why `job` fits never into a place with so many `cores` and bytes of `memory`; None if it can.

    >>> too_big(Job("x", ("true",), cores=8), "local", 2, None)
    "job 'x' asks for 8 cores and local has 2; ask for at most 2, or let another executor take it"
    """
    if cores is not None and job.cores > cores:
        return _sentence(job, where, f"{job.cores} cores", str(cores))
    if memory is not None and job.memory is not None and job.memory > memory:
        return _sentence(job, where, f"{size(job.memory)} of memory", size(memory))
    return None


def _sentence(job: Job, where: str, asked: str, there: str) -> str:
    return (
        f"job {job.name!r} asks for {asked} and {where} has {there}; "
        f"ask for at most {there}, or let another executor take it"
    )
