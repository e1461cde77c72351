"""Executors map a function over tasks: in this process, on processes of this machine, or on a Ray cluster.

A task that ends its process is an outcome with a fault, and nothing else is lost by it. What to do about a fault is
the caller's decision: who hands the task in again gets another outcome for it.

Examples
--------
>>> from functools import partial
>>> from operator import methodcaller
>>> tasks = iter(["some", "words"])
>>> with open_executor("inline", partial(methodcaller, "upper"), workers=1) as executor:
...     [outcome.value for outcome in executor.run(lambda: next(tasks, None))]
['SOME', 'WORDS']
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from pipeline.errors import ConfigError
from pipeline.executors.base import Executor, Outcome, Start, Take, Work

__all__ = ["EXECUTORS", "Executor", "Outcome", "Start", "Take", "Work", "open_executor"]

EXECUTORS: Mapping[str, str] = {
    "inline": "pipeline.executors.inline:InlineExecutor",
    "local": "pipeline.executors.local:LocalExecutor",
    "ray": "pipeline.executors.cluster:RayExecutor",
}
"""Name -> ``module:Class``. Only this table names classes: a configuration cannot."""


def open_executor(name: str, start: Start, *, workers: int, address: str | None = None) -> Executor:
    """Return an executor, to be used in a ``with`` block; workers start with the first task and end with the block.

    Parameters
    ----------
    name
        A key of ``EXECUTORS``.
    start
        Called once in each worker; returns the function that does the work there. It has to pickle (a
        ``functools.partial`` of a module's function does), and its module has to be importable in the workers.
    workers
        How many tasks are done at a time; ``inline`` does one.
    address
        Of the Ray cluster to join; None starts Ray on this machine.

    Raises
    ------
    ConfigError
        If no executor has that name, there are no workers, or an executor without cluster is given an address.
    ExecutorError
        If a package that it needs is not installed.
    """
    if name not in EXECUTORS:
        raise ConfigError(f"no executor is called {name!r}; there are: {', '.join(sorted(EXECUTORS))}")
    if workers < 1:
        raise ConfigError(f"{workers} workers do nothing; give 1 or more")
    if address is not None and name != "ray":
        raise ConfigError(f"the executor {name!r} has no address; leave it out, or use ray")
    module, _, kind = EXECUTORS[name].partition(":")
    options = {"address": address} if name == "ray" else {}
    executor: Executor = getattr(import_module(module), kind)(start, workers=workers, **options)
    return executor
