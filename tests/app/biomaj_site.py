"""
A site as BioMAJ leaves it: property files, releases on disk, lists in its cache, and its database.

Four banks: ``alu`` has two releases and one of them twice, frozen ones, and is published; ``genes``
has another separator, unpacked archives and a release that was never finished; ``sums`` is made
from ``alu`` alone; ``empty`` was never updated.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from formats.bson_writing import document

SESSIONS = {  # of each release, when BioMAJ made it
    "alu_2024-3-7": datetime(2024, 3, 8, tzinfo=UTC).timestamp() + 0.25,
    "alu_2024-3-7__1": datetime(2024, 3, 9, tzinfo=UTC).timestamp() + 0.5,
    "alu_2024-4-1": datetime(2024, 4, 2, tzinfo=UTC).timestamp() + 0.75,
    "genes-11": datetime(2023, 1, 2, tzinfo=UTC).timestamp(),
    "genes-12": datetime(2024, 1, 2, tzinfo=UTC).timestamp(),
    "genes-13": datetime(2025, 1, 2, tzinfo=UTC).timestamp(),
    "sums_2024-4-1": datetime(2024, 4, 3, tzinfo=UTC).timestamp(),
}
DAY = {"alu_2024-3-7": "2024-3-7", "alu_2024-3-7__1": "2024-3-7", "alu_2024-4-1": "2024-4-1"}


@dataclass
class BiomajSite:
    """The site. `listed` is what the remote had, name by name: its size and day."""

    root: Path
    server: str = "localhost"
    banks: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """Its global.properties."""
        return self.root / "global.properties"

    @property
    def data(self) -> Path:
        """Where its releases are."""
        return self.root / "db"

    @property
    def dump(self) -> Path:
        """What mongodump would have written."""
        return self.root / "dump"

    def property_file(self, bank: str, text: str) -> None:
        """Write the file of a bank."""
        folder = self.root / "conf"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{bank}.properties").write_text("[GENERAL]\n" + text)

    def release(self, place: str, name: str, files: Mapping[str, bytes], day: str = "") -> Path:
        """Put a release on the disk; its files have the midnight of `day`, as BioMAJ has it."""
        folder = self.data / place / name
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            if day:
                year, month, number = map(int, day.split("-"))
                time = datetime(year, month, number).astimezone().timestamp()
                os.utime(file, (time, time))
        return folder

    def listed(self, session: float, files: Mapping[str, tuple[int, str]]) -> None:
        """Keep the list of a session in the cache: of each name its size and day."""
        cache = self.root / "cache"
        cache.mkdir(exist_ok=True)
        records = [
            {
                "name": name,
                "save_as": None,
                "size": size,
                **dict(zip(("year", "month", "day"), map(int, day.split("-")), strict=True)),
                "hash": "0" * 32,
                "permissions": "-rw-r--r--",
            }
            for name, (size, day) in files.items()
        ]
        (cache / f"files_{session}").write_text(json.dumps(records))

    def known(self, bank: str, place: str, releases: Mapping[str, Mapping[str, Any]]) -> None:
        """Have the database know `releases` of a bank, by their folders."""
        production = [
            {
                "release": folder.split("_", 1)[-1].split("-", 1)[-1]
                if folder.startswith("genes")
                else folder.split("_", 1)[1],
                "session": SESSIONS[folder],
                "formats": ["fasta"],
                "types": ["nucleic"],
                "size": 100,
                "data_dir": str(self.data),
                "dir_version": place,
                "prod_dir": folder,
                "freeze": False,
                **facts,
            }
            for folder, facts in releases.items()
        ]
        sessions = [
            {
                "id": each["session"],
                "action": "update",
                "release": each["release"],
                "status": {"over": True},
                "workflow_status": True,
                "update": True,
                "process": {"postprocess": {"B": {"M": {"index": True}}}},
                "per_process_metadata": {
                    "M_index": {
                        "blast": [
                            {"types": ["nucleic"], "tags": {"organism": "x"}, "files": ["blast/db"]}
                        ]
                    }
                },
            }
            for each in production
        ]
        self.banks[bank] = {
            "name": bank,
            "current": None,
            "properties": {"visibility": "public", "owner": "ann", "type": [], "desc": ""},
            "production": production,
            "sessions": sessions,
            "pending": [],
        }

    def save(self, happenings: list[dict[str, Any]] | None = None) -> Path:
        """Write the database as mongodump does; the folder."""
        folder = self.dump / "biomaj"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "banks.bson").write_bytes(b"".join(map(document, self.banks.values())))
        (folder / "history.bson").write_bytes(b"".join(map(document, happenings or [])))
        return self.dump


FASTA = {"flat/a.fa": b">a\nACGT\n", "flat/sub/b.fa": b">b\nGG\n"}


def made_up(root: Path, server: str = "localhost") -> BiomajSite:
    """The site of this page, in `root`."""
    site = BiomajSite(root, server)
    root.mkdir(parents=True)
    folders = {"conf.dir": "conf", "data.dir": "db", "cache.dir": "cache", "process.dir": "process"}
    said = "".join(f"{key}={root / folder}\n" for key, folder in folders.items())
    site.config.write_text(f"[GENERAL]\n{said}")
    (root / "process").mkdir()
    _alu(site)
    _genes(site)
    _sums(site)
    site.property_file("empty", _remote(site) + "dir.version=empty\n")
    site.banks["gone"] = {"name": "gone", "production": [], "sessions": []}
    site.save([_happening("alu_2024-4-1", ""), _happening("genes-13", "it failed")])
    return site


def _remote(site: BiomajSite, folder: str = "/pub/") -> str:
    return (
        f"protocol=http\nserver={site.server}\nremote.dir={folder}\nremote.files=.*\\.fa$ "
        "^sub/.*\\.fa$\nlocal.files=**/*\noffline.dir.name=tmp\n"
    )


def _alu(site: BiomajSite) -> None:
    site.property_file("alu", _remote(site) + "dir.version=ncbi/alu\nauto_publish=1\n")
    for name, day in DAY.items():
        site.release("ncbi/alu", name, FASTA, day)
    names = {"/sub/b.fa": (6, DAY["alu_2024-4-1"]), "a.fa": (8, DAY["alu_2024-4-1"])}
    site.listed(SESSIONS["alu_2024-4-1"], names)
    (site.data / "ncbi/alu/current").symlink_to("alu_2024-4-1")
    (site.data / "ncbi/alu/RELEASE.txt").write_bytes(
        b"Bank: alu\nRelease: 2024-4-1\nRemote release:2024-4-1\n"
    )
    site.known(
        "alu",
        "ncbi/alu",
        {
            "alu_2024-3-7": {"remoterelease": "2024-3-7", "freeze": True},
            "alu_2024-3-7__1": {"remoterelease": "2024-3-7"},
            "alu_2024-4-1": {"remoterelease": "2024-4-1"},
        },
    )
    site.banks["alu"]["current"] = SESSIONS["alu_2024-4-1"]


def _genes(site: BiomajSite) -> None:
    site.property_file(
        "genes",
        f"protocol=http\nserver={site.server}\nremote.dir=/genes/\nremote.files=.*\\.gz$ ^README$\n"
        "local.files=.*\\.fa$\nrelease.file=relnotes.txt\nrelease.regexp=release ([\\d.]+)\n"
        "dir.version=genes\nrelease.separator=-\nvisibility.default=public\n",
    )
    site.release("genes", "genes-11", {"flat/x.fa": b">x\nA\n"})
    site.release("genes", "genes-12", {"flat/x.fa": b">x\nAA\n", "flat/t.fa": b">t\nTT\n"})
    site.release("genes", "genes-13", {"flat/x.fa": b">x\nA"})
    listed = {
        "x.fa.gz": (27, "2023-12-24"),
        "t.tar.gz": (99, "2023-12-24"),
        "README": (3, "2023-1-1"),
    }
    site.listed(SESSIONS["genes-12"], listed)
    site.known(
        "genes", "genes", {"genes-11": {"remoterelease": "11"}, "genes-12": {"remoterelease": "12"}}
    )
    site.banks["genes"]["pending"] = [{"release": "13", "id": SESSIONS["genes-13"]}]
    site.banks["genes"]["properties"] |= {"owner": "bob", "visibility": "private"}


def _sums(site: BiomajSite) -> None:
    site.property_file(
        "sums",
        "protocol=none\nremote.dir=/\nremote.files=.*\nlocal.files=.*\ndepends=alu\n"
        "alu.files.move=flat/.*\nref.release=alu\ndir.version=sums\n",
    )
    site.release("sums", "sums_2024-4-1", {"alu/flat/a.fa": b">a\nACGT\n"})
    site.known("sums", "sums", {"sums_2024-4-1": {"remoterelease": "2024-4-1"}})


def _happening(folder: str, error: str) -> dict[str, Any]:
    began = SESSIONS[folder]
    return {
        "bank": folder.replace("-", "_", 1).split("_")[0] if folder[:5] == "genes" else "alu",
        "action": "update",
        "start": began - 1,
        "end": began + 600,
        "updated": not error,
        "error": error or None,
    }
