"""A folder of scored shards with its ledger: what is done is kept, checked, completed and put in order."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from pipeline.addresses import joined
from pipeline.errors import InputError, PipelineError
from pipeline.ledger import LEDGER, Ledger, ShardRecord
from pipeline.parts import PARTS
from pipeline.places import LocalPlace, Place
from pipeline.shard_files import Facts, ItemFacts, note_of, of_another_version, unpack, unpack_table
from pipeline.stages.identities import copy_id
from pipeline.stages.shard_rewrite import Irreversible, rewritten
from pipeline.stages.shard_work import Done, pack_articles, pack_rows, speakers_of
from pipeline.storage import ARTICLE_SCHEMA, SCORE_SCHEMA

RUNS, LOCK, LEFT = "_runs.jsonl", "_lock", "_ledger.left"
OURS = ("part-*.parquet", LEFT, "_ledger*.sqlite*", RUNS, ".part-*.tmp", "._*.tmp", LOCK)
"""Patterns of all files that a folder has of us; the lock goes last: until then nobody else takes it for his own."""
_PART = "part-{}.parquet"
_OURS = re.compile(r"part-([0-9a-f]{16})\.parquet")
_UNFINISHED = (".part-*.parquet.????????.tmp", f".{RUNS}.????????.tmp", f".{LEFT}.????????.tmp")
_LOCK_SECONDS = 1.0
"""To wait for the lock: who asks how far a run has come holds it for a moment."""

_NO_DAMAGE = {
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR,
}  # fmt: skip
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_UNKNOWN = "its ledger is gone, so which ones is not known"

Tell = Callable[[str], None]


class _OtherSettings(InputError):
    """The quotes of a shard were found otherwise."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What quotes and scores rest on besides the articles.

    Parameters
    ----------
    reading
        Name of a setting to a hash or value: of all that decides which quotes are found.
    scoring
        Hash of all that decides how they are scored.
    model
        As in the column ``model``.
    """

    reading: Mapping[str, str]
    scoring: str
    model: str

    @property
    def digest(self) -> str:
        """Hash of ``reading``."""
        return hashlib.sha256(json.dumps(dict(self.reading), sort_keys=True).encode()).hexdigest()


def part(name: str) -> str:
    """Return the name of a shard's file."""
    return _PART.format(name)


class ScoredFolder:
    """The shards of one output, their articles beside them, and the ledger; one writer at a time.

    Parameters
    ----------
    parts, articles
        Where the files of rows and of articles are.
    where
        What messages call it.
    tell
        Gets lines about what was mended.
    verify
        Read all files and compare them with their hashes. Otherwise this is done with those whose size or time of
        change is another than the ledger says, and with all where the ledger is not as the last run left it; at an
        address, with those alone that the run reads, unless a run was killed there.
    otherwise
        What to do where the quotes are to be found with other settings.

    Raises
    ------
    InputError
        If another run is writing here, the quotes in it were found otherwise, or it holds tables of another origin.
    """

    def __init__(
        self,
        parts: Place,
        articles: Place,
        where: str,
        keys: Keys,
        tell: Tell,
        *,
        verify: bool = False,
        otherwise: str = "name another --out",
    ) -> None:
        self._verify, self._trusted, self._sound, self._doubted = verify, False, False, False
        self.parts, self.articles, self.where, self.keys, self._tell = parts, articles, where, keys, tell
        self.discard = False  # at the end: all that is in it has come into a table, or is nothing
        self._lost: list[str] = []
        self._otherwise, self.to_read_again = otherwise, 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._check_own()
            if isinstance(self.parts, LocalPlace):
                stack.enter_context(_locked(self.parts.root, self.where))
                stack.callback(self._discarded)
                folder = self.parts.root
                self._trusted = _as_it_was_left(folder) and not self._verify
                (folder / LEFT).unlink(missing_ok=True)
                stack.callback(self._leave, folder)  # when the ledger is closed
            else:
                stack.callback(self._discarded)
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                if self.parts.names(LEDGER):
                    (folder / LEDGER).write_bytes(self.parts.read(LEDGER))
            self.ledger = stack.enter_context(self._opened(folder / LEDGER))
            self._sound = self._trusted  # nothing is changed before the settings are found to be the same
            try:
                self._verify |= self.ledger.about("open") == "yes"  # of an address: a run was killed
                self._check_reading()
                self._sound = False
                self._complete()
                self._say_open("yes")
            except sqlite3.Error as error:
                self._sound = False  # the next run looks at all of it
                raise self._of_ledger(error) from error
            except InputError:
                if self._doubted and not isinstance(self.parts, LocalPlace):
                    self._say_open("yes")
                    self.publish()
                raise
            self.publish()  # readers of a folder above know by it whose shards these are
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        self._sound = not self._doubted and (kind is None or issubclass(kind, (PipelineError, KeyboardInterrupt)))
        try:
            if not isinstance(self.parts, LocalPlace) and not self.discard:
                with suppress(InputError, sqlite3.Error) if kind else ExitStack():
                    if self._sound:
                        self._say_open("no")
                    self.publish()
        finally:
            self._stack.close()
        if isinstance(error, sqlite3.Error):
            raise self._of_ledger(error) from error

    def _of_ledger(self, error: sqlite3.Error) -> InputError:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _DAMAGE:
            where = joined(self.where, LEDGER)
            return InputError(f"{where}: damaged; start the command again, and it is made again from the shards")
        return InputError(
            f"{self.where}: cannot be written ({error}); make room, here and in {tempfile.gettempdir()}, "
            "and start the command again"
        )

    def _discarded(self) -> None:
        if self.discard:
            self.parts.clear([PARTS])  # articles without rows are nothing; rows without articles would be refused
            self.articles.clear(OURS)
            self.parts.clear(OURS)

    def _leave(self, folder: Path) -> None:
        """Put down what the ledger looks like from outside, for the next run to see that it is as this one left it."""
        if self._sound and not self.discard and (folder / LEDGER).is_file():
            with suppress(InputError):  # the next run reads all of the folder, then
                self.parts.write(LEFT, self.parts.stamp(LEDGER).encode())

    def _say_open(self, word: str) -> None:
        """Say in a ledger at an address whether shards may be newer than it is."""
        if not isinstance(self.parts, LocalPlace):
            self.ledger.tell("open", word)

    def publish(self) -> None:
        """Copy the ledger to where the shards are, if that is at an address."""
        if not isinstance(self.parts, LocalPlace):
            self.ledger.settle()
            self.parts.upload(self.ledger.path, LEDGER)

    # --- opening

    def _check_own(self) -> None:
        """Raise ``InputError`` where tables of another origin are, or the articles of ours are missing."""
        for place, what in ((self.parts, "holds"), (self.articles, "its folder of articles holds")):
            if foreign := [name for name in place.names(PARTS) if not _OURS.fullmatch(name)]:
                raise InputError(f"{self.where}: {what} {foreign[0]}, which is no shard of ours; {self._otherwise}")
        if self.parts.names(PARTS) and not self.articles.names(PARTS):
            raise InputError(
                f"{self.where}: the folder of its articles is missing; put it back beside it, or {self._otherwise}"
            )

    def _opened(self, path: Path) -> Ledger:
        """Return the ledger; a damaged one is put aside, and the files say what was in it."""
        try:
            return Ledger(path, check=not self._trusted)
        except sqlite3.Error as error:
            if not path.is_file() or getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_DAMAGE:
                raise InputError(f"{path}: cannot write here ({error}); choose another place for it") from error
            aside = path.with_name(f"_ledger.damaged-{time.time_ns()}.sqlite")
            path.rename(aside)
            for rest in ("-wal", "-shm"):
                path.with_name(path.name + rest).unlink(missing_ok=True)
            kept = f"; the old one is kept as {aside.name}" if isinstance(self.parts, LocalPlace) else ""
            self._tell(f"{joined(self.where, LEDGER)}: damaged, so it is made again from the shards{kept}")
            try:
                return Ledger(path)
            except sqlite3.Error as again:
                raise InputError(f"{path}: cannot write here ({again}); choose another place for it") from again

    def _check_reading(self) -> None:
        known = self.ledger.about("reading")
        if known is None:
            if any(record.reading != self.keys.digest for record in self.ledger.shards()):
                raise self._of_other_settings(_UNKNOWN)
            return
        before = json.loads(known)
        if before != dict(self.keys.reading):
            names = sorted(n for n in {*before, *self.keys.reading} if before.get(n) != self.keys.reading.get(n))
            raise self._of_other_settings(", ".join(names))

    def _of_other_settings(self, which: str) -> _OtherSettings:
        return _OtherSettings(
            f"{self.where}: its quotes were found with other settings ({which}); "
            f"give the old ones, or {self._otherwise}"
        )

    def _complete(self) -> None:
        """Bring ledger and files together: what is damaged is done again, what the ledger does not know is taken in."""
        files, sides = set(self.parts.names(PARTS)), set(self.articles.names(PARTS))
        for place in (self.parts, self.articles):
            for name in [name for pattern in _UNFINISHED for name in place.names(pattern)]:
                place.remove(name)
        known = set()
        for shard in self.ledger.names():
            name, record = part(shard), self.ledger.shard(shard)
            known.add(name)
            if record is None:
                continue
            if name in files and name in sides and self._is_whole(record):
                continue
            if name in files and name in sides and self._adopted(record.name):
                continue
            self._lost += self.ledger.documents(record.name)
            self.ledger.forget(record.name)
            self._drop(record.name)
            self._tell(f"{self.where}/{name}: damaged or gone; its articles are scored again")
        for name in sorted(files - known):
            if not (name in sides and self._adopted(name[5:-8])):
                self._drop(name[5:-8])
        for name in sorted(sides - files):
            self.articles.remove(name)
        # Last of all: settings that are refused are not put down as those of the shards.
        self.ledger.tell("reading", json.dumps(dict(self.keys.reading), sort_keys=True))
        newest = max((record.generation for record in self.ledger.shards()), default=0)
        ended, told = self.ledger.generation, len(self.runs())
        ended -= ended == told + 1  # killed between the ledger and the history: that run is gone on with
        self.ledger.tell("generation", str(max(ended, told, newest)))
        self._move_out()

    def _is_whole(self, record: ShardRecord) -> bool:
        """Return whether both files are as the ledger has them; at an address that is asked only to verify."""
        if not isinstance(self.parts, LocalPlace) and not self._verify:
            return True
        name = part(record.name)
        with suppress(InputError, ValueError, KeyError, TypeError):
            stamp = self._stamp(record.name)
            if self._trusted and stamp == record.stamp:
                return True
            data = self.parts.read(name)
            rows, note = unpack(data, name, ["speaker", "is_statement"])
            facts = Facts.of(note)
            entered = self._record(facts, _sha256(data), _sha256(self.articles.read(name)), record.seconds)
            items = [item.digest for item in facts.items]
            if replace(entered, ended=record.ended, stamp=record.stamp) != record:
                return False
            if not self.ledger.agrees(record.name, items, facts.articles, speakers_of(rows)):
                return False
            if stamp != record.stamp:  # of a folder that was copied, say
                self.ledger.stamp(record.name, stamp)
            return True
        return False

    def _stamp(self, name: str) -> str:
        """Return sizes and times of change of a shard's files."""
        return " ".join(place.stamp(part(name)) for place in (self.parts, self.articles))

    def _adopted(self, name: str) -> bool:
        """Take in a shard as its files have it, if they are whole; return whether they are.

        Raises
        ------
        InputError
            If its quotes were found with other settings.
        """
        try:
            data, texts = self.parts.read(part(name)), self.articles.read(part(name))
            rows, note = unpack(data, name)
            if of_another_version(note):
                raise _OtherSettings(
                    f"{self.where}: was made by another version of stance; use that one, or {self._otherwise}"
                )
            facts, (own, side) = Facts.of(note), unpack(texts, name)
            if facts.shard != name or not (_fit(rows, SCORE_SCHEMA) and _fit(own, ARTICLE_SCHEMA)):
                return False
            if facts.reading != self.keys.digest:
                raise self._of_other_settings(_UNKNOWN)
            caught_up = _caught_up(facts, rows, side)
        except _OtherSettings:
            raise
        except (InputError, ValueError, KeyError, TypeError, Irreversible):
            return False
        facts, rows = caught_up
        # A wrong bit in what neither pages nor note hold shows here, and so does what was left to do.
        for place, found, right in (
            (self.articles, texts, texts := pack_articles(own, facts)),
            (self.parts, data, data := pack_rows(rows, facts)),
        ):
            if found != right:
                place.write(part(name), right)
        failed = {item.digest for item in facts.items if item.failed}
        self._enter(facts, _sha256(data), _sha256(texts), None, speakers_of(rows), yielding=failed)
        return True

    def _drop(self, name: str) -> None:
        self.parts.remove(part(name))
        self.articles.remove(part(name))

    # --- writing

    def commit(self, done: Done) -> None:
        """Keep a shard that is done; documents that stood in others leave these."""
        self._put(done)
        self._move_out()

    def _put(self, done: Done) -> None:
        name, doubted = part(done.facts.shard), self._doubted
        if note_of(done.rows, name).get("rows") != done.facts.rows:
            raise InputError(f"{self.where}/{name}: was damaged on its way here; start the command again")
        known = self.ledger.shard(done.facts.shard)
        side = known.articles_sha256 if known else ""
        self._doubted = True  # until both files and the ledger are as they shall be
        if done.articles is not None:
            self.articles.write(name, done.articles)
            side = _sha256(done.articles)
        self.parts.write(name, done.rows)  # from here on it counts, whether or not the ledger knows
        self._enter(done.facts, _sha256(done.rows), side, done.seconds, done.speakers)
        self._doubted = doubted

    def _enter(
        self,
        facts: Facts,
        rows_sha256: str,
        articles_sha256: str,
        seconds: float | None,
        speakers: Collection[str],
        *,
        yielding: Collection[str] = (),
    ) -> None:
        record = self._record(facts, rows_sha256, articles_sha256, seconds)
        digests = [item.digest for item in facts.items]
        self.ledger.commit(record, digests, facts.articles, speakers=speakers, yielding=yielding)

    def _record(self, facts: Facts, rows_sha256: str, articles_sha256: str, seconds: float | None) -> ShardRecord:
        counts = facts.counts
        drift = facts.drift and {name: facts.drift[name] for name in ("model", "moved")}
        summary = {"counts": counts, "stances": facts.stances, "drift": drift, "corrections": facts.corrections}
        return ShardRecord(
            facts.shard, facts.generation, facts.position, facts.reading, facts.scoring, facts.model, rows_sha256,
            articles_sha256, counts["articles"], counts["quotes"], facts.rows, len(facts.rejects), facts.failed,
            seconds, time.time(), self._stamp(facts.shard), facts.copies, summary,
        )  # fmt: skip

    def _move_out(self) -> None:
        """Rewrite shards without the documents that stand in another one now."""
        for name, digests in self.ledger.moves().items():
            self.rewrite(name, leaving=set(digests))
            self.ledger.moved(name)

    def rewrite(
        self, name: str, *, leaving: Collection[str] = (), copies: Mapping[int, str | None] | None = None
    ) -> None:
        """Write a shard without some documents, or with other ids of its copies.

        Raises
        ------
        shard_rewrite.Irreversible
            If an article is wanted back that was left out.
        """
        facts, rows = self.read(name)
        facts, rows, articles = rewritten(facts, rows, self.read_articles(name), leaving=leaving, copies=copies)
        if not facts.items:
            self.ledger.forget(name)
            self._drop(name)
            return
        record = self.ledger.shard(name)
        seconds = (record and record.seconds) or 0.0
        self._put(Done(facts, pack_rows(rows, facts), pack_articles(articles, facts), seconds, speakers_of(rows)))

    def prune(self, unread: Collection[str] = ()) -> int:
        """Take out the documents that the input of this run did not have; return how many of them stay.

        Parameters
        ----------
        unread
            Names of files and folders that the input had and that could not be read: their documents stay.
        """
        kept = 0
        for name, absent in self.ledger.absent():
            items = self.facts(name).items
            leaving = [item for item in items if item.digest in absent and not _comes_from(item, unread)]
            gone = {article for item in leaving for article in item.articles}
            if any(gone.intersection(item.repeated) for item in items if item not in leaving):
                if len(leaving) == len(absent):
                    self._strike_out(name)  # one that was left out is the only one now
                else:
                    leaving = []
            elif leaving:
                self.rewrite(name, leaving={item.digest for item in leaving})
            kept += len(absent) - len(leaving)
        return kept

    def _strike_out(self, name: str) -> None:
        """Have a shard of this input read again by the next run."""
        self.ledger.forget(name)
        self._drop(name)
        self.to_read_again += 1

    def lost(self) -> int:
        """Return how many documents of damaged shards the input did not bring back."""
        return self.ledger.homeless(self._lost)

    def seal(self) -> None:
        """Give articles whose text stands elsewhere, too, ids of their own: the first in order keeps its id.

        Raises
        ------
        InputError
            If shards have to be read again for that: they are struck out, and the next run does it.
        """
        self.ledger.want_copies(self._own_ids())
        for name in self.ledger.names():
            record, wanted = self.ledger.shard(name), self.ledger.wanted_copies(name)
            if record is None or dict(record.copies) == wanted:
                continue
            try:
                self.rewrite(name, copies=wanted)
            except Irreversible:
                self._strike_out(name)
        if self.to_read_again:
            raise InputError(
                f"{self.where}: articles of {self.to_read_again} shards have to be read again; start the command again"
            )

    def _own_ids(self) -> Iterator[tuple[str, int, str | None]]:
        last, sources = "", set[str]()
        for article, source, shard, place in self.ledger.copies():
            if article != last:
                last, sources = article, {source}
                continue
            yield shard, place, None if source in sources else copy_id(article, source)
            sources.add(source)

    # --- reading

    def read(self, name: str) -> tuple[Facts, list[dict[str, Any]]]:
        """Return what is known of a shard, and its rows."""
        where = f"{self.where}/{part(name)}"
        rows, note = unpack(self.file(name), where)
        return _facts(note, where), rows

    def facts(self, name: str) -> Facts:
        """Return what is known of a shard."""
        where = f"{self.where}/{part(name)}"
        return _facts(note_of(self.file(name), where), where)

    def read_articles(self, name: str) -> list[dict[str, Any]]:
        """Return the articles of a shard, as rows."""
        return unpack(self.file(name, articles=True), f"{self.where}/{part(name)}")[0]

    def holds(self, name: str, data: bytes) -> bool:
        """Return whether the rows of a shard are those of this file."""
        record = self.ledger.shard(name)
        return record is not None and record.rows_sha256 == _sha256(data)

    def table(self, name: str, *, articles: bool = False) -> pa.Table:
        """Return the rows of a shard, or its articles, as a table."""
        return unpack_table(self.file(name, articles=articles), f"{self.where}/{part(name)}")[0]

    def file(self, name: str, *, articles: bool = False) -> bytes:
        """Return the file of a shard, or of its articles.

        Raises
        ------
        InputError
            If it is not as the ledger has it: then the next run reads all files, and scores the shard again.
        """
        data, record = (self.articles if articles else self.parts).read(part(name)), self.ledger.shard(name)
        if record and _sha256(data) != (record.articles_sha256 if articles else record.rows_sha256):
            self._doubted = True
            raise InputError(f"{self.where}/{part(name)}: damaged; start the command again, and it is scored again")
        return data

    def runs(self) -> list[dict[str, Any]]:
        """Return what is known of the runs that came to their end."""
        with suppress(InputError, ValueError):
            return [json.loads(line) for line in self.parts.read(RUNS).decode().splitlines()]
        return []

    def finish(self, told: Mapping[str, Any]) -> None:
        """Close the run: what it did is added to the history."""
        self.ledger.end("finished")
        lines = [*self.runs(), dict(told)]  # last of all: killed before, the same command does as this one did
        self.parts.write(RUNS, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())


def _facts(note: Mapping[str, Any], where: str) -> Facts:
    try:
        return Facts.of(note)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{where}: {error}; start the command again, and it is written anew") from error


def _caught_up(facts: Facts, rows: list[dict[str, Any]], side: Mapping[str, Any]) -> tuple[Facts, list[dict[str, Any]]]:
    """Return facts and rows as the file of articles has them.

    It is written first: where a run ended before the file of rows was, this does what was left to do.

    Raises
    ------
    ValueError
        If the two files do not belong together.
    shard_rewrite.Irreversible
        As ``rewritten``.
    """
    copies = {int(place): own for place, own in side["copies"].items()}
    if leaving := {item.digest for item in facts.items} - set(side["items"]):
        facts, rows, _ = rewritten(facts, rows, (), leaving=leaving)
    if dict(facts.copies) != copies:
        facts, rows, _ = rewritten(facts, rows, (), copies=copies)
    if [item.digest for item in facts.items] != side["items"] or len(facts.articles) != side["articles"]:
        raise ValueError("rows and articles are of different documents")
    if facts.rows != len(rows):
        raise ValueError("rows are missing")
    return facts, rows


def _comes_from(item: ItemFacts, names: Collection[str]) -> bool:
    """Return whether a document is of one of the files, or in one of the folders."""
    return any(
        source[:end] in names
        for _, source in item.articles
        for end in (0, len(source), *(match.start() for match in re.finditer(r"/|::|#", source)))
    )


def _fit(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> bool:
    return not rows or list(rows[0]) == schema.names


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _as_it_was_left(folder: Path) -> bool:
    """Return whether the last run came to an end of its own, and nobody has touched its ledger since."""
    place = LocalPlace(folder)
    try:
        return not place.names(f"{LEDGER}-wal") and place.read(LEFT).decode() == place.stamp(LEDGER)
    except (InputError, OSError, ValueError):
        return False


def _locked(folder: Path, where: str) -> Any:
    """Return a context that holds the folder for this process; the system lets go when the process ends."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=_LOCK_SECONDS)
        lock.acquire()
    except Timeout as error:
        raise InputError(f"{where}: another run is writing here; wait for its end, or name another --out") from error
    except OSError as error:
        raise InputError(f"{where}: cannot write here ({error.strerror}); choose another place for it") from error
    stack = ExitStack()
    stack.callback(lock.release)
    return stack
