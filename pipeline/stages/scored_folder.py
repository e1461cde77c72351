"""A folder of scored shards with its ledger: what is done is kept, checked, completed and put in order."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pipeline.errors import InputError, PipelineError
from pipeline.ledger import LEDGER, Ledger, ShardRecord
from pipeline.places import LocalPlace, Place
from pipeline.shard_files import Facts, note_of, unpack
from pipeline.stages.identities import copy_id
from pipeline.stages.shard_rewrite import Irreversible, rewritten
from pipeline.stages.shard_work import Done, pack_articles, pack_rows, speakers_of

RUNS, LOCK, LEFT = "_runs.jsonl", "_lock", "_ledger.left"
_PART = "part-{}.parquet"
_OURS = re.compile(r"part-([0-9a-f]{16})\.parquet")

Tell = Callable[[str], None]


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
        change is another than the ledger says, and with all where the ledger is not as the last run left it.

    Raises
    ------
    InputError
        If another run is writing here, the quotes in it were found otherwise, or it holds tables of another origin.
    """

    def __init__(
        self, parts: Place, articles: Place, where: str, keys: Keys, tell: Tell, *, verify: bool = False
    ) -> None:
        self._verify, self._trusted, self._sound = verify, False, False
        self.parts, self.articles, self.where, self.keys, self._tell = parts, articles, where, keys, tell

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            if isinstance(self.parts, LocalPlace):
                stack.enter_context(_locked(self.parts.root, self.where))
                folder = self.parts.root
                self._trusted = _as_it_was_left(folder) and not self._verify
                (folder / LEFT).unlink(missing_ok=True)
                stack.callback(self._leave, folder)  # when the ledger is closed
            else:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                with suppress(InputError):
                    (folder / LEDGER).write_bytes(self.parts.read(LEDGER))
            self.ledger = stack.enter_context(self._opened(folder / LEDGER))
            self._check_reading()
            self._complete()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        self._sound = kind is None or issubclass(kind, (PipelineError, KeyboardInterrupt))
        try:
            if not isinstance(self.parts, LocalPlace):
                with suppress(InputError, sqlite3.Error) if kind else ExitStack():
                    self.publish()
        finally:
            self._stack.close()

    def _leave(self, folder: Path) -> None:
        """Put down what the ledger looks like from outside, for the next run to see that it is as this one left it."""
        if self._sound and (folder / LEDGER).is_file():
            self.parts.write(LEFT, self.parts.stamp(LEDGER).encode())

    def publish(self) -> None:
        """Copy the ledger to where the shards are, if that is at an address."""
        if not isinstance(self.parts, LocalPlace):
            self.ledger.settle()
            self.parts.upload(self.ledger.path, LEDGER)

    # --- opening

    def _opened(self, path: Path) -> Ledger:
        """Return the ledger; a damaged one is put aside, and the files say what was in it."""
        try:
            return Ledger(path, check=not self._trusted)
        except sqlite3.Error as error:
            if not path.is_file() or "readonly" in str(error) or "unable to open" in str(error):
                raise InputError(f"{path}: cannot write here ({error}); choose another place for it") from error
            aside = path.with_name(f"_ledger.damaged-{time.time_ns()}.sqlite")
            path.rename(aside)
            for rest in ("-wal", "-shm"):
                path.with_name(path.name + rest).unlink(missing_ok=True)
            self._tell(f"{path}: damaged, so it is made again from the shards; the old one is kept as {aside.name}")
            return Ledger(path)

    def _check_reading(self) -> None:
        known = self.ledger.about("reading")
        if known is None:
            self.ledger.tell("reading", json.dumps(dict(self.keys.reading), sort_keys=True))
            return
        before = json.loads(known)
        if before != dict(self.keys.reading):
            names = sorted(n for n in {*before, *self.keys.reading} if before.get(n) != self.keys.reading.get(n))
            raise InputError(
                f"{self.where}: its quotes were found with other settings ({', '.join(names)}); "
                "give the old ones, or name another --out"
            )

    def _complete(self) -> None:
        """Bring ledger and files together: what is damaged is done again, what the ledger does not know is taken in."""
        files, sides = set(self.parts.names("part-*.parquet")), set(self.articles.names("part-*.parquet"))
        if foreign := sorted(name for name in files if not _OURS.fullmatch(name)):
            raise InputError(f"{self.where}: holds {foreign[0]}, which is no shard of ours; name another --out")
        known = set()
        for record in self.ledger.shards():
            name = part(record.name)
            known.add(name)
            if name in files and name in sides and self._is_whole(record):
                continue
            if name in files and name in sides and self._adopted(record.name):
                continue
            self.ledger.forget(record.name)
            self._drop(record.name)
            self._tell(f"{self.where}/{name}: damaged or gone; its articles are scored again")
        for name in sorted(files - known):
            if not (name in sides and self._adopted(name[5:-8])):
                self._drop(name[5:-8])
        for name in sorted(sides - files):
            self.articles.remove(name)
        if self.ledger.about("generation") is None:
            self.ledger.tell("generation", str(len(self.runs())))
        self._move_out()

    def _is_whole(self, record: ShardRecord) -> bool:
        """Return whether both files are as the ledger has them; at an address, only whether they are there."""
        if not isinstance(self.parts, LocalPlace):
            return True
        stamp = self._stamp(record.name)
        if self._trusted and stamp == record.stamp:
            return True
        found = (_sha256(place.read(part(record.name))) for place in (self.parts, self.articles))
        if tuple(found) != (record.rows_sha256, record.articles_sha256):
            return False
        if stamp != record.stamp:  # of a folder that was copied, say
            self.ledger.stamp(record.name, stamp)
        return True

    def _stamp(self, name: str) -> str:
        """Return sizes and times of change of a shard's files."""
        return " ".join(place.stamp(part(name)) for place in (self.parts, self.articles))

    def _adopted(self, name: str) -> bool:
        """Take in a shard that the ledger does not know, if its files are whole; return whether they are."""
        try:
            rows, articles = self.parts.read(part(name)), self.articles.read(part(name))
            table, note = unpack(rows, name)
            facts = Facts.of(note)
            side = unpack(articles, name)[1]
        except (InputError, ValueError, KeyError, TypeError):
            return False
        digests = [item.digest for item in facts.items]
        copies = {int(place): own for place, own in side.get("copies", {}).items()}
        if facts.shard != name or facts.reading != self.keys.digest or side.get("items") != digests:
            return False
        if copies != dict(facts.copies):
            return False
        self._enter(facts, _sha256(rows), _sha256(articles), None, speakers_of(table))
        return True

    def _drop(self, name: str) -> None:
        self.parts.remove(part(name))
        self.articles.remove(part(name))

    # --- writing

    def commit(self, done: Done, *, moved: Sequence[str] = ()) -> None:
        """Keep a shard that is done; the documents of ``moved`` leave the shards that they were in."""
        name = part(done.facts.shard)
        if note_of(done.rows, name).get("rows") != done.facts.rows:
            raise InputError(f"{self.where}/{name}: was damaged on its way here; start the command again")
        known = self.ledger.shard(done.facts.shard)
        side = known.articles_sha256 if known else ""
        if done.articles is not None:
            self.articles.write(name, done.articles)
            side = _sha256(done.articles)
        self.parts.write(name, done.rows)  # from here on it counts, whether or not the ledger knows
        self._enter(done.facts, _sha256(done.rows), side, done.seconds, done.speakers, moved)
        if moved:
            self._move_out()

    def _enter(
        self,
        facts: Facts,
        rows_sha256: str,
        articles_sha256: str,
        seconds: float | None,
        speakers: Collection[str],
        moved: Sequence[str] = (),
    ) -> None:
        counts = facts.counts
        summary = {
            "counts": counts, "stances": facts.stances, "drift": facts.drift, "corrections": facts.corrections,
        }  # fmt: skip
        record = ShardRecord(
            facts.shard, facts.generation, facts.position, facts.reading, facts.scoring, facts.model, rows_sha256,
            articles_sha256, counts["articles"], counts["quotes"], facts.rows, len(facts.rejects), facts.failed,
            seconds, time.time(), self._stamp(facts.shard), facts.copies, summary,
        )  # fmt: skip
        digests = [item.digest for item in facts.items]
        self.ledger.commit(record, digests, facts.articles, speakers=speakers, moved=moved)

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
        self.commit(Done(facts, pack_rows(rows, facts), pack_articles(articles, facts), seconds, speakers_of(rows)))

    def prune(self) -> int:
        """Take out the documents that the input of this run did not have; return how many."""
        absent = self.ledger.absent()
        for name, digests in absent.items():
            self.rewrite(name, leaving=set(digests))
        return sum(map(len, absent.values()))

    def seal(self) -> None:
        """Give articles whose text stands elsewhere, too, ids of their own: the first in order keeps its id."""
        wanted: defaultdict[str, dict[int, str | None]] = defaultdict(dict)
        last, sources = "", set[str]()
        for article, source, shard, place in list(self.ledger.copies()):
            if article != last:
                last, sources = article, {source}
                continue
            wanted[shard][place] = None if source in sources else copy_id(article, source)
            sources.add(source)
        for record in list(self.ledger.shards()):
            if dict(record.copies) == wanted.get(record.name, {}):
                continue
            try:
                self.rewrite(record.name, copies=wanted.get(record.name, {}))
            except Irreversible:
                self.ledger.forget(record.name)
                self._drop(record.name)
                self._tell(f"{self.where}/{part(record.name)}: to be read again; start the command once more")

    # --- reading

    def read(self, name: str) -> tuple[Facts, list[dict[str, Any]]]:
        """Return what is known of a shard, and its rows."""
        where = f"{self.where}/{part(name)}"
        rows, note = unpack(self.parts.read(part(name)), where)
        return _facts(note, where), rows

    def facts(self, name: str) -> Facts:
        """Return what is known of a shard."""
        where = f"{self.where}/{part(name)}"
        return _facts(note_of(self.parts.read(part(name)), where), where)

    def read_articles(self, name: str) -> list[dict[str, Any]]:
        """Return the articles of a shard, as rows."""
        return unpack(self.articles.read(part(name)), f"{self.where}/{part(name)}")[0]

    def runs(self) -> list[dict[str, Any]]:
        """Return what is known of the runs that came to their end."""
        with suppress(InputError, ValueError):
            return [json.loads(line) for line in self.parts.read(RUNS).decode().splitlines()]
        return []

    def finish(self, told: Mapping[str, Any]) -> None:
        """Close the run: what it did is added to the history."""
        lines = [*self.runs(), dict(told)]
        self.parts.write(RUNS, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
        self.ledger.end("finished")


def _facts(note: Mapping[str, Any], where: str) -> Facts:
    try:
        return Facts.of(note)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{where}: {error}; start the command again, and it is written anew") from error


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
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise InputError(f"{where}: another run is writing here; wait for its end, or name another --out") from error
    except OSError as error:
        raise InputError(f"{where}: cannot write here ({error.strerror}); choose another place for it") from error
    stack = ExitStack()
    stack.callback(lock.release)
    return stack
