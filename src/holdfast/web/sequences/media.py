"""
Media: which of our forms of an answer a client takes (RFC 9110, sections 12.5.1 and 12.5.3).

Pure functions of the headers ``Accept`` and ``Accept-Encoding``. A header that cannot be read is
taken as if it named nothing we have.
"""

from collections.abc import Iterator, Sequence

HEADER_MOST = 4096  #: characters of a header that are looked at


def choose(accept: str | None, offered: Sequence[str]) -> str | None:
    """The media type of `offered` that `accept` likes best, or None.

    Among those liked equally, the one named most exactly, then the first of `offered`.

    >>> choose("text/html, text/*;q=0.5", ["application/json", "text/plain"])
    'text/plain'
    """
    if accept is None or not accept.strip():
        return offered[0]
    wanted = list(_weighted(accept))
    liked = [(_liking(media, wanted), -place) for place, media in enumerate(offered)]
    best, place = max(liked)
    return offered[-place] if best[0] > 0 else None


def content_coding(accepted: str | None, offered: Sequence[str]) -> str | None:
    """The content coding of `offered` that the client takes, the first among equals; or None.

    >>> content_coding("gzip, deflate, br", ["zstd", "gzip"])
    'gzip'
    >>> content_coding("gzip;q=0", ["zstd", "gzip"]) is None
    True
    """
    if not accepted:
        return None
    wanted = dict(reversed(list(_weighted(accepted))))
    weights = [wanted.get(coding, wanted.get("*", 0.0)) for coding in offered]
    best = max(weights)
    return offered[weights.index(best)] if best > 0 else None


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """The items of a header with their weights, in its order; parameters but ``q`` are left out."""
    for item in header[:HEADER_MOST].split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        if name:
            yield name, _weight(parameters)


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0
    return 1.0


def _liking(media: str, wanted: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """How much `media` is wanted: its weight by the most exact item, and how exact that is."""
    family = media.partition("/")[0] + "/*"
    for exactness, name in ((3, media), (2, family), (1, "*/*")):
        weights = [weight for item, weight in wanted if item == name]
        if weights:
            return max(weights), exactness
    return 0.0, 0
