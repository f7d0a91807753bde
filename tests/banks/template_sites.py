"""
Sites laid out as those the shipped templates are about, with older releases and neighbours.

Folders and names are as each site documents them; what a live site shows today is not known here.
"""

from dataclasses import dataclass

NCBI = "https://ftp.ncbi.nlm.nih.gov/"
EBI = "https://ftp.ebi.ac.uk/pub/databases/"
UNIPROT = "https://ftp.uniprot.org/pub/databases/uniprot/current_release/knowledgebase/"
RELDATE = "UniProt Knowledgebase Release 2026_04 consists of:\nSwiss-Prot Release 2026_04 of 1-Oct"
HUMAN = "reference_proteomes/Eukaryota/UP000005640/UP000005640_9606"
GO = "https://current.geneontology.org/"
REACTOME = "https://reactome.org/"
GG = "https://ftp.microbio.me/greengenes_release/"


@dataclass(frozen=True)
class Site:
    """What a site shows: URLs, with a text where it matters; and what is to be found there."""

    release: str
    files: tuple[str, ...]
    shown: tuple[str, ...]
    texts: tuple[tuple[str, str], ...] = ()


def below(root: str, *names: str) -> tuple[str, ...]:
    return tuple(root + name for name in names)


SITES = {
    "swissprot": Site(
        "2026_04",
        ("uniprot_sprot.dat.gz", "uniprot_sprot.fasta.gz"),
        below(
            UNIPROT + "complete/",
            "uniprot_sprot.fasta.gz",
            "uniprot_sprot.dat.gz",
            "uniprot_sprot.xml.gz",
            "uniprot_trembl.fasta.gz",
            "uniprot_sprot_varsplic.fasta.gz",
            "README",
            "RELEASE.metalink",
            "docs/keywlist.txt",
        ),
        ((UNIPROT + "complete/reldate.txt", RELDATE),),
    ),
    "uniprot-human": Site(
        "2026_04",
        (
            "UP000005640_9606.fasta.gz",
            "UP000005640_9606.idmapping.gz",
            "UP000005640_9606_additional.fasta.gz",
        ),
        below(
            UNIPROT + HUMAN,
            ".fasta.gz",
            "_additional.fasta.gz",
            "_DNA.fasta.gz",
            ".idmapping.gz",
            ".gene2acc.gz",
            ".xml.gz",
        ),
        ((UNIPROT + "complete/reldate.txt", RELDATE),),
    ),
    "refseq-viral": Site(
        "237",
        ("viral.1.1.genomic.fna.gz", "viral.1.protein.faa.gz", "viral.2.1.genomic.fna.gz"),
        below(
            NCBI + "refseq/release/viral/",
            "viral.1.1.genomic.fna.gz",
            "viral.2.1.genomic.fna.gz",
            "viral.1.protein.faa.gz",
            "viral.1.genomic.gbff.gz",
            "viral.1.protein.gpff.gz",
            "viral.wp_protein.1.protein.faa",
        ),
        ((NCBI + "refseq/release/RELEASE_NUMBER", "237\n"),),
    ),
    "genbank-phages": Site(
        "273.0",
        ("gbphg1.seq.gz", "gbphg2.seq.gz"),
        below(
            NCBI + "genbank/",
            "gbphg1.seq.gz",
            "gbphg2.seq.gz",
            "gbbct1.seq.gz",
            "gbrel.txt",
            "README.genbank",
            "daily-nc/nc0101.flat.gz",
        ),
        ((NCBI + "genbank/GB_Release_Number", "273.0\n"),),
    ),
    "ncbi-taxonomy": Site(
        "2026-11-20",
        ("new_taxdump.tar.gz",),
        below(
            NCBI + "pub/taxonomy/new_taxdump/",
            "new_taxdump.tar.gz",
            "new_taxdump.tar.gz.md5",
            "new_taxdump.zip",
            "new_taxdump.tar.Z",
            "taxdump_readme.txt",
        ),
    ),
    "ensembl-human": Site(
        "115",
        (
            "fasta/homo_sapiens/cdna/Homo_sapiens.GRCh38.cdna.all.fa.gz",
            "fasta/homo_sapiens/dna/Homo_sapiens.GRCh38.dna.primary_assembly.fa.gz",
            "fasta/homo_sapiens/pep/Homo_sapiens.GRCh38.pep.all.fa.gz",
            "gff3/homo_sapiens/Homo_sapiens.GRCh38.115.gff3.gz",
        ),
        (
            *(
                f"https://ftp.ensembl.org/pub/release-{release}/{name}"
                for release in (9, 99, 115)
                for name in (
                    "fasta/homo_sapiens/dna/Homo_sapiens.GRCh38.dna.primary_assembly.fa.gz",
                    "fasta/homo_sapiens/dna/Homo_sapiens.GRCh38.dna_sm.primary_assembly.fa.gz",
                    "fasta/homo_sapiens/dna/Homo_sapiens.GRCh38.dna.toplevel.fa.gz",
                    "fasta/homo_sapiens/dna/CHECKSUMS",
                    "fasta/homo_sapiens/cdna/Homo_sapiens.GRCh38.cdna.all.fa.gz",
                    "fasta/homo_sapiens/cdna/Homo_sapiens.GRCh38.cdna.abinitio.fa.gz",
                    "fasta/homo_sapiens/pep/Homo_sapiens.GRCh38.pep.all.fa.gz",
                    "fasta/mus_musculus/pep/Mus_musculus.GRCm39.pep.all.fa.gz",
                    f"gff3/homo_sapiens/Homo_sapiens.GRCh38.{release}.gff3.gz",
                    f"gff3/homo_sapiens/Homo_sapiens.GRCh38.{release}.chr.gff3.gz",
                    f"gff3/homo_sapiens/Homo_sapiens.GRCh38.{release}.abinitio.gff3.gz",
                )
            ),
            "https://ftp.ensembl.org/pub/current_fasta/README",
            "https://ftp.ensembl.org/pub/grch37/release-115/README",
        ),
    ),
    "ensembl-yeast": Site(
        "62",
        (
            "fasta/saccharomyces_cerevisiae/dna/Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz",
            "fasta/saccharomyces_cerevisiae/pep/Saccharomyces_cerevisiae.R64-1-1.pep.all.fa.gz",
            "gff3/saccharomyces_cerevisiae/Saccharomyces_cerevisiae.R64-1-1.62.gff3.gz",
        ),
        tuple(
            f"https://ftp.ensemblgenomes.ebi.ac.uk/pub/fungi/release-{release}/{kind}"
            f"/saccharomyces_cerevisiae/{name}"
            for release in (8, 62)
            for kind, name in (
                ("fasta", "dna/Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz"),
                ("fasta", "dna/Saccharomyces_cerevisiae.R64-1-1.dna_rm.toplevel.fa.gz"),
                ("fasta", "dna/Saccharomyces_cerevisiae.R64-1-1.dna.chromosome.I.fa.gz"),
                ("fasta", "pep/Saccharomyces_cerevisiae.R64-1-1.pep.all.fa.gz"),
                ("gff3", f"Saccharomyces_cerevisiae.R64-1-1.{release}.gff3.gz"),
                ("gff3", f"Saccharomyces_cerevisiae.R64-1-1.{release}.chromosome.I.gff3.gz"),
            )
        ),
    ),
    "pdb": Site(
        "2026-11-20",
        ("00/100d.cif.gz", "zz/1zzz.cif.gz"),
        below(
            "rsync://rsync.wwpdb.org:33444/ftp/data/structures/divided/mmCIF/",
            "00/100d.cif.gz",
            "zz/1zzz.cif.gz",
            "index.txt",
            "00/index.html",
        ),
    ),
    "pfam": Site(
        "38.0",
        ("Pfam-A.clans.tsv.gz", "Pfam-A.hmm.dat.gz", "Pfam-A.hmm.gz", "Pfam-A.seed.gz"),
        tuple(
            f"{EBI}Pfam/releases/Pfam{release}/{name}"
            for release in ("9.0", "37.4", "38.0")
            for name in (
                "Pfam-A.hmm.gz",
                "Pfam-A.hmm.dat.gz",
                "Pfam-A.seed.gz",
                "Pfam-A.clans.tsv.gz",
                "Pfam-A.full.gz",
                "Pfam-A.fasta.gz",
                "relnotes.txt",
                "md5_checksums",
                "database_files/pfamA.txt.gz",
            )
        ),
    ),
    "rfam": Site(
        "15.0",
        ("Rfam.clanin", "Rfam.cm.gz", "Rfam.seed.gz"),
        tuple(
            f"{EBI}Rfam/{folder}/{name}"
            for folder in ("9.1", "14.10", "15.0", "CURRENT", ".preview")
            for name in (
                "Rfam.cm.gz",
                "Rfam.clanin",
                "Rfam.seed.gz",
                "Rfam.tar.gz",
                "README",
                "fasta_files/RF00001.fa.gz",
                "Rfam.seed_tree.tar.gz",
            )
        ),
    ),
    "silva": Site(
        "138_2",
        (
            "Exports/SILVA_138.2_LSURef_NR99_tax_silva.fasta.gz",
            "Exports/SILVA_138.2_SSURef_NR99_tax_silva.fasta.gz",
            "Exports/taxonomy/tax_slv_lsu_138.2.txt.gz",
            "Exports/taxonomy/tax_slv_ssu_138.2.txt.gz",
        ),
        (
            *(
                f"https://ftp.arb-silva.de/release_{folder}/Exports/{name}"
                for folder, release in (("132", "132"), ("138", "138"), ("138_2", "138.2"))
                for name in (
                    f"SILVA_{release}_SSURef_NR99_tax_silva.fasta.gz",
                    f"SILVA_{release}_SSURef_NR99_tax_silva.fasta.gz.md5",
                    f"SILVA_{release}_SSURef_NR99_tax_silva_trunc.fasta.gz",
                    f"SILVA_{release}_LSURef_NR99_tax_silva.fasta.gz",
                    f"SILVA_{release}_SSUParc_tax_silva.fasta.gz",
                    f"taxonomy/tax_slv_ssu_{release}.txt.gz",
                    f"taxonomy/tax_slv_lsu_{release}.txt.gz",
                    f"taxonomy/tax_slv_ssu_{release}.tre.gz",
                )
            ),
            "https://ftp.arb-silva.de/current/README",
            "https://ftp.arb-silva.de/ARB_files/x",
        ),
    ),
    "interpro": Site(
        "106.0",
        ("ParentChildTreeFile.txt", "entry.list", "interpro.dtd", "interpro.xml.gz", "interpro2go"),
        tuple(
            f"{EBI}interpro/releases/{folder}/{name}"
            for folder in ("58.0", "99.0", "106.0", "latest")
            for name in (
                "interpro.xml.gz",
                "interpro.dtd",
                "entry.list",
                "interpro2go",
                "ParentChildTreeFile.txt",
                "protein2ipr.dat.gz",
                "match_complete.xml.gz",
            )
        ),
    ),
    "gene-ontology": Site(
        "2026-10-10",
        ("go-basic.obo", "go.obo"),
        below(GO + "ontology/", "go-basic.obo", "go.obo"),
        ((GO + "metadata/release-date.json", '{"date": "2026-10-10"}'),),
    ),
    "reactome": Site(
        "95",
        ("ReactomePathways.txt", "ReactomePathwaysRelation.txt", "UniProt2Reactome_All_Levels.txt"),
        below(
            REACTOME + "download/current/",
            "ReactomePathways.txt",
            "ReactomePathwaysRelation.txt",
            "UniProt2Reactome_All_Levels.txt",
        ),
        ((REACTOME + "ContentService/data/database/version", "95"),),
    ),
    "blast-core-nt": Site(
        "2026-11-20",
        ("core_nt.00.tar.gz", "core_nt.01.tar.gz"),
        below(
            NCBI + "blast/db/",
            "core_nt.00.tar.gz",
            "core_nt.00.tar.gz.md5",
            "core_nt.01.tar.gz",
            "core_nt-nucl-metadata.json",
            "nt.000.tar.gz",
            "FASTA/swissprot.gz",
            "v4/nt.00.tar.gz",
        ),
    ),
    "clinvar": Site(
        "20261115",
        ("clinvar_20261115.vcf.gz", "clinvar_20261115.vcf.gz.tbi"),
        below(
            NCBI + "pub/clinvar/vcf_GRCh38/",
            "clinvar.vcf.gz",
            "clinvar.vcf.gz.tbi",
            "clinvar_20261101.vcf.gz",
            "clinvar_20261101.vcf.gz.tbi",
            "clinvar_20261115.vcf.gz",
            "clinvar_20261115.vcf.gz.tbi",
            "clinvar_20261115.vcf.gz.md5",
            "clinvar_20261115_papu.vcf.gz",
            "archive_2.0/2025/clinvar_20251230.vcf.gz",
        ),
    ),
    "ucsc-hg38": Site(
        "p14",
        ("hg38.p14.2bit", "hg38.p14.chrom.sizes", "hg38.p14.fa.gz"),
        tuple(
            f"https://hgdownload.soe.ucsc.edu/goldenPath/hg38/bigZips/p{patch}/hg38.p{patch}.{name}"
            for patch in (9, 13, 14)
            for name in ("fa.gz", "2bit", "chrom.sizes", "fa.masked.gz", "agp.gz", "chromFa.tar.gz")
        )
        + below(
            "https://hgdownload.soe.ucsc.edu/goldenPath/hg38/bigZips/",
            "hg38.fa.gz",
            "initial/hg38.fa.gz",
            "latest/hg38.fa.gz",
            "genes/hg38.ensGene.gtf.gz",
        ),
    ),
    "gencode-human": Site(
        "49",
        (
            "GRCh38.primary_assembly.genome.fa.gz",
            "gencode.v49.primary_assembly.annotation.gtf.gz",
            "gencode.v49.transcripts.fa.gz",
        ),
        (
            *(
                f"{EBI}gencode/Gencode_human/release_{release}/{name}"
                for release in ("3c", "9", "49")
                for name in (
                    f"gencode.v{release}.annotation.gtf.gz",
                    f"gencode.v{release}.primary_assembly.annotation.gtf.gz",
                    f"gencode.v{release}.primary_assembly.annotation.gff3.gz",
                    f"gencode.v{release}.transcripts.fa.gz",
                    f"gencode.v{release}.pc_transcripts.fa.gz",
                    "GRCh38.primary_assembly.genome.fa.gz",
                    "MD5SUMS",
                    "_README.TXT",
                    f"GRCh37_mapping/gencode.v{release}lift37.annotation.gtf.gz",
                )
            ),
            f"{EBI}gencode/Gencode_human/latest_release/x",
        ),
    ),
    "gtdb": Site(
        "226",
        (
            "ar53_metadata.tsv.gz",
            "ar53_taxonomy.tsv.gz",
            "bac120_metadata.tsv.gz",
            "bac120_taxonomy.tsv.gz",
        ),
        below(
            "https://data.gtdb.ecogenomic.org/releases/latest/",
            "ar53_taxonomy.tsv.gz",
            "ar53_taxonomy.tsv",
            "ar53_metadata.tsv.gz",
            "ar53.tree.gz",
            "bac120_taxonomy.tsv.gz",
            "bac120_metadata.tsv.gz",
            "MD5SUM.txt",
            "genomic_files_reps/gtdb_genomes_reps.tar.gz",
        ),
        (
            (
                "https://data.gtdb.ecogenomic.org/releases/latest/VERSION.txt",
                "v226\nReleased Apr 16th, 2026\n",
            ),
        ),
    ),
    "greengenes2": Site(
        "2024.09",
        (
            "2024.09.backbone.full-length.fna.qza",
            "2024.09.backbone.tax.qza",
            "2024.09.phylogeny.id.nwk.qza",
        ),
        below(
            GG + "current/",
            "2024.09.backbone.full-length.fna.qza",
            "2024.09.backbone.tax.qza",
            "2024.09.phylogeny.id.nwk.qza",
            "2024.09.phylogeny.asv.nwk.qza",
            "2024.09.backbone.full-length.nb.qza",
            "2024.09.taxonomy.asv.tsv.qza",
            "00README",
        ),
    ),
}
