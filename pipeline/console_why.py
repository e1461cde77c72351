"""What people see of ``stance why``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.console import note, say, say_quotes, say_table
from pipeline.stages.model_origin import OF_THE_CARD

if TYPE_CHECKING:
    from pipeline.stages.why import Why

_NOT = "not recorded"
_NOT_BY_MODEL = "not recorded by this model"
_TRAINED = {
    "itself": "this very quotation is in the train split",
    "copy": "a copy or near-copy of it is in the train split",
    "no": "neither it nor a near-copy is in the train split",
}


def say_why(why: Why) -> None:
    """Write what is behind a row, part by part; what is missing goes to stderr."""
    told = why.told
    if why.shown is not None:
        say_quotes([why.shown])
        say()
    quote, article, speaker = told["quote"], told["article"], told["speaker"]
    _part("row", {"id": told["row_id"], "quote": quote["text"], **_places(quote), "sentence": _sentence(quote)})
    _part("article", article)
    _part("speaker", {name: speaker[name] for name in speaker if not name.endswith(("start", "end"))})
    for what in ("speaker", "cue"):
        _part("", {f"{what} at": _place(speaker, f"{what}_"), f"{what} in source": _place(speaker, f"raw_{what}_")})
    _part("stance", {"target": told["target"], **told["stance"]})
    _say_model(told["model"], told["training"])
    _say_labels(told)
    for line in told["missing"]:
        note(line)


def _say_model(model: Mapping[str, Any], training: Mapping[str, Any]) -> None:
    card = model["card"] or {}
    calibration = card.get("calibration") or {}
    rest = {name: value for name, value in card.get("training", {}).items() if name not in training}
    _part(
        "model",
        {name: model[name] for name in ("name", "fingerprint", "address", "folder") if model[name] or name != "address"}
        | {"calibration": ", ".join(f"{k} {v}" for k, v in calibration.items() if v not in ([], None)) or None}
        | {f"scored: {name}": value for name, value in model["scored_with"].items()}
        | {"card: classifier": card.get("classifier"), "card: training": rest or None}
        | {f"card: {name}": card.get(name) for name in ("seed", "packages")},
    )
    _part("training", {name: _recorded(name, training, card) for name in training})


def _recorded(name: str, training: Mapping[str, Any], card: Mapping[str, Any]) -> Any:
    """Return a field of the training as people read it; one that only the model could tell says so."""
    value = training[name]
    if value is None and card and name in OF_THE_CARD:
        return _NOT_BY_MODEL
    return ", ".join(f"{path} ({sha256})" for path, sha256 in value.items()) if isinstance(value, dict) else value


def _say_labels(told: Mapping[str, Any]) -> None:
    if told["labels"] is None:
        return
    say("labels of this quotation and target")
    names = ("label", "coder", "coder_type", "split")
    if told["labels"]:
        say_table(names, [[row[name] for name in names] for row in told["labels"]])
    else:
        say("  none")
    say()
    training = told["training"]
    what = "training statements" if training["same_data"] else f"statements of {training['statements']}"
    say(f"most similar {what}: {_TRAINED[told['trained_on']]}")
    columns = ("similarity", "copy", "label", "coder", "target", "text")
    if told["nearest"]:
        say_table(columns, [[row[name] for name in columns] for row in told["nearest"]])
    else:
        say("  none has a word in common")


def _part(title: str, values: Mapping[str, Any]) -> None:
    if title:
        say(title)
    for name, value in values.items():
        shown = _NOT if value is None or value == "" else " ".join(str(value).split())
        say(f"  {name:<22}{shown}")


def _place(row: Mapping[str, Any], prefix: str) -> str | None:
    start, end = row[f"{prefix}start"], row[f"{prefix}end"]
    return None if start is None else f"{start}-{end}"


def _places(quote: Mapping[str, Any]) -> dict[str, str | None]:
    return {"at": _place(quote, ""), "in source": _place(quote, "raw_"), "kind": quote["kind"]}


def _sentence(quote: Mapping[str, Any]) -> str | None:
    sentence = quote["sentence"]
    return sentence and f"{_place(sentence, '')} (in source {_place(sentence, 'raw_') or _NOT}): {sentence['text']}"
