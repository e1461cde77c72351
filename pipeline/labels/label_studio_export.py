"""Label Studio's JSON export back into codings: several coders' annotations, skipped tasks, drafts.

The form is that of https://labelstud.io/guide/export, checked against a server of version 1.23.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.errors import InputError, RecordError
from pipeline.labels import cells
from pipeline.labels.codings import Coding
from pipeline.labels.gold import KINDS
from pipeline.labels.label_studio import CHOICES, NO_STATEMENT
from pipeline.labels.rejects import reject
from pipeline.records import Reject

_FIELDS = ("label", "ambiguous", "note")


def user_name(user: int | str) -> str:
    """Return what a user is called whose number alone is in an export."""
    return f"label-studio-{user}"


def codings_of(exported: Any, file: str) -> Iterator[Coding | Reject]:
    """Yield what an export holds: a coding an annotation, one without a label for a task that has none.

    Drafts and answers to questions that our configuration does not ask are rejects.

    Parameters
    ----------
    exported
        The value of the JSON file.
    file
        Its path, for messages.

    Raises
    ------
    InputError
        If it is no list of tasks.
    """
    tasks = [exported] if isinstance(exported, dict) and "data" in exported else exported
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise InputError(f"{file}: holds no list of tasks; export them from Label Studio as JSON")
    if any("data" not in task and "annotation_id" in task for task in tasks):
        raise InputError(f"{file}: is Label Studio's JSON-MIN, which leaves things out; export it as JSON")
    for number, task in enumerate(tasks, start=1):
        yield from _task_codings(task, file, f"task {task.get('id', number)}")


def _task_codings(task: Mapping[str, Any], file: str, position: str) -> Iterator[Coding | Reject]:
    try:
        place = _place(task.get("data"))
    except RecordError as error:
        yield reject(file, position, _shown(task), error)
        return
    annotations = [each for each in task.get("annotations") or () if isinstance(each, dict)]
    for draft in task.get("drafts") or ():
        if isinstance(draft, dict):
            fault = RecordError("is a draft that was not submitted; submit or delete it", reason="draft")
            yield reject(file, f"{position} draft {draft.get('id')}", _shown(draft), fault)
    for annotation in annotations:
        at = f"{position} annotation {annotation.get('id')}"
        yield from _coding(annotation, place, file, at)
    if not annotations:
        yield Coding(file=file, position=position, record=_shown(task), **{**place, "kind": None})


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _place(data: object) -> dict[str, Any]:
    """Return what a task says of its statement."""
    row = data if isinstance(data, dict) else {}
    if cells.text(row, "statement_id") is None:
        message = "has no statement_id; it is not a task of `stance annotate export`, but of another project"
        raise RecordError(message, reason="no-statement-id")
    texts = {name: cells.text(row, name) for name in ("statement_id", "target", "speaker", "source", "sha256", "quote")}
    kind = cells.word(row, "kind", KINDS)
    # A term that somebody labels is none: what it is as speech, the quote table tells.
    return {
        **texts,
        "kind": None if kind == "term" else kind,
        "start": cells.offset(row, "start"),
        "end": cells.offset(row, "end"),
        "assumed": "human",
    }


def _coding(
    annotation: Mapping[str, Any], place: Mapping[str, Any], file: str, position: str
) -> Iterator[Coding | Reject]:
    record = _shown(annotation)
    try:
        results = _results(annotation)
        answers = {name: [value for field, value in results if field == name] for name in _FIELDS}
        others = sorted({field for field, _ in results} - {*_FIELDS})
        for other in others:
            what = f"answers {other!r}, which the configuration of this project does not ask; keep it elsewhere"
            yield reject(file, position, record, RecordError(what, reason="other-question"))
        if others and not answers["label"]:
            return
        said, user = _said(answers), _user(annotation.get("completed_by"))
        yield Coding(
            file=file,
            position=position,
            record=record,
            **{**place, **said},
            coder=user,
            numbered=(user or "").removeprefix(user_name("")).isdecimal(),
            time=cells.time({"time": annotation.get("updated_at") or annotation.get("created_at")}),
            seconds=cells.number({"lead_time": annotation.get("lead_time")}, "lead_time"),
            skipped=bool(annotation.get("was_cancelled")),
        )
    except RecordError as error:
        yield reject(file, position, record, error)


def _results(annotation: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return question and answer of each result."""
    results = annotation.get("result") or []
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise RecordError("holds no list of results; export it again", reason="broken-annotation")
    values = ((result.get("from_name") or result.get("type"), result.get("value")) for result in results)
    return [(str(field), value if isinstance(value, dict) else {}) for field, value in values]


def _said(answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return label, kind, ambiguous and note of the answers."""
    labels = [choice for value in answers["label"] for choice in _texts(value, "choices")]
    if len(labels) > 1:
        raise RecordError(f"has {len(labels)} labels ({', '.join(labels)}); choose one", reason="several-labels")
    label = cells.word({"label": labels[0] if labels else None}, "label", CHOICES, "bad-label")
    unclear = [choice for value in answers["ambiguous"] for choice in _texts(value, "choices")]
    notes = [text for value in answers["note"] for text in _texts(value, "text")]
    return {
        **({"kind": "term"} if label == NO_STATEMENT else {}),
        "label": None if label == NO_STATEMENT else label,
        "ambiguous": bool(unclear),
        "note": cells.text({"note": "\n".join(notes)}, "note"),
    }


def _texts(value: Mapping[str, Any], name: str) -> list[str]:
    found = value.get(name)
    texts = [found] if isinstance(found, str) else found
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise RecordError(
            f"its answer has no {name}: {_shown(value)[:60]}; export it again", reason="broken-annotation"
        )
    return texts


def _user(completed_by: object) -> str | None:
    """Return the coder: an e-mail address where the export has it, else by number."""
    if isinstance(completed_by, dict):
        return str(completed_by.get("email") or "") or _user(completed_by.get("id"))
    if isinstance(completed_by, int):
        return user_name(completed_by)
    return completed_by if isinstance(completed_by, str) and completed_by else None
