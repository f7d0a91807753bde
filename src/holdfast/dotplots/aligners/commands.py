"""
Commands of tools: templates that become lists of words.

A template is parted into words as a shell would part it, quotes respected, and only then are its
places filled, so a path with blanks stays one word. There is no shell: what only a shell could do
is refused, but for ``>``, behind which the output stands.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.errors import suggestion

#: What stands in a template, in braces.
PLACES = ("exe", "target", "query", "out", "threads", "options")

_PLACE = re.compile(r"\{(\w*)\}")
_SHELL = frozenset({"|", "||", "<", "<<", "&", "&&", ";", ">>"})


@dataclass(frozen=True, slots=True)
class Command:
    """The words of a command, with places to fill."""

    words: tuple[str, ...]
    is_piped: bool = False  #: its standard output is its answer

    @classmethod
    def parse(cls, text: str) -> "Command":
        """The command that `text` writes.

        >>> Command.parse("{exe} -t {threads} '{target}' > {out}")
        Command(words=('{exe}', '-t', '{threads}', '{target}'), is_piped=True)

        Raises
        ------
        ValueError
            It is none, or needs a shell; the message is a sentence.
        """
        words = words_of(text)
        for place in {place for word in words for place in _PLACE.findall(word)}:
            if place not in PLACES:
                raise ValueError(
                    f"{{{place}}} is not one of {', '.join(f'{{{each}}}' for each in PLACES)}"
                    f"{suggestion(place, PLACES)}"
                )
        piped = [number for number, word in enumerate(words) if word == ">"]
        if piped and words[piped[0] + 1 :] != ["{out}"]:
            raise ValueError("behind > stands {out} and nothing else")
        kept = words[: piped[0]] if piped else words
        if not kept:
            raise ValueError("a command begins with a program")
        return cls(tuple(kept), bool(piped))

    @property
    def places(self) -> frozenset[str]:
        """The places that it has; ``{out}`` too if its output is piped there."""
        found = {place for word in self.words for place in _PLACE.findall(word)}
        return frozenset(found | ({"out"} if self.is_piped else set()))

    def filled(self, values: Mapping[str, str], options: Sequence[str]) -> tuple[str, ...]:
        """The command's words; a word ``{options}`` becomes as many as there are `options`."""
        words: list[str] = []
        everything = {**values, "options": shlex.join(options)}
        for word in self.words:
            if word == "{options}":
                words.extend(options)
            else:
                words.append(_PLACE.sub(lambda found: everything[found[1]], word))
        return tuple(words)


def words_of(text: str) -> list[str]:
    """The words of `text`, parted as a shell does; ``>`` is a word of its own.

    Raises
    ------
    ValueError
        A quote is not closed, or there is something that only a shell could do.
    """
    if re.search(r"(?:^|\s)[0-9&]>", text):
        raise ValueError("only > can be written, and no other way to lead output")
    parts = shlex.shlex(text, posix=True, punctuation_chars=">")
    parts.whitespace_split, parts.commenters = True, ""
    words = list(parts)
    for word in words:
        if word in _SHELL:
            raise ValueError(f"there is no shell to understand {word!r}; name a script instead")
    return words
