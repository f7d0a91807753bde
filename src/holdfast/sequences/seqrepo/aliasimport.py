"""
The aliases of an instance become commits of a store, in the order in which SeqRepo recorded them.

A row is taken in unless the store's history of that name has it already: a name's rows must be
found there in their order. So an import that was interrupted goes on, one that is repeated adds
nothing, and a name that the store moved later by itself stays where it is.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice, starmap

import numpy as np

from holdfast.base.progress import Listener, Progress
from holdfast.sequences.naming.alias import Alias, is_alias_text
from holdfast.sequences.naming.namespaces import is_digest
from holdfast.sequences.seqrepo.databases import ALIAS_COLUMNS
from holdfast.sequences.seqrepo.instance import SeqRepoInstance
from holdfast.sequences.seqrepo.naming import (
    DIGEST_KINDS,
    DIGEST_SPACES,
    digest_texts,
    is_our_namespace,
    our_namespace,
    raw_keys,
)
from holdfast.sequences.seqrepo.problems import Problems
from holdfast.sequences.seqrepo.rows import AliasRow
from holdfast.sequences.seqrepo.storerows import Past, StoreRows
from holdfast.sequences.store import SequenceStore
from holdfast.sequences.writing.batch import Batch

Name = tuple[str, str]  #: one of our namespaces, and a text
ROWS_TOGETHER = 1 << 16  #: rows that are looked up at once
COMMIT_ROWS = 1 << 19  #: rows after which a commit ends, for the memory's sake


@dataclass(slots=True)
class _Story:
    """One name with more than one row: how much of its history in the store was met already."""

    past: list[Past]
    met: int = 0  #: entries of `past` that are behind
    own: bool = False  #: whether rows were taken in that the store did not have
    owner: int = -1  #: the sequence of the last row
    current: bool = False  #: whether the last row is current
    known: Past | None = None  #: the entry of `past` that the last row is
    owners: set[int] = field(default_factory=set)


class AliasCommits:
    """Names that wait for the next commit, and what was committed."""

    def __init__(self, store: SequenceStore, note: str) -> None:
        self._store, self._note = store, note
        self._staged: dict[str, dict[str, int]] = defaultdict(dict)
        self._waiting = 0
        self._day = ""
        self.added = self.retired = self.count = 0

    def stage(self, key: Name, number: int, added: str) -> None:
        """Put a name into the next commit, or begin another first."""
        space, text = key
        moves = self._staged[space].get(text, number) != number
        if moves or self._waiting >= COMMIT_ROWS or added[:10] > self._day:
            self.finish()
            self._day = max(self._day, added[:10])
        self._staged[space][text] = number
        self._waiting += 1

    def finish(self) -> None:
        """Commit what waits."""
        if self._waiting:
            with self._store.write() as batch:
                for space, names in self._staged.items():
                    batch.alias_numbers(space, list(names), list(names.values()), reassign=True)
                self._commit(batch, f"aliases of {self._day}")
        self._staged, self._waiting = defaultdict(dict), 0

    def retire(self, ended: dict[str, dict[str, int]]) -> None:
        """End names, by namespace, that still belong to these sequences."""
        with self._store.write() as batch:
            for space, names in ended.items():
                owners = batch.owners(space, list(names))
                for text, number in names.items():
                    if owners.get(text) == number:
                        batch.retire(Alias(space, text))
            self._commit(batch, "aliases that ended")

    def _commit(self, batch: Batch, what: str) -> None:
        added, retired = batch.aliases_staged
        if batch.commit(f"{self._note}: {what}") is not None:
            self.count += 1
            self.added += added
            self.retired += retired


class AliasImport:
    """The alias rows of an instance on their way into a store."""

    def __init__(
        self,
        store: SequenceStore,
        instance: SeqRepoInstance,
        note: str,
        problems: Problems,
        reassign: bool,
    ) -> None:
        self._instance, self._rows = instance, StoreRows(store)
        self._problems, self._reassign = problems, reassign
        self._stories: dict[Name, _Story | None] = {}
        self._ending: set[Name] = set()  # names that are current for none there
        self._unusable: dict[str, str] = {}  # by the stored namespace: why, or nothing
        self._ours: dict[str, str] = {}  # by the stored namespace
        self.commits = AliasCommits(store, note)
        self.seen = self.digests = 0

    def run(self, listener: Listener) -> None:
        """Take in all rows."""
        total = self._instance.alias_totals().aliases
        self._find_stories()
        rows = self._instance.alias_database.stream(
            f"SELECT {ALIAS_COLUMNS} FROM seqalias ORDER BY seqalias_id"
        )
        done = 0
        while part := list(islice(rows, ROWS_TOGETHER)):
            self._take(list(starmap(AliasRow, part)))
            done += len(part)
            listener(Progress("importing aliases", done, total, "aliases"))
        self.commits.finish()
        self._retire_ended()

    # Deciding

    def _find_stories(self) -> None:
        """Find the names that had several rows, or that are not current: their history matters.

        So does that of all names in namespaces that are one in our store and were several there.
        """
        spaces: dict[str, list[str]] = defaultdict(list)
        for (stored,) in self._instance.alias_database.ask(
            "SELECT DISTINCT namespace FROM seqalias"
        ):
            spaces[our_namespace(str(stored))].append(str(stored))
        merged = [stored for one in spaces.values() if len(one) > 1 for stored in one]
        rows = self._instance.alias_database.stream(
            "SELECT namespace, alias, max(is_current) FROM seqalias GROUP BY namespace, alias"
            " HAVING count(*) > 1 OR max(is_current) = 0"
            f" OR namespace IN ({','.join('?' * len(merged))})",
            merged,
        )
        current: set[Name] = set()
        for stored, alias, is_current in rows:
            key = our_namespace(str(stored)), str(alias)
            self._stories[key] = None
            (current if is_current else self._ending).add(key)
        self._ending -= current

    def _take(self, rows: list[AliasRow]) -> None:
        """Check digests among the rows, and stage the names that are new."""
        numbers = self._numbers_of(rows)
        digests: list[AliasRow] = []
        named: dict[str, list[AliasRow]] = defaultdict(list)
        order: list[AliasRow] = []
        for row in rows:
            if row.namespace in DIGEST_SPACES:
                digests.append(row)
            elif self._is_usable(row, numbers):
                named[self._ours[row.namespace]].append(row)
                order.append(row)
        self._check_digests(digests, numbers)
        past = {
            space: self._rows.histories(space, [row.alias for row in its])
            for space, its in named.items()
        }
        for row in order:
            self._take_name(row, numbers[row.seq_id], past)

    def _numbers_of(self, rows: list[AliasRow]) -> dict[str, int]:
        """The store's numbers of the sequences that rows name."""
        seq_ids = list({row.seq_id for row in rows})
        raw = raw_keys(seq_ids)
        known = self._rows.numbers_of([each for each in raw if each])
        return {seq_id: known[each] for seq_id, each in zip(seq_ids, raw, strict=True)
                if each in known}  # fmt: skip

    def _is_usable(self, row: AliasRow, numbers: dict[str, int]) -> bool:
        """Whether a row can be an alias of ours; if not, it is said why."""
        self.seen += 1
        if row.seq_id not in numbers:
            why = f"its sequence {row.seq_id} is not there"
        else:
            why = self._why_not(row.namespace) or (
                "" if is_alias_text(row.alias)
                else "an alias must not hold blanks, be empty or very long"
            )  # fmt: skip
        if why:
            self._problems.say(f"{row.namespace}:{row.alias}: {why}; left out")
        return not why

    def _why_not(self, stored: str) -> str:
        """Why a stored namespace cannot be one of ours, or nothing."""
        why = self._unusable.get(stored)
        if why is None:
            why = "" if is_our_namespace(stored) else f"{stored!r} cannot be a namespace"
            why = "the namespace belongs to digests" if is_digest(stored) else why
            self._unusable[stored] = why
            self._ours[stored] = our_namespace(stored)
        return why

    def _check_digests(self, rows: list[AliasRow], numbers: dict[str, int]) -> None:
        """Hold the digests that SeqRepo kept against those of the residues."""
        for space in DIGEST_SPACES:
            its = [row for row in rows if row.namespace == space and row.seq_id in numbers]
            columns = self._rows.columns_of(np.array([numbers[row.seq_id] for row in its], int))
            right = digest_texts(space, columns[DIGEST_KINDS[space]].tobytes())
            self.digests += len(its)
            if [row.alias for row in its] == right:
                continue
            for row, text in zip(its, right, strict=True):
                if row.alias != text and row.is_current:
                    self._problems.say(
                        f"{space}:{row.alias}: is not that digest of {row.seq_id}, which is "
                        f"{text}; left out"
                    )

    def _take_name(
        self, row: AliasRow, number: int, past: dict[str, dict[str, list[Past]]]
    ) -> None:
        """Stage a row unless the store knows it."""
        space = self._ours[row.namespace]
        key = space, row.alias
        before = past[space].get(row.alias, [])
        if key not in self._stories:
            if all(each.number != number for each in before) and self._may_take(key, before, set()):
                self.commits.stage(key, number, row.added)
            return
        story = self._stories[key]
        if story is None:
            story = self._stories[key] = _Story(before)
        if self._continues(key, story, row, number):
            self.commits.stage(key, number, row.added)

    def _continues(self, key: Name, story: _Story, row: AliasRow, number: int) -> bool:
        """Whether a row of a name with a history is to be staged; the story goes on with it."""
        if story.current and row.is_current and story.owner != number:
            self._problems.say(
                f"{key[0]}:{key[1]}: is current for two sequences in several namespaces there; "
                "here it belongs to the later one"
            )
        repeated = story.owner == number
        story.owner, story.current = number, bool(row.is_current)
        if repeated:
            return False
        for place in range(story.met, len(story.past)) if not story.own else ():
            if story.past[place].number == number:
                story.met, story.known = place + 1, story.past[place]
                story.owners.add(number)
                return False
        if not story.own and not self._may_take(key, story.past, story.owners):
            story.owner = -1
            return False
        story.own, story.known = True, None
        return True

    def _may_take(self, key: Name, past: list[Past], explained: set[int]) -> bool:
        """Whether a name may move here: not from a sequence that the instance does not know of."""
        owner = next((each.number for each in past if each.current), None)
        if owner is None or owner in explained or (self._reassign and key not in self._ending):
            return True
        advice = "left out" if key in self._ending else "say --reassign to move it"
        self._problems.say(
            f"{key[0]}:{key[1]}: belongs to another sequence in the store "
            f"({self._rows.digest(owner)}); {advice}"
        )
        return False

    def _retire_ended(self) -> None:
        """End the names that are current for no sequence any more."""
        ended: dict[str, dict[str, int]] = defaultdict(dict)
        for (space, text), story in self._stories.items():
            if story is None or story.current or story.owner < 0:
                continue
            if story.known is None or story.known.current:
                ended[space][text] = story.owner
        self.commits.retire(ended)
