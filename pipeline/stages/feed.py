"""What workers get to do: shards of what is new, shards to be scored again, and once more what ended a worker."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from pipeline.articles.readers import gather
from pipeline.articles.sources import Reading, ReadOptions
from pipeline.errors import ExecutorError
from pipeline.ledger import Ledger
from pipeline.records import Document, Page, Reject
from pipeline.stages.identities import repeated
from pipeline.stages.shard_work import Done, Task
from pipeline.stages.shards import Item, cut, digest_of

_TRIES = 2
"""So often a shard may end its worker before its documents are tried one by one, and each of them then."""
_ALL_FAIL = 3
"""Shards in a row of which nothing could be worked through, before something else than the articles must be wrong."""
_HELD = 64
"""Shards held back at most."""
_SLOW = "took longer"


@dataclass(frozen=True, slots=True)
class Input:
    """What is read.

    Parameters
    ----------
    redo
        Digests of documents that are done, and to be done again.
    """

    paths: Sequence[str]
    options: ReadOptions
    reject: Callable[[Reject], None]
    size: int
    redo: Collection[str] = ()


class _Trial:
    """Documents of a shard, each tried alone, since one of them may be what ends workers."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.waiting = dict.fromkeys(range(len(task.documents)), 0)
        self.failed: dict[int, tuple[str, str]] = {}

    def probe(self, place: int) -> Task:
        """Return the task of one document alone."""
        task = self.task
        return replace(
            task, documents=task.documents[place : place + 1], digests=task.digests[place : place + 1], probe=place
        )


class Feed:
    """Gives tasks, and decides what becomes of those that failed.

    Parameters
    ----------
    again
        Gives the shards that are scored again, one task at a time.
    """

    def __init__(self, given: Input, ledger: Ledger, again: Iterator[Task]) -> None:
        self.reading = Reading()
        self.unfinished: list[str] = []
        self._given, self._ledger = given, ledger
        self._waiting: deque[Task] = deque()
        self._trials: dict[str, _Trial] = {}
        self._digest = hashlib.sha256()
        self.held: list[tuple[Task, Done]] = []
        """Shards of which nothing could be worked through; to be kept if others can be, or nothing comes any more."""
        self.passed_over = self.documents = 0
        self._tasks = chain(again, self._new())

    @property
    def digest(self) -> str:
        """Hash of all documents that were read."""
        return self._digest.hexdigest()

    def take(self) -> Task | None:
        """Return the next task; None where there is none now."""
        return self._waiting.popleft() if self._waiting else next(self._tasks, None)

    def _new(self) -> Iterator[Task]:
        generation = self._ledger.generation
        for shard in cut(self._items(), self._given.size):
            first, last = shard.items[0], shard.items[-1]
            yield Task(
                shard.name, generation, first.position, tuple(item.document for item in shard.items),
                tuple(item.digest for item in shard.items), read=last.read,
            )  # fmt: skip

    def _items(self) -> Iterator[Item]:
        given = self._given
        found = gather(given.paths, given.options, given.reject, self.reading)
        for position, document in enumerate(found):
            self.documents += 1
            digest = digest_of(document)
            self._digest.update(digest.encode())
            seen = self._ledger.see(digest, position, redo=digest in given.redo)
            if seen == "again":
                given.reject(_repeated(document))
            elif seen == "known":
                self.passed_over = self.reading.done
            else:
                yield Item(digest, document, position, self.reading.done)

    def done(self, task: Task, done: Done | None) -> list[tuple[Task, Done]]:
        """Take note of a task that is done; return what is to be kept by now."""
        if task.probe is not None:
            self._tried(task, None)
        if done is None:
            return []
        self.held.append((task, done))
        if task.old is None and 0 < len(done.facts.items) == done.facts.failed:
            # A fault of the program's, perhaps: to be mended, and not to be kept. One article alone may well fail.
            if sum(len(lost.facts.items) > 1 for _, lost in self.held) >= _ALL_FAIL:
                why = done.facts.rejects[0]["message"]
                raise ExecutorError(
                    f"nothing of {_ALL_FAIL} shards in a row could be worked through ({why}); mend that first"
                )
            if len(self.held) < _HELD:
                return []
        kept, self.held = self.held, []
        return kept

    def give(self, task: Task) -> None:
        """Hand a task in."""
        self._waiting.append(task)

    def failed(self, task: Task, fault: str) -> None:
        """Hand a task in again that has no value, or try its documents one by one, or give them up."""
        if task.probe is not None:
            self._tried(task, fault)
        elif task.tries + 1 < _TRIES:
            self._waiting.append(replace(task, tries=task.tries + 1))
        elif task.old is not None:
            self.unfinished.append(f"{task.shard}: {fault}")
        elif task.tries + 1 == _TRIES and len(task.documents) > 1:
            trial = self._trials[task.shard] = _Trial(task)
            self._waiting.extend(trial.probe(place) for place in trial.waiting)
        elif len(task.failed) == len(task.documents):  # nothing was left to be done, and yet
            raise ExecutorError(f"workers end whatever they do ({fault}); mend that first: what is done stays")
        else:
            every = dict.fromkeys(range(len(task.documents)), _failure(fault))
            self._waiting.append(replace(task, tries=task.tries + 1, failed=every))

    def _tried(self, task: Task, fault: str | None) -> None:
        trial = self._trials[task.shard]
        place = task.probe or 0
        if fault is not None and trial.waiting[place] + 1 < _TRIES:
            trial.waiting[place] += 1
            self._waiting.append(trial.probe(place))
            return
        if fault is not None:
            trial.failed[place] = _failure(fault)
        del trial.waiting[place]
        if not trial.waiting:
            del self._trials[task.shard]
            self._waiting.append(replace(trial.task, tries=_TRIES, failed=trial.failed))


def _failure(fault: str) -> tuple[str, str]:
    return ("too-slow" if _SLOW in fault else "crashed"), fault


def _repeated(document: Document | Page) -> Reject:
    error = repeated()
    position = document.record_id if isinstance(document, Document) else None
    return Reject(document.where or document.source, position, error.reason, str(error), document.text[:2000])
