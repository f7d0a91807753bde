"""
Digesting many short sequences: blocks go in, and their digests come out in order.

Python lets no other thread run while it hashes a short text, so after some megabytes another
process takes blocks too (:mod:`~holdfast.sequences.writing.digest_worker`). A block that finds it
busy is digested here: so both work, and nobody waits. It is a convenience: when it cannot be
started, or dies, all is done here, and the digests are the same.
"""

import contextlib
import fcntl
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from holdfast.base.digests import SHA512T_BYTES
from holdfast.formats.residues import Joined
from holdfast.sequences.storage.hashing import LARGE, sequence_digests
from holdfast.sequences.writing import digest_worker

AFTER = 6_000_000  #: residues from which another process pays
AHEAD = 2  #: blocks that the other process may have: bounds the memory
PIPE = 1 << 20  # bytes a pipe may hold, where the system lets us say so
WORKER = Path(digest_worker.__file__)


@dataclass(frozen=True, slots=True)
class Digested:
    """The digests of a block's sequences.

    `sha512` are 24 bytes each; `others`, if they are known already, are MD5 and SHA-1, each joined.
    """

    sha512: Sequence[bytes]
    others: tuple[bytes, bytes] | None = None

    def others_of(self, places: Sequence[int]) -> tuple[bytes, bytes] | None:
        """MD5 and SHA-1 of some of the sequences."""
        if self.others is None or len(places) == len(self.sha512):
            return self.others
        md5, sha1 = (
            np.frombuffer(joined, f"V{width}")[list(places)].tobytes()
            for joined, width in zip(self.others, (16, 20), strict=True)
        )
        return md5, sha1


class Digester:
    """Digests blocks in their order; with `threads` more than one, another process helps."""

    def __init__(self, pool: ThreadPoolExecutor, threads: int) -> None:
        self._pool, self._helped = pool, threads > 1
        self._worker: _Worker | None = None
        self._blocks: deque[Future[Digested]] = deque()
        self._seen = 0

    def __len__(self) -> int:
        """How many blocks are under way."""
        return len(self._blocks)

    def put(self, residues: Joined) -> None:
        """Digest these sequences."""
        self._seen += len(residues.whole)
        if self._is_for_worker(residues):
            if self._worker is None:
                self._worker = _Worker()
            self._blocks.append(self._worker.ask(residues))
            return
        done: Future[Digested] = Future()
        done.set_result(Digested(sequence_digests(residues, self._pool)))
        self._blocks.append(done)

    def ready(self) -> bool:
        """Whether the next block is to be taken now, because it is done or enough are under way."""
        return bool(self._blocks) and (self._blocks[0].done() or len(self._blocks) > AHEAD)

    def take(self) -> Digested:
        """The digests of the next block."""
        return self._blocks.popleft().result()

    def close(self) -> None:
        """Forget what is under way; the other process ends."""
        self._blocks.clear()
        if self._worker is not None:
            self._worker.close()

    def _is_for_worker(self, residues: Joined) -> bool:
        if not self._helped or self._seen < AFTER or residues.longest >= LARGE:
            return False
        return self._worker is None or self._worker.pending < AHEAD


class _Worker:
    """The other process, and the thread that speaks with it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._under_way: deque[Future[Digested]] = deque()
        self._process: subprocess.Popen[bytes] | None = None
        self._gone = False

    @property
    def pending(self) -> int:
        """How many blocks it has not answered yet."""
        while self._under_way and self._under_way[0].done():
            self._under_way.popleft()
        return len(self._under_way)

    def ask(self, residues: Joined) -> Future[Digested]:
        """The digests of a block, when they will be there."""
        self._under_way.append(self._thread.submit(self._digested, residues))
        return self._under_way[-1]

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.communicate()

    # In the thread

    def _digested(self, residues: Joined) -> Digested:
        count = len(residues)
        answer = b"" if self._gone else self._answer(residues)
        if len(answer) != digest_worker.SIZE * count:
            self._gone = True
            answer = digest_worker.digests(residues.whole, residues.lengths.tolist())
        first, second = SHA512T_BYTES * count, (SHA512T_BYTES + 16) * count
        sha512 = [answer[at : at + SHA512T_BYTES] for at in range(0, first, SHA512T_BYTES)]
        return Digested(sha512, (answer[first:second], answer[second:]))

    def _answer(self, residues: Joined) -> bytes:
        """What the other process says; too little when it is gone."""
        try:
            to, from_ = self._pipes()
            counts = digest_worker.COUNTS.pack(len(residues), len(residues.whole))
            lengths = residues.lengths.astype("<u8").tobytes()
            # At once: each call that waits for the system waits for its turn in Python afterwards.
            to.write(b"".join([counts, lengths, residues.whole]))
            to.flush()
            return from_.read(digest_worker.SIZE * len(residues))
        except OSError:
            return b""

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """The other process's ends of the talk; it is started when it is first wanted."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(WORKER)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            _widen(self._process.stdin)
            _widen(self._process.stdout)
        to, from_ = self._process.stdin, self._process.stdout
        if to is None or from_ is None:
            raise OSError("no pipes")
        return to, from_


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold much, where the system lets us."""
    if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
