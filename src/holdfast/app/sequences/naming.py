"""Names given and taken away over the web: as on the command line, within what one may know of."""

from holdfast.app.container import Container
from holdfast.app.sequences.alias import Added, add_alias, retire_aliases
from holdfast.app.sequences.shown import check_shown, private_namespaces, shown
from holdfast.errors import AliasNotFound
from holdfast.sequences import Alias


def give_name(container: Container, new: str, name: str, *, reassign: bool = False) -> Added:
    """Give the sequence `name` the alias `new`.

    Raises
    ------
    UsageError
        `new` cannot be an alias, or is in a namespace that is an administrator's.
    AliasConflict
        It belongs to another sequence, and `reassign` was not said.
    """
    alias = Alias.parse(new.strip())
    check_shown(container, alias.namespace)
    digest = shown(container).resolve(name)
    return add_alias(container, str(alias), str(digest), reassign=reassign)


def end_name(container: Container, old: str) -> Alias:
    """End an alias; its history stays.

    Raises
    ------
    UsageError
        It cannot be an alias.
    AliasNotFound
        No sequence has it, as far as who asks may know.
    """
    alias = Alias.parse(old)
    if alias.namespace in private_namespaces(container):
        raise AliasNotFound(f"no sequence has the alias {alias}")
    (ended,) = retire_aliases(container, [old])
    return ended
