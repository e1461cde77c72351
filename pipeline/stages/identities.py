"""Article ids kept apart, in flat memory however many articles come."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Self

from pipeline.errors import RecordError
from pipeline.records import Article, text_hash

_CACHE_KB = 2000


def repeated() -> RecordError:
    """Return the error for an article whose text and source were there before."""
    return RecordError("the same record as before, word for word; drop one", reason="repeated")


def copy_id(article_id: str, source: str) -> str:
    """Return the id of an article whose text came from another source before."""
    return text_hash(article_id, source)


def _nameless() -> sqlite3.Connection:
    """Return a database in a file that SQLite makes and deletes itself; up to the cache's size it stays in memory."""
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KB}"):
        database.execute(f"PRAGMA {setting}")
    database.execute("BEGIN")
    return database


class _Seen:
    """A set of 64-bit numbers in a database without a name, which goes with its connection."""

    def __init__(self, database: sqlite3.Connection, name: str) -> None:
        self._database = database
        self._insert = f"INSERT OR IGNORE INTO {name} VALUES (?)"
        database.execute(f"CREATE TABLE {name} (number INTEGER PRIMARY KEY)")

    def add(self, number: int) -> bool:
        """Add a number of 64 bits; return False where it is there already."""
        return self._database.execute(self._insert, (number - (1 << 63),)).rowcount == 1


class Distinct:
    """Counts texts, each once, in flat memory however many come."""

    def __enter__(self) -> Self:
        self._database = _nameless()
        self._seen, self._count = _Seen(self._database, "texts"), 0
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def __len__(self) -> int:
        return self._count

    def add(self, text: str) -> bool:
        """Take in a text; return False where it was there before."""
        new = self._seen.add(int(text_hash(text), 16))
        self._count += new
        return new


class Identities:
    """Keeps article ids apart: an id is a hash of the text, and one text may stand in two places."""

    def __enter__(self) -> Self:
        self._database = _nameless()
        self._texts, self._copies = _Seen(self._database, "texts"), _Seen(self._database, "copies")
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def distinct(self, article: Article) -> Article:
        """Return the article, under an id of its own where the same text came from another source before.

        Raises
        ------
        RecordError
            Reason ``repeated``, where text and source are both as before.
        """
        own = copy_id(article.article_id, article.source)
        if not self._copies.add(int(own, 16)):
            raise repeated()
        if not self._texts.add(int(article.article_id, 16)):
            return replace(article, article_id=own)
        return article
