"""Annotate import: sheets and Label Studio exports that coders have filled -> gold annotations."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.encodings import read_saved
from pipeline.errors import InputError
from pipeline.files import readable, sha256_text, write_jsonl
from pipeline.labels import label_studio_export, sheets
from pipeline.labels.codings import Coding
from pipeline.labels.filled_tables import ENDINGS, JSON_ENDINGS, read_sheet
from pipeline.labels.gold import CODER_TYPES
from pipeline.labels.intake import Coders, Settled, settle
from pipeline.labels.places import Places
from pipeline.parts import beside, read_parts
from pipeline.records import Manifest, Reject
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages.extraction import check_apart
from pipeline.storage import Stopwatch, read_articles, side_path, write_manifest

_log = logging.getLogger(__name__)


def run(files: Sequence[Path], quotes: Path, out: Path, *, coders: Coders) -> Manifest:
    """Return the manifest of the imported gold.

    Writes ``out``, and beside it the rejects.

    Parameters
    ----------
    files
        Sheets (``.csv``, ``.tsv``, ``.txt``, ``.jsonl``) and exports of Label Studio (``.json``).
    quotes
        The table that was exported, with the articles beside it.
    out
        A gold file, ``.jsonl``.
    coders
        Whose the labels are, where the files do not say.

    Raises
    ------
    InputError
        If something cannot be read, or not one label can be used.
    """
    watch = Stopwatch()
    rejects = side_path(out, "rejected.jsonl")
    _check_paths(files, quotes, out, rejects)
    articles = beside(quotes, "articles.parquet")
    places = Places(read_parts(quotes, QUOTE_COLUMNS), read_articles(articles))
    settled = settle((coding for file in files for coding in _codings(file)), places, coders)
    _check_used(settled, files)
    write_jsonl(out, (gold.as_row() for gold in settled.gold))
    write_jsonl(rejects, (asdict(reject) for reject in settled.rejects))
    if settled.rejects:
        first = settled.rejects[0].message
        _log.warning("%d could not be used, for instance %s; see %s", len(settled.rejects), first, rejects)
    manifest = watch.manifest(
        "annotate import",
        counts={**settled.counts, "rejects": len(settled.rejects)},
        dropped=Counter(reject.reason for reject in settled.rejects),
        inputs=[*files, quotes, articles],
        outputs=[out, rejects],
        config_hash=sha256_text(json.dumps(asdict(coders), sort_keys=True, ensure_ascii=False)),
    )
    write_manifest(side_path(out, "manifest.json"), manifest)
    return manifest


def coders_of(names: Sequence[str], coder_type: str | None, codebook: str | None) -> Coders:
    """Return the coders that the command line names: ``NAME``, or ``KNOWN=NAME`` for another name of a known one.

    Raises
    ------
    InputError
        If two are named for the rest, or the type is none.

    Examples
    --------
    >>> coders_of(["ana", "3=ben"], "human", None).names
    {'3': 'ben', 'label-studio-3': 'ben'}
    """
    if coder_type is not None and coder_type not in CODER_TYPES:
        raise InputError(f"--coder-type {coder_type!r} is none; give one of {', '.join(CODER_TYPES)}")
    renamed = [name.split("=", 1) for name in names if "=" in name]
    known = dict(renamed)
    if len(known) < len(renamed):
        raise InputError(f"--coder {' --coder '.join(names)}: gives one coder two names; import their files one by one")
    known |= {label_studio_export.user_name(number): name for number, name in known.items() if number.isdecimal()}
    rest = [name for name in names if "=" not in name]
    if len(rest) > 1 or not all(map(str.strip, [*rest, *known.values()])):
        raise InputError(f"--coder {' --coder '.join(names)}: name one coder; others as KNOWN=NAME, for instance 3=ben")
    return Coders(next(iter(rest), None), known, next((t for t in CODER_TYPES if t == coder_type), None), codebook)


def _check_paths(files: Sequence[Path], quotes: Path, out: Path, rejects: Path) -> None:
    if out.suffix != ".jsonl" or out.is_dir():
        raise InputError(f"{out}: gold is written as JSON lines; end the name in .jsonl")
    check_apart([*map(str, files), str(quotes)], [out, rejects])
    for file in files:
        if file.suffix.lower() not in (*ENDINGS, ".json"):
            raise InputError(f"{file}: cannot tell the format; save it as .csv, .jsonl, or .json of Label Studio")


def _codings(file: Path) -> Iterator[Coding | Reject]:
    if file.suffix.lower() == ".json":
        text, notes = read_saved(file, "export")
        try:
            found = label_studio_export.codings_of(json.loads(text), readable(str(file)))
        except ValueError as error:
            raise InputError(f"{file}: not valid JSON ({error}); export it again") from error
    else:
        sheet = read_sheet(file, [sheets.NEEDED], "sheet")
        found, notes = (
            sheets.codings_of(sheet, assumed=None if file.suffix.lower() in JSON_ENDINGS else "human"),
            sheet.notes,
        )
    for note in notes:
        _log.warning("%s", note)
    return found


def _check_used(settled: Settled, files: Sequence[Path]) -> None:
    if settled.gold:
        return
    names = ", ".join(map(str, files))
    if settled.rejects:
        why = settled.rejects[0].message
        raise InputError(f"{names}: not one of {settled.counts['rows']} rows can be used; the first: {why}")
    raise InputError(f"{names}: holds no label yet; label something in it first")
