"""
One BioMAJ update: run by :mod:`benchmarks.banks_biomaj` with the Python BioMAJ is installed in.

    python banks_beside.py GLOBAL.PROPERTIES STATE

mongomock stands in for its database; what is in it is kept in the file STATE from one update to the
next, so that each is a process of its own, as with a real one.
"""

import ast
import pickle
import sys
from pathlib import Path
from threading import Lock

import mongomock
import pymongo

COLLECTIONS = ("banks", "users", "history", "db_schema")
parsing, parse = Lock(), ast.parse
find_one = mongomock.Collection.find_one


def parse_alone(*words, **named):  # type: ignore[no-untyped-def]  # this runs without our tools
    """``ast.parse`` for one thread at a time.

    Python 3.11 fails at times when several parse at once, which BioMAJ's downloads do.
    """
    with parsing:
        return parse(*words, **named)


def cut(collection, wanted=None, projection=None, **named):  # type: ignore[no-untyped-def]  # as above
    """``find_one``, with the projection ``sessions.$`` that mongomock lacks.

    It gives the one session that ``sessions.id`` of the filter names.
    """
    if not projection or "sessions.$" not in projection:
        return find_one(collection, wanted, projection, **named)
    found = find_one(collection, wanted, {"sessions": 1}, **named)
    if found is not None:
        name = wanted["sessions.id"]
        found["sessions"] = [each for each in found["sessions"] if each["id"] == name][:1]
    return found


def main(configuration: str, state: str) -> int:
    """Update the bank ``bank``."""
    pymongo.MongoClient = mongomock.MongoClient
    mongomock.Collection.find_one = cut
    ast.parse = parse_alone
    from biomaj.bank import Bank  # noqa: PLC0415 - it takes its client when it is imported
    from biomaj.mongo_connector import MongoConnector  # noqa: PLC0415 - so does this
    from biomaj_core.config import BiomajConfig  # noqa: PLC0415 - and this

    BiomajConfig.load_config(configuration, allow_user_config=False)
    MongoConnector("mongodb://localhost", "biomaj")
    kept = Path(state)
    if kept.exists():
        for name, documents in pickle.loads(kept.read_bytes()).items():
            if documents:
                MongoConnector.db[name].insert_many(documents)
    done = Bank("bank").update()
    held = {name: list(MongoConnector.db[name].find()) for name in COLLECTIONS}
    kept.write_bytes(pickle.dumps(held))
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
