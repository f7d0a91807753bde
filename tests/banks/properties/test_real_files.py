"""Every real bank file at hand loads, or is refused with its true reason."""

from pathlib import Path

import pytest

from holdfast.banks.properties.meaning import Meaning, read_properties
from holdfast.banks.properties.problems import Severity
from holdfast.banks.recipes.recipe import as_written, parse_recipe
from holdfast.banks.recipes.written import written

LONE, EXCLUDED = "db.post.process", "remote.excluded.files"
LATIN = "not UTF-8"

#: file: why it is refused, and the keys of its warnings
FILES: dict[str, tuple[str | None, set[str]]] = {
    "new/Anopheles_gambiae.properties": (None, set()),
    "new/Bos_taurus.properties": (None, set()),
    "new/Drosophila_erecta-flybase.properties": (None, set()),
    "new/Drosophila_melanogaster-flybase.properties": (None, set()),
    "new/Drosophila_mojavensis-flybase.properties": (None, set()),
    "new/Drosophila_pseudoobscura-flybase.properties": (None, set()),
    "new/Drosophila_simulans-flybase.properties": (None, set()),
    "new/Drosophila_willistoni-flybase.properties": (None, set()),
    "new/Ensembl_plants.properties": (None, {"no.extract"}),
    "new/Monodelphis_domestica.properties": (None, set()),
    "new/NR.properties": (None, set()),
    "new/SILVA.properties": (None, {"release.regexp"}),
    "new/alu.properties": (None, set()),
    "new/frogs.properties": (None, set()),
    "new/human_genomic.properties": (None, set()),
    "new/swissprot.properties": (None, set()),
    "old/Apis_mellifera.properties": (None, {EXCLUDED, LATIN, LONE}),
    "old/Bacteria.properties": (None, {LATIN}),
    "old/Caenorhabditis_elegans.properties": (None, {EXCLUDED}),
    "old/D_rerio.properties": (None, {EXCLUDED, LONE}),
    "old/Equus_caballus.properties": (None, {LONE}),
    "old/Gallus_gallus.properties": (None, {LONE}),
    "old/M_musculus.properties": (None, {LONE}),
    "old/Monodelphis_domestica.properties": (None, {LONE}),
    "old/Ornithorhynchus_anatinus.properties": (None, {LONE}),
    "old/Plasmodium_falciparum.properties": (None, set()),
    "old/Saccharomyces_cerevisiae.properties": (None, set()),
    "old/Strongylocentrotus_purpuratus.properties": (None, {EXCLUDED}),
    "old/alu.properties": (None, {LATIN, LONE}),
    "old/astral.properties": (None, set()),
    "old/canFam2.properties": (None, set()),
    "old/cdd.properties": (
        "release.file: 'cdd.versions' has no group, so no part of a file's name is",
        {EXCLUDED},
    ),
    "old/danio_rerio.properties": (None, set()),
    "old/drosoph.properties": (None, {LONE}),
    "old/embl.properties": (None, set()),
    "old/ensembl_gallus_gallus.properties": (None, {LONE}),
    "old/ensembl_oryctolagus_cuniculus.properties": (None, {LONE}),
    "old/ensembl_tetraodon_nigroviridis.properties": (None, {LONE}),
    "old/enzyme.properties": (None, {LONE}),
    "old/est.properties": (None, {LONE}),
    "old/gasAcu1.properties": (None, set()),
    "old/genbankRelease.properties": (None, {LONE}),
    "old/genome_reviews.properties": (None, {"log.files"}),
    "old/genpept.properties": (None, set()),
    "old/gss.properties": (None, {LONE}),
    "old/htgs.properties": (None, {LONE}),
    "old/human_genomic.properties": (None, {LONE}),
    "old/igSeq.properties": (None, {LONE}),
    "old/irods_iget_example.properties": (None, {"remote.dir"}),
    "old/mm8.properties": (None, set()),
    "old/mus_musculus.properties": (None, set()),
    "old/nt.properties": (None, {LONE}),
    "old/oryLat1.properties": (None, set()),
    "old/patent.properties": (None, {LONE}),
    "old/pdb_derived.properties": (None, set()),
    "old/prosite.properties": (None, {EXCLUDED, LONE}),
    "old/rebase.properties": (None, set()),
    "old/refseqRelease.properties": (None, {LONE}),
    "old/sts.properties": (None, {LONE}),
    "old/takifugu_rubripes.properties": (None, set()),
    "old/tetNig1.properties": (None, set()),
    "old/tgi.properties": (None, set()),
    "old/uniprot-directhttp.properties": (None, set()),
    "old/uniprot_swissprot.properties": (None, set()),
    "old/uniref100.properties": (None, {EXCLUDED, LONE}),
    "old/uniref90.properties": (None, {"db.fullname", EXCLUDED, LONE}),
    "old/wgs.properties": (None, {LONE}),
}


def _warnings(found: Meaning) -> set[str]:
    warnings = [each for each in found.problems if each.severity is Severity.WARNING]
    return {LATIN if LATIN in each.sentence else each.key for each in warnings}


@pytest.mark.parametrize("name", FILES)
def test_a_real_bank_file_is_read_or_refused_for_its_true_reason(
    name: str, real_data: Path
) -> None:
    file = real_data / "banks" / "biomaj" / name
    refused, warnings = FILES[name]
    found = read_properties(file)
    errors = [
        f"{each.key}: {each.sentence}" for each in found.problems if each.counts(strict=False)
    ]
    assert len(errors) == (refused is not None)
    assert not refused or errors[0].startswith(refused)
    assert _warnings(found) == warnings
    if not refused:
        assert found.recipe is not None
        assert found.recipe.name == file.stem
        # Passwords are in nothing that is written.
        assert as_written(parse_recipe(written(found.recipe), name)) == as_written(found.recipe)


def test_no_real_bank_file_is_left_out(real_data: Path) -> None:
    folder = real_data / "banks" / "biomaj"
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*.properties")}
    assert files == set(FILES)
