"""
Places: where a bank's folder is on disk, and how the folders of its releases are called.

A bank is kept in the home folder unless its recipe says else. One that came from a BioMAJ site
stays where it was: in ``dir.version`` below ``data.dir``, with the site's separator between the
bank's name and the release's.
"""

from pathlib import Path, PurePosixPath
from typing import Annotated, Self

from pydantic import StringConstraints, field_validator, model_validator

from holdfast.banks.recipes.steps import Part

Separator = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.+=~@-]{1,20}$")]
SEPARATOR = "_"


class Place(Part):
    """Where one bank's folder is."""

    folder: str = ""  #: absolute; empty: in the home folder, called as the bank is
    separator: Separator = SEPARATOR
    root: str = ""  #: the part of `folder` that scripts know as datadir; empty: all but its last

    @field_validator("folder", "root")
    @classmethod
    def _is_a_folder(cls, folder: str) -> str:
        if not folder:
            return folder
        path = PurePosixPath(folder)
        if not path.is_absolute() or ".." in path.parts or not folder.isprintable():
            raise ValueError(f"{folder!r} is not the whole path of a folder; begin it with a slash")
        if not path.parts[1:]:
            raise ValueError("a bank needs a folder of its own; / is everybody's")
        return "/" + "/".join(path.parts[1:])  # a path may begin with two slashes

    @model_validator(mode="after")
    def _root_is_above(self) -> Self:
        if self.root and not (
            self.folder and PurePosixPath(self.root) in PurePosixPath(self.folder).parents
        ):
            raise ValueError(f"root is {self.root!r}, which is no folder above {self.folder!r}")
        return self

    def folder_of(self, bank: str, banks: Path) -> Path:
        """The folder of `bank`, where the home keeps its banks in `banks`."""
        return Path(self.folder) if self.folder else banks / bank

    def as_scripts_know(self, folder: Path) -> tuple[str, str]:
        """The bank's `folder` as BioMAJ's scripts know it: ``datadir`` and ``dirversion``.

        >>> Place(folder="/db/ncbi/alu", root="/db").as_scripts_know(Path("/db/ncbi/alu"))
        ('/db', 'ncbi/alu')
        >>> Place().as_scripts_know(Path("/home/holdfast/banks/alu"))
        ('/home/holdfast/banks', 'alu')
        """
        root = Path(self.root) if self.root and folder.is_relative_to(self.root) else folder.parent
        return str(root), folder.relative_to(root).as_posix()


HOME = Place()  #: in the home folder
