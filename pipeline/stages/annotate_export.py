"""Annotate export: a quote table, and labels that are there already -> a sheet or Label Studio tasks for coders."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal, get_args

from pipeline.errors import InputError
from pipeline.files import readable, sha256_text, write_json, write_jsonl, write_text
from pipeline.labels.filled_tables import DELIMITERS
from pipeline.labels.gold import read_gold
from pipeline.labels.label_studio import config_xml, tasks_of
from pipeline.labels.revisions import newest
from pipeline.labels.sheets import COLUMNS, PREDICTED, rows_of
from pipeline.labels.spreadsheets import csv_text
from pipeline.labels.units import Unit, Units, make_units
from pipeline.parts import beside, read_parts
from pipeline.records import Manifest
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages.extraction import check_apart
from pipeline.storage import Stopwatch, read_articles, side_path, write_manifest

_log = logging.getLogger(__name__)

Form = Literal["csv", "jsonl", "label-studio"]
FORMS: tuple[Form, ...] = get_args(Form)

_FORM_OF = {".csv": "csv", ".jsonl": "jsonl", ".json": "label-studio"}


def run(
    quotes: Path,
    out: Path,
    *,
    form: str | None = None,
    gold: Path | None = None,
    targets: Sequence[str] = (),
    terms: bool = False,
    predictions: bool = False,
    delimiter: str = ",",
) -> Manifest:
    """Return the manifest of the exported statements; for Label Studio, ``OUT.config.xml`` is written, too.

    Parameters
    ----------
    quotes
        Quote table or scored table, with the articles beside it.
    form
        One of ``FORMS``; None goes by the ending of ``out``.
    gold
        Labels that are there already.
    targets, terms, predictions
        As ``make_units`` takes them.
    delimiter
        Of CSV.

    Raises
    ------
    InputError
        If something cannot be read, has no stances to show, or leaves nothing to annotate.
    LabelError
        If the gold does not fit the codebook, or an article has changed since.
    """
    watch = Stopwatch()
    shape = _form(out, form, delimiter)
    config, rejects = side_path(out, "config.xml"), side_path(out, "rejected.jsonl")
    outputs = [out, *([config] if shape == "label-studio" else []), rejects]
    inputs = [quotes, beside(quotes, "articles.parquet"), *([gold] if gold else [])]
    check_apart([*map(str, inputs)], outputs)
    made = _units(quotes, gold, [readable(target) for target in targets], terms=terms, predictions=predictions)
    if not made.units:
        first = made.rejects[0].message if made.rejects else "it has no statement; --terms exports terms"
        raise InputError(f"{quotes}: leaves nothing to annotate; {first}")
    _write(made.units, out, shape, predictions=predictions, delimiter=delimiter)
    if shape == "label-studio":
        write_text(config, config_xml())
    write_jsonl(rejects, (asdict(reject) for reject in made.rejects))
    if made.rejects:
        _log.warning("%d could not be exported: %s; see %s", len(made.rejects), made.rejects[0].message, rejects)
    options = {"form": shape, "targets": [*targets], "terms": terms, "predictions": predictions, "delimiter": delimiter}
    manifest = watch.manifest(
        "annotate export",
        counts=_counts(made),
        dropped=_dropped(made),
        inputs=inputs,
        outputs=outputs,
        config_hash=sha256_text(json.dumps(options, sort_keys=True, ensure_ascii=False)),
    )
    write_manifest(side_path(out, "manifest.json"), manifest)
    return manifest


def _form(out: Path, form: str | None, delimiter: str) -> Form:
    wanted = form or _FORM_OF.get(out.suffix)
    found = next((known for known in FORMS if known == wanted), None)
    if found is None:
        said = f"--format {form} is none" if form else f"{out}: cannot tell the format"
        raise InputError(f"{said}; end the name in {', '.join(_FORM_OF)}, or give --format {'|'.join(FORMS)}")
    if out.is_dir():
        raise InputError(f"{out}: is a folder; name a file in it")
    if delimiter not in DELIMITERS:
        raise InputError(f"--delimiter {delimiter!r} is none that is read back; give one of , ; | or a tab")
    return found


def _units(quotes: Path, gold: Path | None, targets: Sequence[str], *, terms: bool, predictions: bool) -> Units:
    rows = read_parts(quotes, QUOTE_COLUMNS)
    if not rows:
        raise InputError(f"{quotes}: holds no quotation; name a table of `stance ingest` or `stance score`")
    if predictions and "stance" not in rows[0]:
        raise InputError(f"{quotes}: holds no stances; --predictions shows those of a table of `stance score`")
    return make_units(
        rows,
        read_articles(beside(quotes, "articles.parquet")),
        gold=newest(read_gold(gold)) if gold else (),
        targets=targets,
        terms=terms,
        predictions=predictions,
    )


def _write(units: Sequence[Unit], out: Path, form: Form, *, predictions: bool, delimiter: str) -> None:
    if form == "label-studio":
        write_json(out, tasks_of(units))
        return
    rows = rows_of(units, predictions=predictions)
    if form == "jsonl":
        write_jsonl(out, rows)
        return
    columns = (*COLUMNS, *(PREDICTED if predictions else ()))
    write_text(out, csv_text(rows, columns, delimiter=delimiter))


def _counts(made: Units) -> dict[str, int]:
    return {
        "quotes": made.counts["quotes"],
        "exported": len(made.units),
        "labelled": sum(bool(unit.coded) for unit in made.units),
        "coders": len({gold.coder for unit in made.units for gold in unit.coded}),
    }


def _dropped(made: Units) -> dict[str, int]:
    left_out = {"terms": made.counts.get("terms", 0), "other-target": made.counts.get("other_target", 0)}
    return {name: count for name, count in left_out.items() if count} | Counter(r.reason for r in made.rejects)
