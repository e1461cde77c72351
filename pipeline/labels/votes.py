"""The votes of labelling functions on statements, and how good each function is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pipeline.errors import LabelError
from pipeline.labels.functions import ABSTAIN, Fault, LabellingFunction, Vote, attempt
from pipeline.labels.label_model import NO_VOTE, Labels, VoteMatrix
from pipeline.records import LABELS, Statement


@dataclass(frozen=True, slots=True)
class Votes:
    """What functions said of statements.

    Parameters
    ----------
    names
        Of the functions, [m].
    matrix
        Indices of labels, shape [n, m]; ``NO_VOTE`` where a function abstained.
    faults
        How often each function raised or gave no label of the codebook, [m]; it abstained there.
    """

    names: tuple[str, ...]
    matrix: VoteMatrix
    faults: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """One function over the statements it was asked about; shares are in [0, 1], of all statements.

    Parameters
    ----------
    labels
        Those that it voted for.
    coverage
        Share that it voted on.
    overlap
        Share that it and another function voted on.
    conflict
        Share that it and another function voted on differently.
    faults
        How often it failed.
    gold
        How many statements with a gold label it voted on.
    accuracy
        Share of those where its vote is the gold label; None where there are none.
    """

    name: str
    labels: tuple[str, ...]
    coverage: float
    overlap: float
    conflict: float
    faults: int
    gold: int
    accuracy: float | None


def apply(functions: Sequence[LabellingFunction], statements: Sequence[Statement], *, max_faults: float) -> Votes:
    """Return the votes of the functions on the statements.

    Parameters
    ----------
    max_faults
        Largest share of the statements, in [0, 1], on which a function may fail.

    Raises
    ------
    LabelError
        If two functions have one name, or one failed on more statements; names it, and its first fault.
    """
    names = tuple(function.name for function in functions)
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise LabelError(f"two labelling functions are called {twice!r}; rename one")
    columns = [list(_column(function, statements)) for function in functions]
    faults = [[(s, cell) for s, cell in zip(statements, column, strict=True) if isinstance(cell, Fault)]
              for column in columns]  # fmt: skip
    for name, found in zip(names, faults, strict=True):
        if len(found) > max_faults * len(statements):
            statement, fault = found[0]
            raise LabelError(
                f"labelling function {name} failed on {len(found)} of {len(statements)} statements, first on "
                f"{statement.statement_id} ({fault.told}); mend it, or raise weak.max_faults={max_faults:g}"
            )
    cells = [[NO_VOTE if isinstance(cell, Fault) else cell for cell in column] for column in columns]
    matrix = np.array(cells, dtype=np.int8).reshape(len(functions), len(statements)).T
    return Votes(names, matrix, tuple(map(len, faults)))


def _column(function: LabellingFunction, statements: Sequence[Statement]) -> Iterator[int | Fault]:
    """Yield a function's votes; what fails on all at once is asked one by one, so that the fault has its statement."""
    many = function.vote_all
    if many is not None:
        votes = attempt(lambda: [_encoded(vote) for vote in many(statements)])
        if not isinstance(votes, Fault) and len(votes) == len(statements):
            yield from votes
            return
    for statement in statements:
        yield attempt(partial(_voted, function, statement))


def _voted(function: LabellingFunction, statement: Statement) -> int:
    return _encoded(function(statement))


def _encoded(vote: Vote) -> int:
    if vote is ABSTAIN:
        return NO_VOTE
    if vote not in LABELS:
        raise ValueError(f"{vote!r} is no label; return {', '.join(LABELS)} or None")
    return LABELS.index(vote)


def report(votes: Votes, gold: Labels) -> list[FunctionReport]:
    """Return the table of the functions, in their order.

    Parameters
    ----------
    gold
        The label of each statement, [n]; ``NO_VOTE`` where no coder has given one.
    """
    voted = votes.matrix != NO_VOTE
    others = voted.sum(axis=1, keepdims=True) - voted
    differing = others - (_agreeing(votes.matrix) - voted)
    right = (votes.matrix == gold[:, None]) & voted
    checked = voted & (gold[:, None] != NO_VOTE)
    n = max(len(voted), 1)
    return [
        FunctionReport(
            name=name,
            labels=tuple(LABELS[label] for label in sorted(set(votes.matrix[voted[:, j], j].tolist()))),
            coverage=float(voted[:, j].sum() / n),
            overlap=float((voted & (others > 0))[:, j].sum() / n),
            conflict=float((voted & (differing > 0))[:, j].sum() / n),
            faults=votes.faults[j],
            gold=int(checked[:, j].sum()),
            accuracy=float(right[:, j].sum() / checked[:, j].sum()) if checked[:, j].any() else None,
        )
        for j, name in enumerate(votes.names)
    ]


def _agreeing(matrix: VoteMatrix) -> npt.NDArray[np.int64]:
    """Return how many functions voted as each did, itself counted, shape [n, m]; 0 where it abstained."""
    same = [(matrix == label) * (matrix == label).sum(axis=1, keepdims=True) for label in range(len(LABELS))]
    return np.asarray(np.sum(same, axis=0, dtype=np.int64))
