"""
Pictures: a scene as PNG, SVG or PDF, ready for a paper.

One function draws, :func:`picture`; the same scene and look give the same bytes. Contigs are named
where there is room, and every match is seen: what is too small or too many for a line is counted
into a raster. matplotlib is used through its objects: nothing global is touched.
"""

from collections.abc import Sequence

from holdfast.dotplots.pictures import look as looks
from holdfast.dotplots.pictures.drawn import figure, rulers_of
from holdfast.dotplots.pictures.files import Format, saved, style
from holdfast.dotplots.pictures.look import Look
from holdfast.dotplots.scene import Scene

__all__ = ["Format", "Look", "figure", "picture", "pictures", "rulers_of"]


def picture(scene: Scene, kind: Format, look: Look = looks.USUAL) -> bytes:
    """`scene` drawn as a file of this kind.

    Raises
    ------
    UsageError
        A region of `look` is none of the scene's.
    """
    return pictures(scene, (kind,), look)[0]


def pictures(scene: Scene, kinds: Sequence[Format], look: Look = looks.USUAL) -> tuple[bytes, ...]:
    """`scene` drawn once, as files of these kinds: each is what :func:`picture` makes."""
    with style():
        drawn = figure(scene, look)
        return saved(drawn, kinds, look.dpi, look.title or scene.title)
