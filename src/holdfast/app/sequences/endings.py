"""
Endings: what the name of a file says of how it is to be written.

What is asked for in words counts before it. A name that promises what nobody here writes is
refused: plain text in a file called ``.rar`` would be found out by another program, much later.
"""

from pathlib import Path

from holdfast.app.sequences.export import Format
from holdfast.errors import UsageError
from holdfast.formats.compressing import Compression, compression

#: Compressions and archives that are read by many programs and written by none here.
PACKED = frozenset(
    ".7z .arj .br .cab .lha .lz .lz4 .lzma .lzo .rar .sz .tar .taz .tbz .tbz2 .tgz .txz .tzst .z"
    " .zip .zipx .zpaq".split()
)
#: Formats that hold sequences or what is known of them.
FORMATS = frozenset(
    ".aln .ace .bam .bcf .bed .bw .cram .csv .embl .fastq .fq .gb .gbff .gbk .genbank .gff"
    " .gff3 .gtf .html .json .maf .nex .nexus .nib .paf .parquet .pdf .phy .sam .sff .sra .sto .tsv"
    " .vcf .xml".split()
)


def how_to_write(
    output: Path | None, file_format: str | None, compress: str | None
) -> tuple[Format, Compression]:
    """The format and the compression of `output`, as they are said or as its name ends.

    >>> how_to_write(Path("genome.2bit"), None, None) == (Format.TWOBIT, Compression.PLAIN)
    True

    Raises
    ------
    UsageError
        There is no such format or compression, or the name promises one that is not written.
    """
    packed = compression(compress, output)
    if output is None:
        return Format(file_format or Format.FASTA.value), packed
    ending = output.suffix.lower()
    if compress is None and ending in PACKED:
        known = ", ".join(each.value for each in Compression if each is not Compression.PLAIN)
        raise UsageError(
            f"{output}: nothing here writes {ending}; name a file for {known}, or say --compress"
        )
    if compress is None and packed is not Compression.PLAIN:
        ending = Path(output.stem).suffix.lower()
    if file_format is not None:
        return Format(file_format), packed
    if ending in FORMATS:
        raise UsageError(
            f"{output}: nothing here writes {ending}; end the name for FASTA or 2bit, or say "
            "--format"
        )
    return Format.TWOBIT if ending == ".2bit" else Format.FASTA, packed
