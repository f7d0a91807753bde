"""Banks with releases on disk, made without any remote."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from holdfast.app.container import Container
from holdfast.banks.releases.metadata import Made, Metadata, write_metadata
from holdfast.banks.releases.release import Entry, Product, Release, write_manifest, write_release
from holdfast.remotes.interface import RemoteFile

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


def keep_recipe(container: Container, bank: str, text: str = "") -> Path:
    """Write the recipe of `bank`, with `text` at its top."""
    file = container.settings.recipes / f"{bank}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'name = "{bank}"\n{text}\n[remote]\nurl = "https://example.org/{bank}/"\n')
    return file


def hold(
    container: Container,
    bank: str,
    release: str,
    files: Mapping[str, bytes],
    *,
    made: Sequence[Made] = (),
    linked: Path | None = None,
) -> Release:
    """Put a complete release on disk; files that are the same in the folder `linked` are links."""
    bank_folder = container.catalogue.folder(bank)
    number = len(bank_folder.releases()) + 1
    folder = bank_folder.folder / f"{bank}_{release}"
    entries = []
    for name, content in files.items():
        path = folder / "flat" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = linked / "flat" / name if linked is not None else path
        if before != path and before.is_file() and before.read_bytes() == content:
            os.link(before, path)
        else:
            path.write_bytes(content)
        product = Product(name, len(content), hashlib.sha256(content).hexdigest())
        file = RemoteFile(name, f"https://example.org/{name}", len(content), None)
        entries.append(Entry(file, product.sha256, (product,)))
    write_manifest(folder, entries)
    if made:
        write_metadata(folder, Metadata(tuple(made)))
    size = sum(map(len, files.values()))
    when = NEW_YEAR + timedelta(days=number)
    facts = Release(
        bank, release, release, number, when, "https://example.org/", "", "", len(files), size,
        size, (), folder,
    )  # fmt: skip
    write_release(facts)
    return facts
