"""
Table: the matches of a scene as tab-separated text, for a spreadsheet or a script.
"""

from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from holdfast.dotplots import geometry
from holdfast.dotplots.pictures import Look, rulers_of
from holdfast.dotplots.scene import Axis, Scene

PART = 1_000_000  #: matches written at a time


def write_table(scene: Scene, look: Look, file: BinaryIO) -> None:
    """Write the matches that the regions of `look` show, whole, with a line of headings.

    Coordinates are zero-based and half-open, on the forward strand of the contigs as they were
    given; identity is a share of 1.

    Raises
    ------
    UsageError
        A region is none of the scene's.
    """
    rulers = rulers_of(scene, look)
    names = _names(scene.target), _names(scene.query)
    options = csv.WriteOptions(delimiter="\t", quoting_style=_quoting(scene), include_header=False)
    schema = _part(scene, names, slice(0, 0)).schema
    file.write("\t".join(schema.names).encode() + b"\n")
    with csv.CSVWriter(file, schema, write_options=options) as writer:
        for start in range(0, len(scene.matches), PART):
            _, rows = geometry.seen(scene, *rulers, slice(start, start + PART))
            writer.write_table(_part(scene, names, np.unique(rows)))


def _quoting(scene: Scene) -> str:
    """None, for names are words; but one that has a quote itself must be quoted."""
    contigs = (*scene.target.contigs, *scene.query.contigs)
    return "needed" if any('"' in contig.name for contig in contigs) else "none"


def _names(axis: Axis) -> pa.Array:
    return pa.array([contig.name for contig in axis.contigs], pa.string())


def _part(scene: Scene, names: tuple[pa.Array, pa.Array], rows: object) -> pa.Table:
    matches = scene.matches[rows]
    identity = pc.round(pa.array(matches.identity.astype(np.float64)), ndigits=6)
    return pa.table(
        {
            "target": names[0].take(pa.array(matches.target)),
            "target_start": matches.target_start,
            "target_end": matches.target_end,
            "query": names[1].take(pa.array(matches.query)),
            "query_start": matches.query_start,
            "query_end": matches.query_end,
            "strand": pa.array(np.where(matches.strand > 0, "+", "-")),
            "identity": identity,
            "matching_bases": matches.bases,
            "mapping_quality": matches.mapq,
        }
    )
