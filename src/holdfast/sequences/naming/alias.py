"""
Aliases: namespaced names for digests, with their history.

An alias is written ``namespace:text``; only the first colon separates, so ``imgt:HLA:A*01`` is
``HLA:A*01`` in the namespace ``imgt``. Its namespace is the canonical one: ``NCBI:NM_000551.4`` and
``refseq:NM_000551.4`` are one alias. The namespaces of digests are reserved: a digest names its
sequence by itself and is never stored as an alias.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.base.digests import Digest
from holdfast.errors import UsageError
from holdfast.sequences.naming.namespaces import AUTO, canonical, is_digest

TEXT_LIMIT = 1024
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A name in a namespace, which is brought into its canonical form.

    >>> Alias.parse("NCBI:NM_000551.4")
    Alias(namespace='refseq', text='NM_000551.4')

    Raises UsageError when the namespace or the text cannot be one.
    """

    namespace: str
    text: str

    def __post_init__(self) -> None:
        check_namespace(self.namespace)
        object.__setattr__(self, "namespace", canonical(self.namespace))
        if not is_alias_text(self.text):
            raise UsageError(
                f"{self.text!r} cannot be an alias; it must not be empty, very long, or hold "
                "blanks or control characters"
            )

    def __str__(self) -> str:
        return f"{self.namespace}:{self.text}"

    @classmethod
    def known(cls, namespace: str, text: str) -> "Alias":
        """An alias that a store has, which was looked at when it got there."""
        alias = object.__new__(cls)
        object.__setattr__(alias, "namespace", namespace)
        object.__setattr__(alias, "text", text)
        return alias

    @classmethod
    def parse(cls, text: str) -> "Alias":
        """Read ``namespace:text``.

        Raises
        ------
        UsageError
            There is no colon, or one of the parts cannot be used.
        """
        namespace, colon, rest = text.partition(":")
        if not colon:
            raise UsageError(f"{text!r} names no namespace; write namespace:alias")
        return cls(namespace, rest)


@dataclass(frozen=True, slots=True)
class AliasRecord:
    """An alias of a sequence and the journal positions at which it was added and retired."""

    alias: Alias
    digest: Digest
    added: int
    retired: int | None


def check_namespace(namespace: str) -> None:
    """Raise UsageError unless `namespace` may hold aliases."""
    if is_digest(namespace):
        raise UsageError(f"the namespace {namespace!r} belongs to digests; choose another")
    if namespace == AUTO:
        raise UsageError(f"{AUTO!r} asks for the namespaces to be inferred; it cannot be one")
    if not _NAMESPACE.fullmatch(namespace):
        raise UsageError(
            f"{namespace!r} cannot be a namespace; use letters, digits, dots, dashes, underscores"
        )


def is_alias_text(text: str) -> bool:
    """Whether `text` may be an alias."""
    return (
        0 < len(text) <= TEXT_LIMIT
        and text.isprintable()
        and len(text.split()) == 1
        and (" " not in text)
    )


def are_alias_texts(texts: Sequence[str]) -> bool:
    """Whether each of `texts` may be an alias: one look at all of them together."""
    together = "".join(texts)
    return (
        all(texts)
        and together.isprintable()
        and len(together.split()) <= 1
        and " " not in together
        and max(map(len, texts), default=0) <= TEXT_LIMIT
    )
