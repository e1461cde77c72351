"""Trained models as folders of plain files, checked byte by byte before anything in them is opened.

::

    models/default/
    ├── bundle.json       format, classifier, options, calibration, thresholds, labels, training data, versions, seed
    ├── weights.npz …     the classifier's own files: arrays and JSON, never a pickle
    ├── members/NAME/ …   of an ensemble: bundles like this one, files of this one all the same
    ├── README.md, NOTICE for people, where there are any: never opened, free to change, kept when the model is replaced
    └── MANIFEST.sha256   one line a file, sub-folders included, as ``sha256sum`` writes and checks it

The manifest tells a damaged folder from a whole one. It does not tell who made it: take bundles from people you trust.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from pipeline.errors import InputError, ModelError
from pipeline.files import sha256_file, sha256_text, write_json, write_text
from pipeline.records import LABELS
from pipeline.stance.base import COLUMNS, Probabilities, StanceClassifier, StatementTable
from pipeline.stance.calibration import Calibration, Method, fit_calibration
from pipeline.stance.conformal import Conformal, Score, fit_conformal

FORMAT = 1
"""Version of the bundle's layout; a reader refuses any other."""

MANIFEST = "MANIFEST.sha256"
DOCUMENTS = ("README.md", "NOTICE")
"""What may lie in a bundle without being a part of it."""
_CARD = "bundle.json"
_NAME = r"(?!\.{1,2}(?:/|$))[^/\\\0\n]+"  # of a file or folder; neither "." nor ".."
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_NAME}(?:/{_NAME})*)")


@dataclass(frozen=True, slots=True)
class StanceModel:
    """A fitted classifier with its calibration: what is saved, loaded, scored with and served.

    Parameters
    ----------
    options
        Keyword arguments that built the classifier.
    training
        What is known of the training data: ``sha256`` and counts.
    thresholds
        Confidences below which to abstain, by name (``coverage_0.8``), chosen on held-out statements.
    conformal
        How probabilities become sets of labels; None where it makes none.
    """

    classifier: StanceClassifier
    calibration: Calibration
    options: Mapping[str, Any]
    training: Mapping[str, Any]
    seed: int
    thresholds: Mapping[str, float] = field(default_factory=dict)
    conformal: Conformal | None = None

    @property
    def name(self) -> str:
        """The classifier's key in the table of classifiers."""
        return self.classifier.name

    @property
    def classes_(self) -> tuple[str, ...]:
        """The labels, in the order of the probability columns."""
        return self.classifier.classes_

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return calibrated probabilities, shape [n, 3], columns in the order of ``classes_``."""
        return self.calibration.apply(self.classifier.predict_proba(table))

    def calibrated(self, table: StatementTable, y: Sequence[str], *, method: Method) -> Self:
        """Return this model calibrated on held-out statements; what rested on another calibration is dropped."""
        calibration = fit_calibration(self.classifier.predict_proba(table), y, method=method)
        return replace(self, calibration=calibration, thresholds={}, conformal=None)

    def conformalized(self, table: StatementTable, y: Sequence[str], *, method: Score, level: float) -> Self:
        """Return this model with sets of labels, calibrated on statements that nothing else was fitted on."""
        sets = fit_conformal(self.predict_proba(table), y, method=method, level=level, seed=self.seed)
        return replace(self, conformal=sets)

    def params(self) -> dict[str, Any]:
        """Return what the model was made with, for a run's parameters: ``model.c``, ``seed`` … once flattened."""
        made = {"classifier": self.name, "calibration": self.calibration.method, **_brief(self.options)}
        return {"model": made, "seed": self.seed}

    def requirements(self) -> tuple[str, ...]:
        """Return ``name==version`` of the distributions that scoring needs."""
        return tuple(f"{name}=={version(name)}" for name in self.classifier.requirements)

    def card(self) -> dict[str, Any]:
        """Return what ``bundle.json`` holds."""
        return {
            "format": FORMAT,
            "classifier": self.name,
            "options": dict(self.options),
            "calibration": self.calibration.as_dict(),
            "thresholds": dict(self.thresholds),
            "conformal": self.conformal.as_dict() if self.conformal else None,
            "labels": list(self.classes_),
            "columns": list(COLUMNS),
            "training": dict(self.training),
            "packages": {name: version(name) for name in self.classifier.requirements},
            "seed": self.seed,
        }


def _brief(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with the SHA-256 of the topics in their place: all of them would be hundreds of parameters."""
    brief = {name: _brief(value) if isinstance(value, Mapping) else value for name, value in options.items()}
    if "topics" in options:
        brief["topics"] = sha256_text(json.dumps(options["topics"], sort_keys=True)) if options["topics"] else None
    return brief


def save(model: StanceModel, folder: Path) -> None:
    """Write a bundle, whole or not at all; an older bundle of that name is replaced.

    Raises
    ------
    ModelError
        If the name is taken by something that is no bundle.
    InputError
        If the place cannot be written to.
    """
    folder = Path(folder)
    if folder.exists() and not _may_be_replaced(folder):
        raise ModelError(f"{folder}: is there already and is no model bundle; move it away or choose another name")
    with _fresh_folder(folder) as fresh:
        write_json(fresh / _CARD, model.card())
        model.classifier.save(fresh)
        lines = [f"{sha256_file(path)}  {name}\n" for name, path in sorted(_contents(fresh).items())]
        write_text(fresh / MANIFEST, "".join(lines))


def _may_be_replaced(folder: Path) -> bool:
    """Return whether a place holds a bundle, or nothing but what may stand beside one and is kept."""
    if not folder.is_dir():
        return False
    return (folder / MANIFEST).is_file() or all(path.name in DOCUMENTS for path in folder.iterdir())


def is_name(text: str) -> bool:
    """Return whether a bundle may hold a file or folder of this name."""
    return re.fullmatch(_NAME, text) is not None


@contextmanager
def _fresh_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside ``folder``; it takes its place when the block ends well, else it vanishes."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as work:
            fresh = Path(work) / "new"
            fresh.mkdir()
            yield fresh
            for document in filter(Path.is_file, (folder / name for name in DOCUMENTS)):
                shutil.copyfile(document, fresh / document.name)
            _swap(fresh, folder, aside=Path(work) / "old")
    except OSError as error:
        raise InputError(f"{folder}: cannot write here ({error.strerror or error}); choose another folder") from error


def _swap(fresh: Path, folder: Path, *, aside: Path) -> None:
    """Put ``fresh`` in the place of ``folder``, or leave that as it was."""
    if not folder.exists():
        fresh.replace(folder)
        return
    folder.replace(aside)
    try:
        fresh.replace(folder)
    except OSError:
        aside.replace(folder)
        raise


def check(folder: Path) -> None:
    """Raise ``ModelError`` unless the folder holds exactly the files of its manifest, byte by byte."""
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        raise _no_bundle(folder)
    expected, found = _read_manifest(folder), _contents(folder)
    for name in sorted(expected.keys() ^ found.keys()):
        fault = "is missing" if name in expected else "does not belong to it"
        raise ModelError(f"{folder}: damaged model bundle, {name} {fault}; train or copy it again")
    for name, path in sorted(found.items()):
        if path.is_symlink() or not path.is_file() or sha256_file(path) != expected[name]:
            raise ModelError(f"{folder}: damaged model bundle, {name} has changed since it was saved; copy it again")


def _contents(folder: Path) -> dict[str, Path]:
    """Return what lies in a folder, by relative path: files, links, and folders without any.

    Its own manifest and documents do not count. Links are not followed, so that nothing outside the folder is ever
    part of it.
    """
    found: dict[str, Path] = {}
    for parent, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        bare = [] if folders or files or parent == str(folder) else [""]
        for name in (*files, *links, *bare):
            path = Path(parent) / name
            found[path.relative_to(folder).as_posix()] = path
    for name in (MANIFEST, *DOCUMENTS):
        found.pop(name, None)
    return found


def _no_bundle(folder: Path) -> ModelError:
    why = f"{MANIFEST} is missing" if Path(folder).is_dir() else "there is no such folder"
    return ModelError(f"{folder}: no model bundle here ({why}); train one or check the path")


def _read_manifest(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8", errors="strict").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{folder / MANIFEST}: cannot be read ({error}); copy the bundle again") from error
    matches = [_LINE.fullmatch(line) for line in lines[:-1]]
    entries = {match[2]: match[1] for match in matches if match}
    if lines[-1] or len(entries) != len(lines) - 1 or _CARD not in entries:
        raise ModelError(f"{folder}: damaged model bundle, {MANIFEST} has changed since it was saved; copy it again")
    return entries


def read_card(folder: Path) -> dict[str, Any]:
    """Return a checked bundle's ``bundle.json``: classifier, options, calibration, training data, versions, seed.

    Raises
    ------
    ModelError
        If the folder is no bundle, was changed, or is of another format.
    """
    check(folder)
    try:
        card = json.loads((Path(folder) / _CARD).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{folder}: {_CARD} is not valid JSON ({error}); train the model again") from error
    found = card.get("format") if isinstance(card, dict) else None
    if found != FORMAT:
        raise ModelError(f"{folder}: bundle format {found!r}, this version reads {FORMAT}; train the model again")
    if tuple(card.get("labels", ())) != LABELS:
        raise ModelError(f"{folder}: labels {card.get('labels')} are not the codebook's; train the model again")
    return dict(card)


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 of a bundle's manifest: the same for the same bytes, wherever the folder lies."""
    path = Path(folder) / MANIFEST
    if not path.is_file():
        raise _no_bundle(folder)
    return sha256_file(path)
