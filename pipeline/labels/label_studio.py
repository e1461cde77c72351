"""Units of coding as tasks of Label Studio, with the labelling configuration that asks for their codings.

The form is that of https://labelstud.io/guide/task_format, checked against a server of version 1.23.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.labels.gold import Gold
from pipeline.labels.units import Unit
from pipeline.records import LABELS

NO_STATEMENT = "no statement"
UNCLEAR = "unclear"

CHOICES = (*LABELS, NO_STATEMENT)
"""Answers to the question ``label``."""
_CONFIG = """\
<View>
  <Header value="$question" size="4"/>
  <Header value="$about" size="5"/>
  <HyperText name="context" value="$html"/>
  <Choices name="label" toName="context" choice="single-radio" showInline="true" required="true">
{choices}
  </Choices>
  <Choices name="ambiguous" toName="context" choice="multiple" showInline="true">
    <Choice value="{unclear}" hotkey="{next_key}" hint="Careful coders could differ."/>
  </Choices>
  <TextArea name="note" toName="context" placeholder="Note" rows="2" editable="true" maxSubmissions="1"/>
</View>
"""


def config_xml() -> str:
    """Return the labelling configuration: a key for each label of the codebook, for no statement and for unclear."""
    choices = [f'    <Choice value={quoteattr(name)} hotkey="{key}"/>' for key, name in enumerate(CHOICES, start=1)]
    return _CONFIG.format(choices="\n".join(choices), unclear=UNCLEAR, next_key=len(choices) + 1)


def tasks_of(units: Iterable[Unit]) -> list[dict[str, Any]]:
    """Return one task a unit; labels that it has already, and what a model predicts, are its predictions."""
    return [{"data": _data(unit), "predictions": [*_coded(unit), *_predicted(unit)]} for unit in units]


def _data(unit: Unit) -> dict[str, Any]:
    spot = unit.place
    about = (unit.named, unit.title, unit.outlet, unit.published)
    return {
        "statement_id": spot.statement_id,
        "target": unit.target or None,
        "quote": unit.quote,
        "speaker": unit.named,
        "kind": unit.coded[0].kind if unit.coded else spot.kind,
        "source": spot.source,
        "sha256": spot.sha256,
        "start": spot.start,
        "end": spot.end,
        "question": f"Toward restricting: {unit.target}" if unit.target else "",
        "about": " · ".join(part for part in about if part),
        "html": _html(unit),
    }


def _html(unit: Unit) -> str:
    """Return the context with the quotation marked."""
    start, end = unit.marked
    parts = (unit.context[:start], unit.context[start:end], unit.context[end:])
    before, quote, after = (html.escape(part).replace("\n", "<br>") for part in parts)
    return f"<p>{before}<mark>{quote}</mark>{after}</p>"


def _choice(field: str, value: str) -> dict[str, Any]:
    return {"id": field, "from_name": field, "to_name": "context", "type": "choices", "value": {"choices": [value]}}


def _result(gold: Gold) -> Iterator[dict[str, Any]]:
    label = NO_STATEMENT if gold.kind == "term" else gold.label
    if label is not None:
        yield _choice("label", label)
    if gold.ambiguous:
        yield _choice("ambiguous", UNCLEAR)
    if gold.note is not None:
        yield {
            "id": "note",
            "from_name": "note",
            "to_name": "context",
            "type": "textarea",
            "value": {"text": [gold.note]},
        }


def _coded(unit: Unit) -> list[dict[str, Any]]:
    return [{"model_version": f"coder {gold.coder}", "result": [*_result(gold)]} for gold in unit.coded]


def _predicted(unit: Unit) -> list[dict[str, Any]]:
    guess = unit.predicted
    if guess is None:
        return []
    return [{"model_version": guess.model, "score": guess.confidence, "result": [_choice("label", guess.stance)]}]
