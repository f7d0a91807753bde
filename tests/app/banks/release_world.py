"""Releases made by hand, for questions about releases that need no remote."""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from holdfast.app.container import Container
from holdfast.banks.releases import (
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
    container: Container, name: str, files: Mapping[str, bytes], *, publish: bool = False
) -> Release:
    """A complete release of ``x``; what an older one has with this content is linked."""
    folder = container.catalogue.folder("x")
    before = folder.releases()
    release_folder = folder.folder / folder_name("x", name)
    entries = []
    for file, content in files.items():
        path = release_folder / "flat" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, content, [each.flat / file for each in before])
        sha256 = hashlib.sha256(content).hexdigest()
        remote = RemoteFile(file, URL + file, len(content), NOW)
        entries.append(Entry(remote, sha256, (Product(file, len(content), sha256),)))
    size = sum(map(len, files.values()))
    number = before[-1].number + 1 if before else 1
    release = Release(
        "x", name, name, number, NOW, URL, "", "", len(files), size, 0, (), release_folder
    )
    write_manifest(release_folder, entries)
    write_release(release)
    if publish:
        folder.publish(release)
    return release


def _put(path: Path, content: bytes, sources: list[Path]) -> None:
    for source in sources:
        if source.is_file() and source.read_bytes() == content:
            os.link(source, path)
            return
    path.write_bytes(content)
    path.chmod(0o444)
