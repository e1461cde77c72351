"""Why: one scored row -> everything that is recorded behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import stance
from pipeline.config_files import model_folders
from pipeline.errors import InputError, PipelineError
from pipeline.findings.nearest import find_row, nearest
from pipeline.findings.tables import parse_rows
from pipeline.highlight import View, view
from pipeline.parts import beside, is_folder, read_parts
from pipeline.quotes.sentences import sentence_spans
from pipeline.records import Article
from pipeline.rows import SCORE_COLUMNS
from pipeline.stages.model_origin import OF_THE_CARD, address_of, find_folder, recorded, same_data, training_of
from pipeline.stages.statements import not_trained_on
from pipeline.storage import read_articles, read_table, side_path

_NEEDED = ("statement_id", "text", "target", "label", "split", "ambiguous")
_CODED = ("statement_id", "target", "label", "coder", "coder_type")


@dataclass(frozen=True, slots=True)
class Why:
    """What is behind one row.

    Parameters
    ----------
    told
        JSON-ready: ``row_id, quote, article, speaker, target, stance, model, training, labels, trained_on, nearest,
        missing``; null stands for what is not recorded.
    shown
        The paragraph with the quotation marked; None without the article.
    """

    told: Mapping[str, Any]
    shown: View | None


def run(row_id: str, scored: Path, statements: Path, *, model: Path | None = None, shown: int = 5) -> Why:
    """Return what is behind a row.

    Parameters
    ----------
    row_id
        Or the beginning of it, if one row alone begins so.
    scored
        Table of ``stance score``, or a folder of parts; articles and manifest are taken from beside it.
    statements
        Labelled statements; need not be there.
    model
        Folder of the model, or its address in the registry; None looks where the manifest says, and under ``models/``.
    shown
        Most similar training statements that are no copies of the quotation.

    Raises
    ------
    InputError
        If the table cannot be read or is of another version, or no row, or more than one, answers to the id.
    """
    if is_folder(scored) and not scored.is_dir():
        raise InputError(f"{scored}: no such table; write it with `stance score`")
    rows = read_parts(scored)
    parse_rows(rows, str(scored))  # every row is checked, as wherever scored tables are read
    row = rows[find_row([row["row_id"] for row in rows], row_id, str(scored))]
    row = dict.fromkeys(SCORE_COLUMNS) | row
    article, missing = _article(row, scored)
    siblings = [other for other in rows if other["article_id"] == row["article_id"]]
    made, training, lacking = _model(row, scored, model)
    labelled = _labelled(row, statements, made["card"], shown)
    told = {
        "row_id": row["row_id"],
        "quote": _quote(row, article, siblings),
        "article": {name: row[name] for name in ("article_id", "title", "outlet", "published", "source")}
        | {"url": article.url if article else None, "raw_sha256": article.raw_sha256 if article else None},
        "speaker": {name: row[name] for name in SCORE_COLUMNS if name.startswith(("speaker", "cue"))}
        | {name: row[name] for name in SCORE_COLUMNS if name.startswith(("raw_speaker", "raw_cue"))},
        "target": row["target"],
        "stance": {
            name: row[name]
            for name in ("stance", "p_anti", "p_neutral", "p_pro", "confidence", "abstained", "stance_set")
        },
        "model": made,
        "training": training | labelled.pop("training"),
        "missing": [*missing, *lacking, *labelled.pop("missing")],
    }
    return Why(told | labelled, _shown(article, row))


def _article(row: Mapping[str, Any], scored: Path) -> tuple[Article | None, list[str]]:
    path = beside(scored, "articles.parquet")
    if not path.exists():
        return None, [f"{path}: not there, so the article's text and address are not told"]
    found = next((article for article in read_articles(path) if article.article_id == row["article_id"]), None)
    if found is None or found.text[row["start"] : row["end"]] != row["text"]:
        return None, [f"{path}: has no article with this quotation at its place, so its text and address are not told"]
    return found, []


def _quote(row: Mapping[str, Any], article: Article | None, siblings: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the quotation with its places; the sentence, or the sentences that it runs through, if there is a text."""
    names = ("quote_id", "text", "kind", "region", "is_statement", "context", "start", "end", "raw_start", "raw_end")
    told = {name: row[name] for name in names} | {"sentence": None}
    if article is None:
        return told
    first = article.text.rfind("\n\n", 0, row["start"]) + 2 if "\n\n" in article.text[: row["start"]] else 0
    last = article.text.find("\n\n", row["end"])
    last = len(article.text) if last < 0 else last
    quotes = sorted({(other["start"], other["end"]) for other in siblings if first <= other["start"] < last})
    inside = [s for s in sentence_spans(article.text, first, last, quotes) if s[0] < row["end"] and row["start"] < s[1]]
    start, end = (inside[0][0], inside[-1][1]) if inside else (first, last)
    raw = article.raw_span(start, end) or (None, None)
    told["sentence"] = {
        "text": article.text[start:end], "start": start, "end": end, "raw_start": raw[0], "raw_end": raw[1],
    }  # fmt: skip
    return told


def _shown(article: Article | None, row: Mapping[str, Any]) -> View | None:
    """Return the paragraphs that the quotation, its speaker and its cue stand in."""
    if article is None:
        return None
    whole = view(article, [row])
    return replace(whole, paragraphs=tuple(p for p in whole.paragraphs if any(run.marks for run in p.runs)))


def _model(
    row: Mapping[str, Any], scored: Path, model: Path | None
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Return what is known of the model and of its training, and what is missing."""
    manifest, missing = recorded(scored)
    inputs = manifest.get("inputs", {})
    given = [model] if model else []
    places = [*given, *model_folders("starter"), *model_folders("default")]
    fingerprint, folder, lines = find_folder(row["model"] or "", inputs, places)
    made = {"name": row["model"], "fingerprint": fingerprint, "address": address_of(fingerprint, inputs)}
    scored_with = {name: manifest.get(name) for name in ("config_hash", "code_version")}
    made |= {"folder": str(folder) if folder else None, "card": None, "scored_with": scored_with}
    training: dict[str, Any] = dict.fromkeys((*OF_THE_CARD, "run_id", "store", "git_commit"))
    missing += lines
    if folder is None or fingerprint is None:
        advice = f"{model} is another model" if model else "name its folder with --model"
        return made, training, [*missing, f"model {row['model']}: its folder is not found; {advice}"]
    try:
        card = stance.read_card(folder)
    except PipelineError as error:
        return made, training, [*missing, str(error)]
    # The topics of some models are hundreds of names.
    card["options"] = {name: value for name, value in card.get("options", {}).items() if name != "topics"}
    made["card"] = card
    if model and folder != model and not str(model).startswith("models:/"):
        missing.append(f"{model}: is not the model of this row, which is at {folder}")
    training, lacking = training_of(folder, card, fingerprint)
    return made, training, [*missing, *lacking]


def _labelled(row: Mapping[str, Any], statements: Path, card: Mapping[str, Any] | None, shown: int) -> dict[str, Any]:
    """Return labels of the row itself, and the training statements nearest to it."""
    trained = (card or {}).get("training", {})
    told: dict[str, Any] = {"labels": None, "trained_on": None, "nearest": None}
    told["training"] = {"statements": str(statements), "same_data": None}
    # A model that was not trained on a table of statements came from elsewhere, and its texts stayed there.
    apart = card is not None and trained.get("sha256") is None
    if not statements.is_file():
        line = f"{statements}: no labelled statements here; name them with --statements"
        return told | {"missing": [_apart("no similar ones are shown") if apart else line]}
    missing = []
    labelled = read_table(statements, required=_NEEDED)
    same = same_data(statements, trained.get("sha256"))
    told["training"]["same_data"] = same
    if apart:
        missing.append(_apart(f"the similar ones are of {statements}, which it has not learned from"))
    elif not same:
        what = "are not what the model was trained on" if same is False else "may not be what the model was trained on"
        missing.append(f"{statements}: these statements {what}, so the nearest are no proof of what it has seen")
    own = [dict(r) for r in labelled if (r["statement_id"], r["target"]) == (row["quote_id"], row["target"])]
    side = side_path(statements, "codings.parquet")
    codings = read_table(side, required=_CODED) if side.is_file() else []
    coded = [r for r in codings if (r["statement_id"], r["target"]) == (row["quote_id"], row["target"])]
    told["labels"] = [_label(r) | {"counts": True, "split": r["split"]} for r in own]
    told["labels"] += [_label(r) | {"counts": False, "split": None} for r in coded]
    kept = (bool(trained.get("keep_ambiguous", True)), float(trained.get("weak_weight", 1.0)))
    train = [r for r in labelled if r["split"] == "train" and r["label"] and not not_trained_on(r, *kept)]
    found = nearest(row["text"], train, shown)
    told["nearest"] = [
        _label(n.row)
        | {name: n.row.get(name) for name in ("statement_id", "text", "target", "speaker", "outlet", "published")}
        | {"similarity": round(n.similarity, 4), "copy": n.copy}
        for n in found
    ]
    itself = any(n.row["statement_id"] == row["quote_id"] for n in found)
    copied = any(n.copy for n in found)
    told["trained_on"] = "itself" if itself else "copy" if copied else "no"
    return told | {"missing": missing}


def _apart(instead: str) -> str:
    return f"the statements that this model learned from do not come with it: {instead}"


def _label(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("label", "coder", "coder_type")}
