"""What BioMAJ's scripts read of a release."""

import json
from pathlib import Path

import pytest

from holdfast.banks.releases.listings import write_listings


def make(folder: Path, *names: str) -> None:
    """Put files there."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def test_a_listing_is_the_tree_of_the_folder_called_like_the_format(tmp_path: Path) -> None:
    make(tmp_path, "fasta/b.fa", "fasta/a.fa", "fasta/all/c.fa", "flat/x")
    (file,) = write_listings(tmp_path, ["fasta"])
    assert file.name == "listingv1.fasta"
    inner = {"name": "all", "sections": [], "files": [f"{tmp_path}/fasta/all/c.fa"]}
    files = [f"{tmp_path}/fasta/a.fa", f"{tmp_path}/fasta/b.fa"]
    text = json.dumps({"name": "fasta", "sections": [inner], "files": files})
    assert file.read_text() == text


def test_of_blast_it_has_the_names_of_databases(tmp_path: Path) -> None:
    make(tmp_path, "blast/nt.nal", "blast/nt.00.nhr", "blast/sub/pdb.nal")
    write_listings(tmp_path, ["blast"])
    found = json.loads((tmp_path / "listingv1.blast").read_text())
    assert found["files"] == [f"{tmp_path}/blast/nt"]
    assert found["sections"][0]["files"] == [f"{tmp_path}/blast/sub/pdb"]


def test_a_format_without_a_folder_has_an_empty_listing_and_a_shorter_one_leaves_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "listingv1.db_index").write_text("x" * 10_000)
    write_listings(tmp_path, [" db/index "])
    found = json.loads((tmp_path / "listingv1.db_index").read_text())
    assert found == {"name": "db/index", "sections": [], "files": []}


@pytest.mark.parametrize("name", ["", "..", "../out", "/etc", "a\nb", "x" * 300, "a\\b", "\udcff"])
def test_a_hostile_format_has_none(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    assert write_listings(folder, [name]) == ()
    assert list(folder.iterdir()) == []


def test_links_out_of_the_release_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path / "secret", "key")
    make(tmp_path / "release", "fasta/a.fa")
    (tmp_path / "release" / "fasta" / "out").symlink_to(tmp_path / "secret")
    (file,) = write_listings(tmp_path / "release", ["fasta"])
    assert "key" not in file.read_text()
