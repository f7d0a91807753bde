"""Find sequences and collections by what a person types: a digest, a name, a beginning, words."""

from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.sequences.shown import has_store, is_all_shown, shown, shown_collections
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
    found = _like(view, text, limit + 1, described=is_all_shown(container))
    if exact is not None:
        found = [each for each in found if each.digest != exact.digest]
    return Findings(
        text=text,
        exact=exact,
        choices=choices,
        sequences=tuple(found[:limit]),
        collections=tuple(collections_like(container, text)[:COLLECTIONS_SHOWN]),
        is_more=len(found) > limit,
        hint=hint,
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


def _like(view: View, text: str, limit: int, *, described: bool) -> list[SequenceFound]:
    """Sequences with an alias that begins with `text`, then those that have its words."""
    found: dict[str, SequenceFound] = {}
    hits: list[Found] = view.search(text, prefix=True, limit=limit)
    if len(hits) < limit and len(text) >= LEAST_WORDS:
        try:
            worded = view.search(text, limit=limit)
            hits += [hit for hit in worded if described or not hit.description]
        except HoldfastError:  # no word in it, or no text index: beginnings are found all the same
            pass
    for hit in hits:
        digest = str(hit.digest)
        aliases = tuple(map(str, hit.aliases))
        if digest in found:
            known = found[digest]
            aliases = tuple(dict.fromkeys((*known.aliases, *aliases)))
        words = hit.description or (found[digest].description if digest in found else "")
        found[digest] = SequenceFound(digest, hit.length, aliases, words)
        if len(found) == limit:
            break
    return list(found.values())
