"""The engine: it does plans of jobs, one or many, and survives its own death."""

from holdfast.jobs.engine.engine import Engine
from holdfast.jobs.engine.site import Site

__all__ = ["Engine", "Site"]
