"""Faults that are planted into a process that scores: the product knows nothing of them.

A plan says what is to happen: ``log`` (a file that gets a line for every shard that a worker has done), ``slow``
(seconds that a shard takes longer), ``poison`` (a ``word`` on which ``reading`` or ``stance`` does what ``how`` says),
``clock`` (seconds by which the driver's clock is set ``back`` after so many ``looks`` at it), ``kill_at`` (the driver
is killed before its so many-th change to the world outside), ``count`` (a file that gets the number of these).
"""

import importlib.util
import io
import json
import os
import signal
import sqlite3
import sys
import time

READING, WORK, STANCE = "pipeline.stages.extraction", "pipeline.stages.shard_work", "pipeline.stages.scorer"
TO_FILES = {"open", "mkdir", "rmdir", "unlink", "remove", "rename", "replace", "chmod", "write", "close", "ftruncate"}
TO_STREAMS = {"write", "writelines", "close", "truncate"}
TO_DATABASES = {"execute", "executemany", "executescript", "close"}


def plant(plan):
    """Make the plan come true in this process; return what counts its moments, if something does."""
    worker = "--multiprocessing-fork" in sys.orig_argv
    after = {}
    if "log" in plan or "slow" in plan:
        after[WORK] = lambda module: _watch(module.ShardWorker, plan)
    if poison := plan.get("poison"):
        name = READING if poison["where"] == "reading" else STANCE
        after[name] = _poisoned_reading(poison) if name == READING else _poisoned_stance(poison)
    for name in [name for name in after if name in sys.modules]:
        after.pop(name)(sys.modules[name])
    if after:
        sys.meta_path.insert(0, _Patcher(after))
    if "clock" in plan and not worker:
        _set_back(**plan["clock"])
    if "kill_at" in plan or "count" in plan:
        moments = _Moments(plan.get("kill_at"), plan.get("count"))
        moments.begin()
        return moments
    return None


class _Patcher:
    """Changes modules right after they are imported."""

    def __init__(self, after):
        self.after = after

    def find_spec(self, name, path=None, target=None):
        if name not in self.after:
            return None
        change = self.after.pop(name)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            change(module)

        spec.loader.exec_module = exec_module
        return spec


def _watch(kind, plan):
    work = kind.__call__

    def watched(self, task):
        time.sleep(plan.get("slow", 0))
        done = work(self, task)
        if done is not None and "log" in plan:
            line = {"shard": task.shard, "again": task.old is not None, "pid": os.getpid()}
            line["sources"] = [document.source for document in task.documents]
            with open(plan["log"], "a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
        return done

    kind.__call__ = watched


def _act(how):
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hang":
        time.sleep(3600)
    if how == "memory":
        raise MemoryError
    raise RuntimeError("poisoned")


def _poisoned_reading(poison):
    def change(module):
        articles = module.Extractor.articles

        def poisoned(self, document, *rest):
            if poison["word"] in document.text:
                _act(poison["how"])
            yield from articles(self, document, *rest)

        module.Extractor.articles = poisoned

    return change


def _poisoned_stance(poison):
    def change(module):
        score = module.Scorer.score

        def poisoned(self, rows, *rest):
            if any(poison["word"] in str(value) for row in rows for value in row.values()):
                _act(poison["how"])
            return score(self, rows, *rest)

        module.Scorer.score = poisoned

    return change


def _set_back(looks, back):
    now, seen = time.time, []

    def changed():
        seen.append(1)
        return now() - (back if len(seen) > looks else 0)

    time.time = changed


class _Moments:
    """Counts what this process does to files and databases; each is a moment to be killed at."""

    def __init__(self, kill_at, count):
        self.kill_at, self.count, self.seen = kill_at, count, 0

    def begin(self):
        sys.setprofile(self.look)

    def look(self, frame, event, called):
        if event != "c_call":
            return
        name, owner = called.__name__, getattr(called, "__self__", None)
        if (
            (name in TO_DATABASES and isinstance(owner, (sqlite3.Connection, sqlite3.Cursor)))
            or (name in TO_STREAMS and isinstance(owner, io.IOBase))
            or (name in TO_FILES and getattr(called, "__module__", None) in ("posix", "io", "_io"))
        ):
            self.seen += 1
            if self.seen == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def end(self):
        sys.setprofile(None)
        if self.count:
            with open(self.count, "w", encoding="utf-8") as file:
                file.write(str(self.seen))
