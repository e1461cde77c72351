"""One run over shards: from the input through the workers into the folder."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import IO, Any

from pipeline.config import ScoreConfig
from pipeline.errors import ExecutorError, InputError
from pipeline.executors import open_executor
from pipeline.records import Reject
from pipeline.stages.extraction import RejectLog, read_options
from pipeline.stages.feed import Feed, Input
from pipeline.stages.scored_folder import ScoredFolder
from pipeline.stages.shard_work import Done, ShardWorker, Spec, Task
from pipeline.stages.workers import workers_for

_TELL_SECONDS, _PUBLISH_SECONDS = 2.0, 60.0
"""Between two entries of how far a run has come, and between two copies of the ledger to an address."""


class ShardRun:
    """Does what is to be done, and keeps account of it.

    Parameters
    ----------
    progress, tell
        As in ``score.run``.

    Attributes
    ----------
    refused
        The run ended since the input is not what was asked for, not since something failed.
    """

    def __init__(
        self,
        config: ScoreConfig,
        scored: ScoredFolder,
        spec: Spec,
        progress: Callable[[int, int], None] | None,
        tell: Callable[[str], None],
    ) -> None:
        self._config, self._scored, self._progress, self.tell = config, scored, progress, tell
        self._spec = replace(spec, reading=scored.keys.digest)
        self._spool: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - see end
        self._log = RejectLog(self._write, strict=config.strict)
        self.paths: Sequence[str] = ()
        self.refused, self.pruned, self.rescored, self._articles, self._bytes = False, False, 0, 0, 0
        self._told = self._published = time.monotonic()

    # --- rejects of the reading, which belong to no shard

    def _write(self, reject: Reject) -> None:
        self._spool.write(json.dumps(asdict(reject), ensure_ascii=False) + "\n")

    def _reject(self, reject: Reject) -> None:
        try:
            self._log(reject)
        except InputError:
            self.refused = True
            raise

    def check_strict(self, reject: Reject) -> None:
        """Raise ``InputError`` where no reject is allowed."""
        if self._config.strict:
            self._reject(reject)

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the rejects of the reading in order."""
        self._spool.seek(0)
        for line in self._spool:
            yield json.loads(line)

    # --- the work

    @property
    def digest(self) -> str:
        """Hash of all documents that were read."""
        return self._feed.digest

    def through(self, paths: Sequence[str], *, retry: bool) -> None:
        """Do every shard that is not done.

        Raises
        ------
        InputError
            If a path is missing, the output cannot be written, or, with ``strict``, there is a reject.
        ExecutorError
            If workers do not start, or shards could not be scored again.
        """
        config, ledger = self._config, self._scored.ledger
        self.paths = paths
        redo = self._failed() if retry else frozenset()
        outdated = ledger.names(other_than=self._spec.scoring)
        given = Input(paths, read_options(config), self._reject, config.shard_articles, redo)
        self._feed = Feed(given, ledger, (task for name in outdated if (task := self._again(name))))
        workers = workers_for(config)
        ledger.begin(config.engine, workers, len(outdated))
        before = ledger.totals()
        self._done = Counter(articles=before["articles"], quotes=before["quotes"])
        spec = self._spec if config.engine != "ray" else _carried(self._spec)
        with open_executor(
            config.engine, partial(ShardWorker, spec), workers=workers, address=config.address
        ) as executor:
            for outcome in executor.run(self._feed.take):
                if outcome.fault is not None:
                    self._feed.failed(outcome.task, outcome.fault)
                    continue
                for task, done in self._feed.done(outcome.task, outcome.value):
                    self._keep(task, done)
                    if self._progress:
                        self._progress(self._done["articles"], self._done["quotes"])
        for task, done in self._feed.held:
            self._keep(task, done)
        self._come()
        if self._feed.unfinished:
            raise ExecutorError(
                f"{len(self._feed.unfinished)} shards keep the scores of another model "
                f"({self._feed.unfinished[0]}); start the command again"
            )
        if self.rescored:
            self.tell(f"shards scored again with {self._spec.model}: {self.rescored}; their quotes stay")
        if known := before["articles"]:
            self.tell(f"articles: {known} scored before, {ledger.totals()['articles'] - known} new")

    def _again(self, name: str) -> Task | None:
        """Return the task of scoring a shard again; None if all of it stands elsewhere by now."""
        record = self._scored.ledger.shard(name)
        return None if record is None else Task(name, record.generation, record.position, old=self._scored.file(name))

    def _failed(self) -> frozenset[str]:
        """Return the digests of documents that could not be worked through."""
        records = [record for record in self._scored.ledger.shards() if record.failed]
        return frozenset(
            item.digest for record in records for item in self._scored.facts(record.name).items if item.failed
        )

    def _keep(self, task: Task, done: Done) -> None:
        for reject in done.facts.rejects:
            self.check_strict(Reject(**reject))
        if task.old is not None and not self._scored.holds(task.shard, task.old):
            if again := self._again(task.shard):  # an article of it stands in another shard since
                self._feed.give(again)
            return
        self._scored.commit(done)
        self._articles += done.facts.counts["articles"]
        if task.old is None:
            self._done.update({name: done.facts.counts[name] for name in self._done})
        self.rescored += task.old is not None
        self._bytes = max(self._bytes, task.read)
        now = time.monotonic()
        if now - self._told >= _TELL_SECONDS:
            self._told = now
            self._come()
        if now - self._published >= _PUBLISH_SECONDS:
            self._scored.publish()
            ended = time.monotonic()
            # A large ledger takes long to copy: that is to be no more than a tenth of the time.
            self._published = ended + max(0.0, 9 * (ended - now) - _PUBLISH_SECONDS)

    def _come(self) -> None:
        reading = self._feed.reading
        self._scored.ledger.come(
            size=reading.total,
            size_done=self._bytes,
            size_before=self._feed.passed_over,
            articles=self._articles,
            rescored=self.rescored,
        )

    def complete(self, *, prune: bool, spare: bool) -> None:
        """Bring the shards into their final form, once all of them are done.

        Parameters
        ----------
        prune
            Take out what the input of this run did not have, but for
        spare
            what comes from files that were there and could not be read.
        """
        scored = self._scored
        if lost := scored.lost():
            self.tell(f"{lost} articles of damaged shards are not in this input; give it what they came from, too")
        if prune:
            self.pruned = True
            if spare and not self._feed.documents:
                raise InputError("nothing could be read, so nothing is taken out; look at the input")
            if kept := scored.prune(self._feed.reading.unread if spare else ()):
                self.tell(f"articles of files that could not be read this time: {kept}; they stay")
            scored.ledger.place_shards()
        elif absent := scored.ledger.count_absent():
            self.tell(
                f"articles of {scored.where} that this input does not have: {absent}; they stay, --prune takes them out"
            )
        scored.seal()

    def check(self, rejects: RejectLog, articles: int) -> None:
        """Raise ``InputError`` where nothing could be read, or too little."""
        try:
            rejects.check(articles, self._config.max_reject_share)
        except InputError:
            self.refused = True
            raise

    @property
    def remodelled(self) -> bool:
        """Whether another model took the place of the one before, in this run or in one that it goes on with."""
        runs = self._scored.runs()
        if self.rescored or runs:
            return self.rescored > 0 or runs[-1].get("scoring") != self._spec.scoring
        return any(record.summary["drift"] for record in self._scored.ledger.shards())

    def did(self) -> dict[str, Any]:
        """Return what this run did, for the history of the folder."""
        self._spool.close()
        spec = self._spec
        return {
            "model": spec.model,
            "scoring": spec.scoring,
            "articles": self._articles,
            "shards_scored_again": self.rescored,
        }

    def broke_off(self, error: BaseException) -> bool:
        """Close the run that an error ended; return whether nothing of it is worth keeping."""
        with suppress(OSError):  # of a full disk, what was not written yet
            self._spool.close()
        ledger, told = self._scored.ledger, (KeyboardInterrupt, OSError, InputError, sqlite3.Error)
        with suppress(sqlite3.Error):
            ledger.end("stopped")
        try:
            totals = ledger.totals()
        except sqlite3.Error:
            return False
        if totals["shards"] and not self.refused and isinstance(error, told):
            self.tell(f"articles done: {totals['articles']}; they stay, and the same command goes on with the rest")
        return not totals["shards"] and not self._scored.to_read_again


def _carried(spec: Spec) -> Spec:
    """Return the specification with the files of the model in it: other machines have no such folder."""
    folder = spec.folder
    assert folder is not None
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    return replace(spec, folder=None, files=files)
