"""The ledger of a scored folder: which shards are done, what is in them, and how far a run has come.

It is an index: each shard's file says all of it, too, so that a ledger that was damaged or lost is made again.
"""

from __future__ import annotations

import json
import sqlite3
import time
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from pipeline.files import sha256_text
from pipeline.records import text_hash

LEDGER = "_ledger.sqlite"
"""Name of the file; tools that read folders of Parquet files pass over names with an underscore."""
FORMAT = "4"

Seen = Literal["new", "known", "again"]

_AT_ONCE = 1000
"""Documents that are looked up in one transaction."""

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shards (
    name TEXT PRIMARY KEY, generation INTEGER, position INTEGER, reading TEXT, scoring TEXT, model TEXT,
    rows_sha256 TEXT, articles_sha256 TEXT, articles INTEGER, quotes INTEGER, rows INTEGER, rejects INTEGER,
    failed INTEGER, seconds REAL, ended REAL, stamp TEXT, copies TEXT, summary TEXT, speakers BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (digest BLOB PRIMARY KEY, shard TEXT, run INTEGER, position INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_of_shards ON items (shard);
CREATE TABLE IF NOT EXISTS articles (shard TEXT, place INTEGER, article TEXT, source TEXT, PRIMARY KEY (shard, place))
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_by_text ON articles (article);
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY, began REAL, told REAL, ended REAL, state TEXT, engine TEXT, workers INTEGER,
    bytes INTEGER, bytes_done INTEGER, bytes_before INTEGER, articles INTEGER, rescored INTEGER, to_rescore INTEGER
);
CREATE TABLE IF NOT EXISTS speakers (speaker INTEGER PRIMARY KEY, shards INTEGER);
CREATE TABLE IF NOT EXISTS moves (digest BLOB, shard TEXT, PRIMARY KEY (digest, shard)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS wanted (shard TEXT, place INTEGER, own TEXT, PRIMARY KEY (shard, place)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """One line of the ledger.

    Parameters
    ----------
    name
        Hash of what it was cut as; its file is ``part-NAME.parquet``.
    generation, position
        Number of the run that first held it (runs that were gone on with count as one), and its place in the input of
        that run: together the order of shards.
    reading, scoring
        Hashes of what its quotes and its scores depend on besides the articles.
    model
        As in the column ``model``.
    copies
        Place of an article in the shard to its own id, or None where it is left out, for each that stands elsewhere
        with the same text.
    failed
        Articles that could not be worked through: the process died, the time was up, the program failed.
    seconds
        Of the worker; None where the ledger was made again from the files.
    stamp
        Sizes and times of change of its two files when their hashes were taken; empty where nobody can tell them.
    summary
        What is added up over all shards: ``counts``, ``stances``, ``drift`` and ``corrections`` of ``Facts``.
    """

    name: str
    generation: int
    position: int
    reading: str
    scoring: str
    model: str
    rows_sha256: str
    articles_sha256: str
    articles: int
    quotes: int
    rows: int
    rejects: int
    failed: int
    seconds: float | None
    ended: float
    stamp: str = ""
    copies: Mapping[int, str | None] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = tuple(ShardRecord.__slots__)


class Ledger:
    """A database of one writer, in a file or, for a folder at an address, in a file that is copied there.

    Parameters
    ----------
    check
        Read all of it first, to see whether it is damaged.

    Raises
    ------
    sqlite3.DatabaseError
        If the file is damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False, check: bool = True) -> None:
        self.path, self._read_only = path, read_only
        uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        self._database = sqlite3.connect(uri, uri=True, isolation_level=None)
        try:
            if not read_only:
                # A crash of this process loses nothing; a crash of the machine may, and then the files are asked.
                # With a write-ahead log others may read while this one writes.
                self._database.execute("PRAGMA journal_mode = WAL")
                self._database.execute("PRAGMA synchronous = OFF")
                self._database.execute("PRAGMA cache_size = -4000")
                self._database.executescript(_TABLES)
                if self.about("format") is None:
                    self.tell("format", FORMAT)
                if check:
                    self._check()
            if self.about("format") != FORMAT:
                raise sqlite3.DatabaseError(f"of format {self.about('format')}, not {FORMAT}")
        except sqlite3.Error:
            self._database.close()
            raise
        self._run = self._seen = 0

    def _check(self) -> None:
        """Raise ``DatabaseError`` where pages, indexes or lines are damaged; what lines say, ``agrees`` checks."""
        if self._one("PRAGMA integrity_check(1)") != "ok":
            raise sqlite3.DatabaseError("damaged")
        for (name,) in self._database.execute("SELECT name FROM about").fetchall():
            self.about(name)
        spoken = sum(sum(self._speakers(record.name)) for record in self.shards())
        counted = self._database.execute("SELECT speaker, shards FROM speakers WHERE typeof(shards) = 'integer'")
        if spoken != sum(number * shards for number, shards in counted):
            raise sqlite3.DatabaseError("damaged")

    def settle(self) -> None:
        """Bring all that is written into the file itself."""
        self._keep()
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._read_only:
            with suppress(sqlite3.Error):  # somebody reads it: the log stays beside it, and is as good
                self._database.rollback()  # documents that were looked up last, in no shard yet, are new next time
                self._database.execute("PRAGMA journal_mode = DELETE")
        self._database.close()

    def _one(self, query: str, *values: Any) -> Any:
        row = self._database.execute(query, values).fetchone()
        return row[0] if row else None

    # --- what the whole folder rests on

    def about(self, name: str) -> str | None:
        """Return a word about the folder."""
        row = self._database.execute("SELECT value, sha256 FROM about WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        value: str = row[0]
        if sha256_text(f"{name} {value}") != row[1]:
            raise sqlite3.DatabaseError("damaged")
        return value

    def tell(self, name: str, value: str) -> None:
        """Keep a word about the folder."""
        check = sha256_text(f"{name} {value}")
        self._database.execute("INSERT OR REPLACE INTO about VALUES (?, ?, ?)", (name, value, check))

    @property
    def generation(self) -> int:
        """How many runs came to their end."""
        return int(self.about("generation") or 0)

    # --- shards

    def shards(self) -> Iterator[ShardRecord]:
        """Yield all shards in their order."""
        names = ", ".join(_COLUMNS)
        for row in self._database.execute(f"SELECT {names} FROM shards ORDER BY generation, position, name"):
            yield _record(row)

    def shard(self, name: str) -> ShardRecord | None:
        """Return one shard; None where there is none of the name."""
        row = self._database.execute(f"SELECT {', '.join(_COLUMNS)} FROM shards WHERE name = ?", (name,)).fetchone()
        return _record(row) if row else None

    def names(self, *, other_than: str | None = None) -> list[str]:
        """Return the names of all shards, or of those scored otherwise, in order."""
        query = "SELECT name FROM shards WHERE scoring IS NOT ? ORDER BY generation, position, name"
        return [row[0] for row in self._database.execute(query, (other_than,))]

    def agrees(
        self, name: str, items: Sequence[str], articles: Sequence[tuple[str, str]], speakers: Collection[str]
    ) -> bool:
        """Return whether a shard's documents, articles and speakers are entered as its file has them."""
        keys = ((bytes.fromhex(digest),) for digest in items)
        found = "SELECT shard FROM items WHERE digest = ?"
        entered = "SELECT article, source FROM articles WHERE shard = ? ORDER BY place"
        return (
            all(self._database.execute(found, key).fetchone() == (name,) for key in keys)
            and self._one("SELECT count(*) FROM items WHERE shard = ?", name) == len(items)
            and self._database.execute(entered, (name,)).fetchall() == [tuple(article) for article in articles]
            and self._speakers(name) == {_number(speaker) for speaker in speakers}
        )

    def commit(
        self,
        record: ShardRecord,
        items: Sequence[str],
        articles: Sequence[tuple[str, str]],
        *,
        speakers: Collection[str] = (),
        yielding: Collection[str] = (),
    ) -> None:
        """Enter a shard that is done, all or nothing.

        Parameters
        ----------
        items
            Digests of the documents in it.
        articles
            Id and source of each article in it, the id as its text alone would give it.
        speakers
            Names of those who make the statements in it.
        yielding
            Digests that stay where they are if they stand in another shard, too: this one is to be rewritten without
            them (``moves``). Any other document is this shard's from now on, and the other one is to be rewritten.
        """
        values = [getattr(record, name) for name in _COLUMNS[:-2]]
        values.append(json.dumps({str(place): name for place, name in sorted(record.copies.items())}))
        values.append(json.dumps(record.summary, ensure_ascii=False))
        marks = ", ".join("?" * len(_COLUMNS))
        with self._all_or_nothing():
            own = []
            for digest in items:
                other = self._one("SELECT shard FROM items WHERE digest = ?", bytes.fromhex(digest))
                stays = other not in (None, record.name) and digest in yielding
                if not stays:
                    own.append(digest)
                if other not in (None, record.name):
                    leaves = (bytes.fromhex(digest), record.name if stays else other)
                    self._database.execute("INSERT OR IGNORE INTO moves VALUES (?, ?)", leaves)
            before = self._speakers(record.name)
            self._database.execute(f"INSERT OR REPLACE INTO shards ({', '.join(_COLUMNS)}) VALUES ({marks})", values)
            self._count_speakers(record.name, before, {_number(speaker) for speaker in speakers})
            self._database.execute("UPDATE items SET shard = NULL WHERE shard = ?", (record.name,))
            self._database.executemany(
                "INSERT INTO items VALUES (?, ?, 0, NULL) ON CONFLICT (digest) DO UPDATE SET shard = excluded.shard",
                ((bytes.fromhex(digest), record.name) for digest in own),
            )
            self._database.execute("DELETE FROM articles WHERE shard = ?", (record.name,))
            self._database.executemany(
                "INSERT INTO articles VALUES (?, ?, ?, ?)",
                ((record.name, place, article, source) for place, (article, source) in enumerate(articles)),
            )

    def forget(self, name: str) -> None:
        """Strike a shard out; its documents are new again."""
        with self._all_or_nothing():
            self._count_speakers(name, self._speakers(name), set())
            self._database.execute("UPDATE items SET shard = NULL WHERE shard = ?", (name,))
            self._database.execute("DELETE FROM articles WHERE shard = ?", (name,))
            self._database.execute("DELETE FROM moves WHERE shard = ?", (name,))
            self._database.execute("DELETE FROM shards WHERE name = ?", (name,))

    def stamp(self, name: str, stamp: str) -> None:
        """Take note of sizes and times of change of a shard's files, whose content is as it was."""
        self._database.execute("UPDATE shards SET stamp = ? WHERE name = ?", (stamp, name))

    def _speakers(self, name: str) -> set[int]:
        packed = self._one("SELECT speakers FROM shards WHERE name = ?", name) or b""
        try:
            return set(array("q", packed))
        except (ValueError, TypeError) as error:
            raise sqlite3.DatabaseError("damaged") from error

    def _count_speakers(self, name: str, before: set[int], now: set[int]) -> None:
        """Keep who speaks in a shard, and how many shards each of them speaks in."""
        gone = [(number,) for number in before - now]
        self._database.executemany(
            "INSERT INTO speakers VALUES (?, 1) ON CONFLICT (speaker) DO UPDATE SET shards = shards + 1",
            ((number,) for number in now - before),
        )
        self._database.executemany("UPDATE speakers SET shards = shards - 1 WHERE speaker = ?", gone)
        self._database.executemany("DELETE FROM speakers WHERE speaker = ? AND shards = 0", gone)
        packed = array("q", sorted(now)).tobytes()
        self._database.execute("UPDATE shards SET speakers = ? WHERE name = ?", (packed, name))

    def count_speakers(self) -> int:
        """Return how many names speak in all shards."""
        return int(self._one("SELECT count(*) FROM speakers"))

    def moves(self) -> dict[str, list[str]]:
        """Return the shards that are to be rewritten, and the digests that are to leave each."""
        found: dict[str, list[str]] = {}
        for digest, shard in self._database.execute("SELECT digest, shard FROM moves ORDER BY shard, digest"):
            found.setdefault(shard, []).append(digest.hex())
        return found

    def moved(self, name: str) -> None:
        """Take note that a shard was rewritten."""
        self._database.execute("DELETE FROM moves WHERE shard = ?", (name,))

    # --- documents

    def see(self, digest: str, position: int, *, redo: bool = False) -> Seen:
        """Return whether a document is new, done in a shard, or was there before in the input of this run.

        Parameters
        ----------
        redo
            Call one that is done new, all the same.
        """
        key = bytes.fromhex(digest)
        if self._seen == _AT_ONCE:
            self._keep()
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")
        self._seen += 1
        row = self._database.execute("SELECT shard, run FROM items WHERE digest = ?", (key,)).fetchone()
        if row is None:
            self._database.execute("INSERT INTO items VALUES (?, NULL, ?, ?)", (key, self._run, position))
            return "new"
        if row[1] == self._run:
            return "again"
        self._database.execute("UPDATE items SET run = ?, position = ? WHERE digest = ?", (self._run, position, key))
        return "new" if row[0] is None or redo else "known"

    def _keep(self) -> None:
        """Close the transaction of the documents that were looked up; a crash before it makes them new again."""
        self._seen = 0
        if self._database.in_transaction:
            self._database.execute("COMMIT")

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        self._keep()
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.rollback()
            raise
        self._database.execute("COMMIT")

    def absent(self) -> Iterator[tuple[str, set[str]]]:
        """Yield the shards with documents that the input of this run did not have, and these."""
        shards = "SELECT DISTINCT shard FROM items WHERE shard IS NOT NULL AND run != ? ORDER BY shard"
        query = "SELECT digest FROM items WHERE shard = ? AND run != ?"
        for (shard,) in self._database.execute(shards, (self._run,)).fetchall():
            yield shard, {row[0].hex() for row in self._database.execute(query, (shard, self._run))}

    def homeless(self, digests: Iterable[str]) -> int:
        """Return how many of these documents stand in no shard."""
        query = "SELECT shard FROM items WHERE digest = ?"
        return sum(self._one(query, bytes.fromhex(digest)) is None for digest in digests)

    def documents(self, name: str) -> list[str]:
        """Return the digests of the documents of a shard."""
        return [row[0].hex() for row in self._database.execute("SELECT digest FROM items WHERE shard = ?", (name,))]

    def is_present(self, digest: str) -> bool:
        """Return whether the input of this run has a document."""
        return bool(self._one("SELECT run = ? FROM items WHERE digest = ?", self._run, bytes.fromhex(digest)))

    def count_absent(self) -> int:
        """Return how many documents in shards the input of this run did not have."""
        return int(self._one("SELECT count(*) FROM items WHERE shard IS NOT NULL AND run != ?", self._run))

    def place_shards(self) -> None:
        """Give the shards of this generation their places in the input, once it was read to its end."""
        self._database.execute(
            "UPDATE shards SET position = coalesce((SELECT min(position) FROM items WHERE items.shard = shards.name "
            "AND items.run = ?), position) WHERE generation = ?",
            (self._run, self.generation),
        )

    def copies(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield id, source, shard and place of each article whose text stands elsewhere, too; equal ids in order."""
        yield from self._database.execute(
            "SELECT article, source, shard, place FROM articles JOIN shards ON shards.name = articles.shard "
            "WHERE article IN (SELECT article FROM articles GROUP BY article HAVING count(*) > 1) "
            "ORDER BY article, generation, position, shard, place"
        )

    def want_copies(self, wanted: Iterable[tuple[str, int, str | None]]) -> None:
        """Keep, until the end, which ids copies are to have: shard, place, and id, or None for one to be left out."""
        with self._all_or_nothing():
            self._database.execute("DELETE FROM wanted")
            self._database.executemany("INSERT INTO wanted VALUES (?, ?, ?)", wanted)

    def wanted_copies(self, name: str) -> dict[int, str | None]:
        """Return the ids that copies in a shard are to have, by their places."""
        return dict(self._database.execute("SELECT place, own FROM wanted WHERE shard = ?", (name,)).fetchall())

    # --- runs

    def begin(self, engine: str, workers: int, to_rescore: int) -> None:
        """Open a run."""
        now = time.time()
        self._database.execute(
            "INSERT INTO runs VALUES (NULL, ?, ?, NULL, 'running', ?, ?, NULL, 0, 0, 0, 0, ?)",
            (now, now, engine, workers, to_rescore),
        )
        self._run = self._one("SELECT max(number) FROM runs")

    def come(self, *, size: int | None, size_done: int, size_before: int, articles: int, rescored: int) -> None:
        """Say how far this run has come: bytes of the input, if known, bytes scored, and bytes passed over."""
        self._keep()
        self._database.execute(
            "UPDATE runs SET told = ?, bytes = ?, bytes_done = ?, bytes_before = ?, articles = ?, rescored = ? "
            "WHERE number = ?",
            (time.time(), size, size_done, size_before, articles, rescored, self._run),
        )

    def end(self, state: Literal["finished", "stopped"]) -> None:
        """Close the run; a finished one ends a generation."""
        self._keep()
        self._database.execute("UPDATE runs SET ended = ?, state = ? WHERE number = ?", (time.time(), state, self._run))
        if state == "finished":
            self.tell("generation", str(self.generation + 1))

    def last_run(self) -> dict[str, Any] | None:
        """Return the newest run: the columns of its table."""
        cursor = self._database.execute("SELECT * FROM runs ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
        return dict(zip([column[0] for column in cursor.description], row, strict=True)) if row else None

    def totals(self) -> dict[str, int]:
        """Return sums over all shards."""
        names = ("articles", "quotes", "rows", "rejects", "failed")
        sums = ", ".join(f"coalesce(sum({name}), 0)" for name in names)
        row = self._database.execute(f"SELECT count(*), {sums} FROM shards").fetchone()
        return dict(zip(("shards", *names), row, strict=True))


def _record(row: Sequence[Any]) -> ShardRecord:
    values = dict(zip(_COLUMNS, row, strict=True))
    try:
        copies = {int(k): v for k, v in json.loads(values["copies"]).items()}
        return ShardRecord(**values | {"copies": copies, "summary": json.loads(values["summary"])})
    except (ValueError, TypeError, AttributeError) as error:
        raise sqlite3.DatabaseError("damaged") from error


def _number(name: str) -> int:
    """Return a name as SQLite's 64 bits."""
    return int(text_hash(name), 16) - (1 << 63)
