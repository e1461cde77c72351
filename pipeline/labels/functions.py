"""Labelling functions: a statement in, a label or nothing out.

A labelling function is a plain function with a decorator::

    from pipeline.labels.functions import labelling_function

    @labelling_function
    def speaks_of_spying(statement):
        return "pro-restriction" if "spy" in statement.text else None

It may read any field of ``records.Statement`` but ``label``, which is empty. ``None`` (``ABSTAIN``) is no vote.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.errors import InputError, PipelineError
from pipeline.records import LABELS, Statement, text_hash

Vote = str | None
"""One of ``LABELS``, or ``ABSTAIN``."""

ABSTAIN: Vote = None

Table = Mapping[str, Sequence[Any]]
PredictProba = Callable[[Table], npt.NDArray[np.float64]]

_READ = ("text", "context", "title", "target", "speaker")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LabellingFunction:
    """A function that votes on statements, and its name.

    Parameters
    ----------
    vote
        Statement -> label or ``ABSTAIN``.
    vote_all
        The same for many at once, for what is slow one by one; None calls ``vote`` on each.
    """

    name: str
    vote: Callable[[Statement], Vote]
    vote_all: Callable[[Sequence[Statement]], Sequence[Vote]] | None = None

    def __call__(self, statement: Statement) -> Vote:
        """Return the vote on one statement."""
        return self.vote(statement)


def labelling_function(vote: Callable[[Statement], Vote]) -> LabellingFunction:
    """Return a plain function as a labelling function of its name; used as a decorator.

    Examples
    --------
    >>> @labelling_function
    ... def asks(statement):
    ...     return "neutral" if statement.text.endswith("?”") else ABSTAIN
    >>> asks.name
    'asks'
    """
    return LabellingFunction(vote.__name__, vote)


def model_function(name: str, predict_proba: PredictProba, *, min_probability: float) -> LabellingFunction:
    """Return a stance model as a labelling function: its likeliest label, where it is sure enough of it.

    Parameters
    ----------
    predict_proba
        A table with text, context, title, target, speaker -> probabilities, shape [n, 3], in the order of ``LABELS``.
    min_probability
        It abstains below.
    """

    def vote_all(statements: Sequence[Statement]) -> list[Vote]:
        table = {column: [getattr(statement, column) for statement in statements] for column in _READ}
        y_prob = predict_proba(table)
        return [LABELS[row.argmax()] if row.max() >= min_probability else ABSTAIN for row in y_prob]

    return LabellingFunction(name, lambda statement: vote_all([statement])[0], vote_all)


@dataclass(frozen=True, slots=True)
class Fault:
    """What foreign code raised, as ``KeyError: 'x'``."""

    told: str


def attempt(call: Callable[[], T]) -> T | Fault:
    """Return what foreign code returns, or its fault.

    The one place that catches ``Exception``: the code is the user's, it may raise anything, and one statement that it
    cannot read shall not cost the votes on all the others. ``PipelineError`` passes, for it already tells the user what
    to mend; so does what is no error of the code, such as Ctrl-C.
    """
    try:
        return call()
    except PipelineError:
        raise
    except (Exception, SystemExit) as error:
        return Fault(" ".join(f"{type(error).__name__}: {error}".split()).rstrip(": "))


def load_functions(path: Path) -> list[LabellingFunction]:
    """Return the labelling functions of a Python file, in its order. The file is run: take none from strangers.

    Nothing but the file itself is looked for; its folder is not searched for what it imports.

    Raises
    ------
    InputError
        If it cannot be read, fails when it is run, or defines no labelling function.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file of labelling functions; check the path")
    # Registered, for dataclasses look their own module up; under a name that no other module has.
    name = f"_labelling_functions_{text_hash(str(path.resolve()))}"
    loader = SourceFileLoader(name, str(path))
    module = module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    sys.modules[name] = module
    # Compiled afresh: no cache is written beside the user's file, and none is read.
    fault = attempt(lambda: exec(loader.source_to_code(path.read_bytes(), str(path)), vars(module)))
    if isinstance(fault, Fault):
        del sys.modules[name]
        raise InputError(f"{path}: these labelling functions cannot be loaded ({fault.told}); mend the file")
    found = [value for value in vars(module).values() if isinstance(value, LabellingFunction)]
    if not found:
        raise InputError(f"{path}: holds no labelling function; put @labelling_function before one")
    return list(dict.fromkeys(found))
