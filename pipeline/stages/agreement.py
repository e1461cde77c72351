"""Agreement: labels of several coders -> how well they agree, what is to be decided, and the labels once it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.files import sha256_text, write_jsonl
from pipeline.labels.adjudication import LABEL_COLUMNS, LIST_COLUMNS, SHOWN, disagreement_list, disputed, merge
from pipeline.labels.coding_checks import settle
from pipeline.labels.coding_rows import Coding, by_unit, codes_of, read_codings
from pipeline.labels.decisions import Decisions, read_decisions
from pipeline.labels.reliability import Draws
from pipeline.labels.spreadsheets import check_sheet_path, write_sheet
from pipeline.labels.summary import Summary, summarise
from pipeline.records import Reject
from pipeline.storage import Stopwatch, check_table_path, read_table, schema_of, side_path, write_manifest, write_table

Texts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Parameters
    ----------
    disagreements
        List of disagreements to write.
    decided
        Filled-in lists to read, for ``out``.
    out
        Table of merged labels to write.
    quotes
        Quote table or labelled statements with the text of the statements, for the lists.
    half_width
        Of the interval of a group's reliability, for which it is told how many more statements it takes.
    draws
        How the intervals are drawn.
    """

    disagreements: Path | None = None
    decided: Sequence[Path] = ()
    out: Path | None = None
    quotes: Path | None = None
    half_width: float = 0.05
    draws: Draws = field(default_factory=Draws)


@dataclass(frozen=True, slots=True)
class Found:
    """How well the coders agree, how many rows and statements that rests on, what is odd, and the files written."""

    summary: Summary
    counts: Mapping[str, int]
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...]
    wrote: tuple[Path, ...]

    def dropped(self) -> dict[str, int]:
        """Return the counts of rejects by reason."""
        return dict(Counter(reject.reason for reject in self.rejects))

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON-ready values."""
        return {
            "counts": dict(self.counts),
            **self.summary.as_dict(),
            "notes": list(self.notes),
            "dropped": self.dropped(),
            "rejects": [asdict(reject) for reject in self.rejects],
            "wrote": [str(path) for path in self.wrote],
        }


def run(paths: Sequence[Path], wanted: Wanted) -> Found:
    """Return how well the coders of some files agree; write the lists and labels that are wanted.

    Raises
    ------
    InputError
        If a file cannot be read or written, no row can be used, or no statement has labels of two coders.
    """
    watch = Stopwatch()
    _check_outputs(paths, wanted)
    read = read_codings(paths)
    settled = settle(read.codings)
    if not settled.codings:
        raise InputError(f"{settled.rejects[0].message}; no row of {read.counts['rows']} is left")
    codings = settled.codings
    summary = summarise(codes_of(codings), wanted.draws, wanted.half_width)
    decisions = read_decisions(wanted.decided, codings)
    texts = _texts(wanted.quotes) if wanted.quotes else {}
    counts = {**read.counts, "repeated": settled.repeated, "rejects": len(read.rejects) + len(settled.rejects)}
    counts |= _counts(codings)
    wrote: list[Path] = []
    if wanted.disagreements:
        write_sheet(wanted.disagreements, disagreement_list(disputed(codings), texts), LIST_COLUMNS)
        wrote.append(wanted.disagreements)
    if wanted.out:
        counts |= _write_labels(wanted.out, codings, decisions, texts)
        wrote += [wanted.out, _undecided_path(wanted.out)]
    rejects = (*read.rejects, *settled.rejects, *decisions.rejects)
    found = Found(summary, counts, rejects, (*read.notes, *settled.notes), tuple(wrote))
    return _with_side_files(found, paths, wanted, watch) if wrote else found


def _counts(codings: Sequence[Coding]) -> dict[str, int]:
    units = by_unit(codings)
    return {
        "codings": len(codings),
        "statements": len(units),
        "labelled_twice": sum(len(group) > 1 for group in units.values()),
        "disputed": len(disputed(codings)),
    }


def _check_outputs(paths: Sequence[Path], wanted: Wanted) -> None:
    if bool(wanted.decided) != bool(wanted.out):
        raise InputError(
            f"{wanted.decided[0]}: say with --out where to write the labels"
            if wanted.decided
            else f"{wanted.out}: labels are written from a filled-in list; name it with --adjudicate"
        )
    if wanted.disagreements:
        check_sheet_path(wanted.disagreements)
    if wanted.out:
        check_table_path(wanted.out)
    inputs = {path.resolve() for path in (*paths, *wanted.decided)}
    for path in (wanted.disagreements, wanted.out):
        if path and path.resolve() in inputs:
            raise InputError(f"{path}: is an input and would be overwritten; choose another name")


def _undecided_path(out: Path) -> Path:
    return side_path(out, "undecided.jsonl" if out.suffix == ".jsonl" else "undecided.csv")


def _write_labels(out: Path, codings: Sequence[Coding], decisions: Decisions, texts: Texts) -> dict[str, int]:
    """Write the labels and the list of what is still undecided; return what the labels rest on."""
    merged = merge(codings, decisions.made)
    columns = [name for name in LABEL_COLUMNS if any(row.get(name) is not None for row in merged.rows)]
    write_table(out, merged.rows, schema_of(columns))
    left = disagreement_list(merged.undecided, texts, decisions.notes)
    write_sheet(_undecided_path(out), left, LIST_COLUMNS)
    return {**merged.counts, "rejected_decisions": len(decisions.rejects)}


def _texts(quotes: Path) -> Texts:
    """Return what a table says of statements, by ``statement_id``, ``quote_id`` and ``source:start-end``."""
    texts: dict[str, dict[str, Any]] = {}
    for row in read_table(quotes, required=("text",)):
        shown = {name: row.get(name) for name in SHOWN}
        texts |= dict.fromkeys(_ids(row), shown)
    return texts


def _ids(row: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(row[name]) for name in ("statement_id", "quote_id") if row.get(name))
    if row.get("raw_start") is not None:
        yield f"{row.get('source')}:{row['raw_start']}-{row.get('raw_end')}"


def _with_side_files(found: Found, paths: Sequence[Path], wanted: Wanted, watch: Stopwatch) -> Found:
    """Write rejects and manifest beside the labels, or else beside the list."""
    beside = wanted.out or found.wrote[0]
    rejects = side_path(beside, "rejected.jsonl")
    write_jsonl(rejects, (asdict(reject) for reject in found.rejects))
    wrote = (*found.wrote, rejects)
    options = {"half_width": wanted.half_width, **asdict(wanted.draws)}
    manifest = watch.manifest(
        "agreement",
        counts=found.counts,
        dropped={f"rejected-{reason}": count for reason, count in found.dropped().items()},
        inputs=[*paths, *wanted.decided, *([wanted.quotes] if wanted.quotes else [])],
        outputs=wrote,
        config_hash=sha256_text(json.dumps(options, sort_keys=True)),
        seed=wanted.draws.seed,
    )
    write_manifest(side_path(beside, "manifest.json"), manifest)
    return Found(found.summary, found.counts, found.rejects, found.notes, wrote)
