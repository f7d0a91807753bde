"""
The tables about errands and about whose plots are, which :mod:`holdfast.app.errands` and
:mod:`holdfast.app.plots.marks` fill and ask.

An errand's row holds what was asked for, who asked, how far it is and what came of it; its claim is
as that of a run, so that whether its process lives is known in the same way.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, text

from holdfast.jobs.ledger.tables import (
    HOST_LIMIT,
    STATUS_LIMIT,
    WORD_LIMIT,
    LongText,
    Number,
    Utc,
    metadata,
    new_table,
)
from holdfast.jobs.model import NAME_LIMIT

__all__ = ["PLOT_LIMIT", "errands", "metadata", "plot_marks"]

PLOT_LIMIT = 100

errands = new_table(
    "errands",
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(WORD_LIMIT), nullable=False),  # which nobody can guess
    Column("kind", String(STATUS_LIMIT), nullable=False),
    Column("subject", String(NAME_LIMIT), nullable=False),  # `bank:yeast`, `plot:a-against-b`
    Column("title", LongText, nullable=False),
    Column("words", LongText, nullable=False),  # what was asked for; JSON
    Column("owner", String(NAME_LIMIT), nullable=False),  # empty: a guest, or the command line
    Column("acts_as", String(STATUS_LIMIT), nullable=False),  # whose rights hold
    Column("state", String(STATUS_LIMIT), nullable=False),
    Column("asked", Utc, nullable=False),
    Column("began", Utc),
    Column("ended", Utc),
    Column("progress", LongText, nullable=False),  # JSON
    Column("problem", LongText, nullable=False),
    Column("result", LongText, nullable=False),  # JSON
    Column("run", Number),  # it may be forgotten before
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("called", BigInteger),  # when a process was last started for it; the database's clock
    Column(
        "cancelled", BigInteger
    ),  # when somebody asked it to stop, by the same clock; NULL: nobody
    Column("engine", String(WORD_LIMIT)),  # the process that does it; NULL: none
    Column("host", String(HOST_LIMIT)),
    Column("pid", BigInteger),
    Column("process_started", BigInteger),
    Column("boot", String(WORD_LIMIT)),
    Column("lease", BigInteger),  # the database's clock, in milliseconds since 1970
    Index("errands_by_id", "id", unique=True),
    Index("errands_by_state", "state"),
    Index("errands_by_owner", "owner", "number"),
    Index("errands_by_subject", "subject", "number"),
    sqlite_autoincrement=True,
)

#: Whose a plot is and who may see it. A plot without a row was made by the command line.
plot_marks = new_table(
    "plot_marks",
    Column("plot", String(PLOT_LIMIT), primary_key=True),
    Column("owner", String(NAME_LIMIT), nullable=False),
    Column("visibility", String(STATUS_LIMIT), nullable=False),
    Column("created_by", String(NAME_LIMIT), nullable=False),
    Column("marked", Utc, nullable=False),
    Index("plot_marks_by_owner", "owner"),
)
