"""
Patience: what BioMAJ's ``stop_condition`` and ``wait_policy`` mean for retries.

Both are expressions of the library tenacity, such as ``stop_after_attempt(5) | stop_never`` and
``wait_fixed(3) + wait_random(0, 2)``. They are read here, and never run. Of the first the number of
attempts is taken, of the second the wait before the first retry: each further wait is doubled,
whatever the policy says.
"""

import ast

FOREVER = 1001  #: attempts, where there is no end of them
_STOPS = ("stop_after_attempt", "stop_after_delay", "stop_any", "stop_all")
_WAITS = (
    "wait_fixed",
    "wait_random",
    "wait_incrementing",
    "wait_exponential",
    "wait_random_exponential",
    "wait_combine",
    "wait_chain",
)


def attempts(text: str) -> int | None:
    """How often a file is asked for by a ``stop_condition``; None where it is not told by number.

    >>> attempts("stop_after_attempt(5) | stop_never"), attempts("stop_after_delay(60)")
    (5, None)

    Raises
    ------
    ValueError
        It is no such expression.
    """
    return _stop(_parsed(text))


def first_wait(text: str) -> float:
    """Seconds before the first retry by a ``wait_policy``.

    >>> first_wait("wait_fixed(3) + wait_random(0, 2)"), first_wait("wait_none")
    (5.0, 0.0)

    Raises
    ------
    ValueError
        It is no such expression.
    """
    return float(_wait(_parsed(text)))


def _parsed(text: str) -> ast.expr:
    if len(text) > 1000:
        raise ValueError("it is longer than any such expression")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError("it is no such expression") from error


def _stop(node: ast.expr) -> int | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd):
        return _joined([node.left, node.right], every=isinstance(node.op, ast.BitAnd))
    name, numbers, nodes = _call(node)
    if name == "stop_never":
        return FOREVER
    if name == "stop_after_attempt" and numbers and numbers[0] >= 1:
        return min(int(numbers[0]), FOREVER)
    if name in ("stop_any", "stop_all"):
        return _joined(nodes, every=name == "stop_all")
    if name in ("stop_after_delay", "stop_when_event_set"):
        return None
    raise ValueError(f"{name!r} is none of stop_never, {', '.join(_STOPS)}, with a number in it")


def _joined(nodes: list[ast.expr], *, every: bool) -> int | None:
    """Of several ends the first, or the last where `every` one must be reached."""
    known = [each for each in map(_stop, nodes) if each is not None]
    return (max(known) if every else min(known)) if known else None


def _wait(node: ast.expr) -> float:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _wait(node.left) + _wait(node.right)
    name, numbers, nodes = _call(node)
    if name == "wait_none":
        return 0.0
    if name == "wait_combine":
        return sum(map(_wait, nodes))
    if name == "wait_chain" and nodes:
        return _wait(nodes[0])
    if name in _WAITS:
        # The longest of what it may wait first: exponential ones begin with their multiplier.
        numbers = numbers or [1.0]
        return max(0.0, max(numbers) if name == "wait_random" else numbers[0])
    raise ValueError(f"{name!r} is none of wait_none, {', '.join(_WAITS)}")


def _call(node: ast.expr) -> tuple[str, list[float], list[ast.expr]]:
    """The name that `node` is or calls, the numbers it is called with, and what else."""
    if isinstance(node, ast.Name):
        return node.id, [], []
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        raise ValueError("it is no such expression")
    numbers: list[float] = []
    others: list[ast.expr] = []
    for each in (*node.args, *(keyword.value for keyword in node.keywords)):
        if isinstance(each, ast.Constant) and isinstance(each.value, int | float):
            numbers.append(float(each.value))
        else:
            others.append(each)
    return node.func.id, numbers, others
