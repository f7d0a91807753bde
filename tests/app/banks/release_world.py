"""Releases made by hand, for questions about releases that need no remote."""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from holdfast.app.container import Container
from holdfast.banks.releases.release import (
    Entry,
    Product,
    Release,
    folder_name,
    write_manifest,
    write_release,
)
from holdfast.remotes.interface import RemoteFile

NOW = datetime(2024, 1, 1, tzinfo=UTC)
URL = "https://example.org/"


def add_bank(container: Container, more: str = "", url: str = URL, below: str = "") -> None:
    """Give the container the recipe of the bank ``x``."""
    recipes = container.settings.recipes
    recipes.mkdir(parents=True, exist_ok=True)
    (recipes / "x.toml").write_text(f'name = "x"\n{more}\n[remote]\nurl = "{url}"\n{below}')


def add_release(
    container: Container,
    name: str,
    files: Mapping[str, bytes],
    archives: Mapping[str, tuple[bytes, Mapping[str, bytes]]] = {},
    *,
    url: str = URL,
    modified: datetime = NOW,
    publish: bool = False,
) -> Release:
    """A complete release of ``x``; what an older one has with this content is linked.

    `archives` has the files of the remote that were unpacked, with their content and what came out.
    """
    folder = container.catalogue.folder("x")
    before = folder.releases()
    release_folder = folder.folder / folder_name("x", name)
    remote = {file: (content, {file: content}) for file, content in files.items()} | dict(archives)
    entries, products = [], dict[str, bytes]()
    for file, (content, made) in sorted(remote.items()):
        listed = RemoteFile(file, url + file if url else "", len(content), modified)
        entries.append(Entry(listed, _sha256(content), tuple(map(_product, made.items()))))
        products |= made
    for file, content in products.items():
        path = release_folder / "flat" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, content, [each.flat / file for each in before])
    size = sum(map(len, products.values()))
    number = before[-1].number + 1 if before else 1
    release = Release(
        "x", name, name, number, NOW, url, "", "", len(products), size, 0, (), release_folder
    )
    write_manifest(release_folder, entries)
    write_release(release)
    if publish:
        folder.publish(release)
    return release


def _product(made: tuple[str, bytes]) -> Product:
    name, content = made
    return Product(name, len(content), _sha256(content))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _put(path: Path, content: bytes, sources: list[Path]) -> None:
    for source in sources:
        if source.is_file() and source.read_bytes() == content:
            os.link(source, path)
            return
    path.write_bytes(content)
    path.chmod(0o444)
