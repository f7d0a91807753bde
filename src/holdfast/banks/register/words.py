"""
Words: what of a text is searched, and whether a text has what is sought.

A word is a run of letters and digits, without regard to case. What is sought is found where it
begins a word: ``gen`` is in ``Genes.gff``, ``ene`` is not; ``chr1.fa`` is in ``chr1.fasta``. That
alone decides. A database's full text only says where it can be at all: it is asked for plain tokens
that every database takes as one word, so that all give the same answers.
"""

import re
from collections.abc import Iterable

from holdfast.errors import UsageError

_WORD = re.compile(r"[^\W_]+")
TOKEN_LIMIT = 60  #: characters of a token; longer words are told apart by reading their text
_MARK = "zz"  #: before each token: MariaDB leaves out words of one or two letters, and some English


class Sought:
    """One thing that is sought in texts.

    Raises
    ------
    UsageError
        It has neither letter nor digit.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)  #: each begins a token of every text that has what is sought
        if not self.tokens:
            raise UsageError(f"{text!r} has no letter and no digit to search for")
        folded = text.casefold()
        begins = r"(?<![^\W_])" if folded[0].isalnum() else ""
        self._pattern = re.compile(begins + re.escape(folded))

    def is_in(self, text: str) -> bool:
        """Whether `text` has it."""
        return self._pattern.search(text.casefold()) is not None


def tokens(text: str) -> frozenset[str]:
    """The words of `text` as every database takes them: ``zz``, then letters a to z and digits.

    What begins a word begins its token. Other words may have the same token.

    >>> sorted(tokens("flat/chr1.FA"))
    ['zzchr1', 'zzfa', 'zzflat']
    """
    return frozenset(_token(word) for word in _WORD.findall(text.casefold()))


def tokens_of_all(texts: Iterable[str]) -> frozenset[str]:
    """The tokens of all `texts`."""
    return tokens("\n".join(texts))


def _token(word: str) -> str:
    plain = word if word.isascii() else "".join(map(_plain, word))
    return f"{_MARK}{plain}"[:TOKEN_LIMIT]


def _plain(letter: str) -> str:
    return letter if letter.isascii() else letter.encode("utf-8", "surrogatepass").hex()
