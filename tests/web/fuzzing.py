"""
Asking an interface what its own description says may be asked, and what may not.

For each operation requests are made up from the description, sound and unsound ones; in some of
them names are of things that are there. Each answer must be one that the description knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ORDER = ("get", "post", "put", "patch", "delete")
BASE = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer that the description does not know, or a fault of ours."""

    operation: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.what}"


def faults(
    app: ASGIApp, base: str, known: Mapping[str, Any], examples: int, *, number: int = 1
) -> Iterator[Fault]:
    """What is wrong with the interface of an application below `base`, which has its description.

    `known` has names of things that are there, by what stands before them in a path; `examples` are
    made for each operation, of either sort. What takes things away is asked last.
    """
    with get_client(app) as client:
        described = client.get(f"{BASE}{base}/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    schema.app = app
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in sorted(operations, key=lambda each: ORDER.index(each.method.lower())):
        if "text/event-stream" in str(operation.definition.raw):
            continue  # it ends when nothing more happens
        modes = [GenerationMode.POSITIVE]
        if _can_be_unsound(operation.definition.raw):
            modes.append(GenerationMode.NEGATIVE)
        for mode in modes:
            yield from _faults_of(operation, mode, BASE + base, known, examples, number)


def _can_be_unsound(described: Mapping[str, Any]) -> bool:
    """Whether anything that can be asked is wrong: a text in a path never is."""
    kinds = [each.get("schema", {}).get("type") for each in described.get("parameters", ())]
    return "requestBody" in described or any(kind != "string" for kind in kinds)


def _faults_of(
    operation: Any,
    mode: GenerationMode,
    url: str,
    known: Mapping[str, Any],
    examples: int,
    number: int,
) -> Iterator[Fault]:
    wrong: list[str] = []
    parts = operation.path.split("/")
    names = {
        part[1:-1]: known[before]
        for before, part in pairwise(parts)
        if part.startswith("{") and before in known
    }

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def ask(case: Any, real: bool) -> None:
        if real:
            case.path_parameters.update(names)
        with get_client(operation.app) as client:
            answer = case.call(base_url=url, session=client)
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseExceptionGroup as group:
            wrong.extend(f"{answer.status_code}: {error}" for error in group.exceptions)
        except AssertionError as error:
            wrong.append(f"{answer.status_code}: {error}")

    try:
        ask()
    except Unsatisfiable:
        return  # whatever a text is, it is sound
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told with the operation
        wrong.append(f"{type(error).__name__}: {error}")
    once = {text.split("Reproduce with")[0][:600]: None for text in wrong}
    for text in once:
        yield Fault(f"{operation.method.upper()} {operation.path}", f"{mode.value}: {text}")
