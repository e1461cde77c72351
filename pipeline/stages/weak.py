"""Functions vote on quotations that no coder has looked at, and a label model decides.

Nothing here asks a function about a statement of dev or test, so that no function is written to fit them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import stance
from pipeline.config import LabelConfig, load_train_config
from pipeline.config_files import model_folders
from pipeline.errors import ConfigError
from pipeline.labels import votes as voting
from pipeline.labels.builtin import BUILTIN
from pipeline.labels.functions import LabellingFunction, PredictProba, load_functions, model_function
from pipeline.labels.label_model import LABEL_MODELS, NO_VOTE, DawidSkene, LabelModel, decided
from pipeline.labels.splits import near_duplicate_pairs
from pipeline.labels.unlabelled import Unlabelled, free_for_training
from pipeline.labels.votes import Votes
from pipeline.records import LABELS, Statement
from pipeline.stages.gain import gain
from pipeline.weak_config import ModelVoter, WeakConfig

VOTE_COLUMNS = ("statement_id", "target", "coder", "coder_type", "label")
"""Of the table of votes: one row a vote, the function as coder."""


@dataclass(frozen=True, slots=True)
class WeakPart:
    """What weak labels add to the gold.

    Parameters
    ----------
    statements
        With weak labels, all in train.
    left_out
        How many have none, or may not be trained on, by reason.
    counts
        For the manifest.
    report
        For the report.
    votes
        Rows with ``VOTE_COLUMNS``; None where no function was asked.
    """

    statements: tuple[Statement, ...]
    left_out: dict[str, int]
    counts: dict[str, int]
    report: dict[str, Any]
    votes: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class WeakLabels:
    """What labelling functions came to.

    Parameters
    ----------
    statements
        Those that got a label.
    votes
        Rows with ``VOTE_COLUMNS``.
    unlabelled
        How many statements got no label, by reason.
    functions
        The table of the functions.
    """

    statements: tuple[Statement, ...]
    votes: list[dict[str, Any]]
    unlabelled: dict[str, int]
    functions: list[voting.FunctionReport]


def weak_part(
    config: LabelConfig, coded: Sequence[Statement], given: Sequence[Statement], found: Unlabelled | None
) -> WeakPart:
    """Return the statements that may stand in train beside what was coded: with weak labels, and from public data.

    Parameters
    ----------
    coded
        What coders have labelled, with splits.
    given
        Statements with weak labels that the gold file holds, and those of public data sets.
    found
        What no coder has looked at, for functions to label; None asks none.
    """
    if found is None and not given:
        return WeakPart((), {}, {}, {}, None)
    others = [*given, *(found.statements if found else ())]
    pairs = near_duplicate_pairs(
        [*coded, *others], threshold=config.leakage.threshold, min_words=config.leakage.min_words
    )
    free, kept_out = free_for_training(coded, others, pairs)
    usable = [replace(others[index], split="train") for index in free]
    kept = tuple(statement for statement in usable if statement.label)
    if found is None:
        return WeakPart(kept, _named(kept_out), _counts(kept), {}, None)
    train = [statement for statement in coded if statement.split == "train"]
    asked = [statement for statement in usable if not statement.label]
    labelled = label_weakly(config.weak, train, asked)
    statements = (*kept, *labelled.statements)
    left_out = found.left_out | kept_out | labelled.unlabelled
    told = {
        "label_model": config.weak.label_model,
        "asked": len(asked),
        "labelled": {label: sum(s.label == label for s in labelled.statements) for label in LABELS},
        "left_out": left_out,
        "functions": [asdict(function) for function in labelled.functions],
        "dev": gain(config.weak.compare, [*coded, *_public(kept)], _weak(statements), seed=config.seed),
    }
    return WeakPart(statements, _named(left_out), _counts(statements), {"weak": told}, labelled.votes)


def _weak(statements: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in statements if statement.coder_type == "weak"]


def _public(statements: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in statements if statement.coder_type != "weak"]


def _counts(statements: Sequence[Statement]) -> dict[str, int]:
    public = len(_public(statements))
    return {"weak": len(statements) - public} | ({"public": public} if public else {})


def _named(left_out: Mapping[str, int]) -> dict[str, int]:
    return {f"weak-{reason}": n for reason, n in left_out.items() if n}


def label_weakly(config: WeakConfig, coded: Sequence[Statement], asked: Sequence[Statement]) -> WeakLabels:
    """Return the statements that functions agree on well enough.

    Parameters
    ----------
    coded
        Statements of train with their gold labels: from them the label model learns how good each function is, too.
    asked
        Statements without a label that may be trained on.

    Raises
    ------
    ConfigError
        If no function is left, or one that shall not vote is not there.
    InputError
        If a file of functions cannot be used.
    LabelError
        If a function fails too often, or two have one name.
    ModelError
        If a model that votes cannot be loaded.
    """
    # Functions do not see what coders said.
    statements = [*(replace(s, label=None, coder=None, coder_type=None) for s in coded), *asked]
    votes = voting.apply(voters(config), statements, max_faults=config.max_faults)
    known = np.array([*(LABELS.index(s.label or "") for s in coded), *(NO_VOTE for _ in asked)], dtype=np.int8)
    model = _label_model(config).fit(votes.matrix, known)
    y_prob = model.predict_proba(votes.matrix)[len(coded) :]
    chosen = decided(y_prob, config.min_posterior)
    silent = int(np.isnan(y_prob[:, 0]).sum())
    return WeakLabels(
        statements=tuple(
            replace(statement, label=LABELS[label], coder=model.name, coder_type="weak", posterior=float(row[label]))
            for statement, label, row in zip(asked, chosen, y_prob, strict=True)
            if label != NO_VOTE
        ),
        votes=_vote_rows(votes, statements),
        unlabelled={"no-vote": silent, "unsure": int((chosen == NO_VOTE).sum()) - silent},
        functions=voting.report(votes, known),
    )


def voters(config: WeakConfig) -> list[LabellingFunction]:
    """Return the configured functions: those that come along, the user's, and models."""
    found = [*(BUILTIN if config.builtin else ()), *(f for path in config.functions for f in load_functions(path))]
    found += [
        model_function(name, _predict_proba(voter), min_probability=voter.min_probability)
        for name, voter in config.models.items()
    ]
    names = {function.name for function in found}
    if unknown := [name for name in config.without if name not in names]:
        raise ConfigError(
            f"weak.without: no labelling function is called {unknown[0]!r}; there are: {', '.join(sorted(names))}"
        )
    kept = [function for function in found if function.name not in config.without]
    if not kept:
        raise ConfigError("weak: no labelling function is left to vote; set weak.builtin=true, or name a file of yours")
    return kept


def _predict_proba(voter: ModelVoter) -> PredictProba:
    """Return what gives the probabilities of a saved model, or of one that needs no training."""
    for folder in (Path(voter.model), *model_folders(voter.model)):
        if folder.is_dir():
            return stance.load(folder).predict_proba
    settings = load_train_config(model=voter.model)
    classifier = stance.build(settings.model.classifier, settings.options(), seed=settings.seed)
    if getattr(classifier, "learns", True):
        raise ConfigError(f"weak.models: {voter.model} has to be trained before it can vote; name its folder instead")
    return classifier.fit({"text": []}, []).predict_proba


def _label_model(config: WeakConfig) -> LabelModel:
    if config.label_model == DawidSkene.name:
        return DawidSkene(priors=config.priors)
    return LABEL_MODELS[config.label_model]()


def _vote_rows(votes: Votes, statements: Sequence[Statement]) -> list[dict[str, Any]]:
    return [
        dict(zip(VOTE_COLUMNS, (s.statement_id, s.target, votes.names[j], "weak", LABELS[row[j]]), strict=True))
        for s, row in zip(statements, votes.matrix, strict=True)
        for j in np.flatnonzero(row != NO_VOTE)
    ]
