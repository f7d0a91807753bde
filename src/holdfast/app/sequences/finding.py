"""Find sequences and collections by what a person types: a digest, a name, a beginning, words."""

from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.sequences.shown import (
    has_store,
    is_all_shown,
    shown,
    shown_collections,
    words_lock,
)
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    HoldfastError,
    SequenceNotFound,
    UsageError,
)
from holdfast.sequences import CollectionRecord, View
from holdfast.sequences.naming.search import TEXT_LIMIT, Found

LIMIT = 30
COLLECTIONS_SHOWN = 8
CHOICES = 100  #: of an ambiguous name
INDEXING = 1.0  #: seconds to wait for another who searches for words, or indexes them
LEAST_WORDS = 2  #: letters from which words are searched for


@dataclass(frozen=True, slots=True)
class SequenceFound:
    """A sequence, and the aliases by which it was found."""

    digest: str
    length: int
    aliases: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the sequences that an ambiguous name may mean; `name` says it with its namespace."""

    namespace: str
    name: str
    digest: str
    length: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What a text finds: the one sequence it names, or those it may name; then what is like it."""

    text: str
    exact: SequenceFound | None = None
    choices: tuple[Choice, ...] = ()
    sequences: tuple[SequenceFound, ...] = ()
    collections: tuple[CollectionRecord, ...] = ()
    is_more: bool = False  #: there are more sequences than these
    hint: str = ""  #: what may help when nothing was found
    is_indexing: bool = False  #: the words of names are being indexed, and were not looked at

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.exact or self.choices or self.sequences or self.collections)


def find(container: Container, text: str, limit: int = LIMIT) -> Findings:
    """What `text` finds among what who asks may see; nothing when there is no store."""
    text = text.strip()
    if not text or not has_store(container):
        return Findings(text)
    if len(text) > TEXT_LIMIT or not text.isprintable():
        return Findings(text[:50], hint="names are of printed letters, and not that long")
    view = shown(container)
    exact, choices, hint = _named(view, text)
    found = _beginning(view, text, limit + 1)
    worded = len(found) > limit or _add_worded(container, view, text, limit + 1, found)
    like = list(found.values())
    if exact is not None:
        like = [each for each in like if each.digest != exact.digest]
    return Findings(
        text=text,
        exact=exact,
        choices=choices,
        sequences=tuple(like[:limit]),
        collections=tuple(collections_like(container, text)[:COLLECTIONS_SHOWN]),
        is_more=len(like) > limit,
        hint=hint,
        is_indexing=not worded,
    )


def choices_of(container: Container, error: AliasAmbiguous, name: str) -> tuple[Choice, ...]:
    """The sequences that an ambiguous name may mean."""
    return _choices(shown(container), error, name)


def collections_like(container: Container, text: str) -> list[CollectionRecord]:
    """The collections whose name has all words of `text` in it, or whose digest it is."""
    words = text.casefold().split()
    return [
        record
        for record in shown_collections(container)
        if record.digest == text or all(word in record.name.casefold() for word in words)
    ]


def _named(view: View, text: str) -> tuple[SequenceFound | None, tuple[Choice, ...], str]:
    """The sequence that `text` names, or those it may name, or why it names none."""
    try:
        info = view.info(view.resolve(text))
    except AliasAmbiguous as error:
        return None, _choices(view, error, text), ""
    except (AliasNotFound, SequenceNotFound, UsageError) as error:
        return None, (), str(error)
    aliases = tuple(str(record.alias) for record in view.aliases(info.digest))
    return SequenceFound(str(info.digest), info.length, aliases), (), ""


def _choices(view: View, error: AliasAmbiguous, name: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(namespace, f"{namespace}:{name}", digest, view.info(digest).length)
        for namespace, digest in error.choices[:CHOICES]
    )


def _beginning(view: View, text: str, limit: int) -> dict[str, SequenceFound]:
    """Sequences with an alias that begins with `text`, by digest."""
    found: dict[str, SequenceFound] = {}
    _add(found, view.search(text, prefix=True, limit=limit), limit)
    return found


def _add_worded(
    container: Container, view: View, text: str, limit: int, found: dict[str, SequenceFound]
) -> bool:
    """Add the sequences that have all words of `text`; whether these could be looked for.

    The first to look for words may have to index millions of them. Whoever comes meanwhile is not
    kept waiting.
    """
    if len(text) < LEAST_WORDS:
        return True
    lock = words_lock(container)
    if not lock.acquire(timeout=INDEXING):
        return False
    try:
        hits = view.search(text, limit=limit)
    except HoldfastError:
        return True  # no word in it, or no text index: beginnings are found all the same
    finally:
        lock.release()
    described = is_all_shown(container)
    _add(found, [hit for hit in hits if described or not hit.description], limit)
    return True


def _add(found: dict[str, SequenceFound], hits: list[Found], limit: int) -> None:
    for hit in hits:
        digest = str(hit.digest)
        known = found.get(digest)
        if known is None and len(found) >= limit:
            break
        before = known.aliases if known else ()
        aliases = tuple(dict.fromkeys((*before, *map(str, hit.aliases))))
        words = hit.description or (known.description if known else "")
        found[digest] = SequenceFound(digest, hit.length, aliases, words)
