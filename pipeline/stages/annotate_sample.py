"""Annotate sample: scored tables -> a random sample of their statements to be labelled, and how it was drawn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.files import sha256_text, write_json
from pipeline.findings.sampling import (
    SAMPLE_COLUMNS,
    Allocation,
    check_strata,
    corpus_hash,
    design_of,
    draw,
    sample_cells,
    strata_of,
)
from pipeline.findings.tables import whole
from pipeline.parts import beside, read_parts
from pipeline.records import Manifest
from pipeline.rows import SCORE_COLUMNS
from pipeline.stages.extraction import check_apart
from pipeline.stages.scored import counted, read_scored
from pipeline.stages.side_articles import copy_articles
from pipeline.storage import Stopwatch, check_table_path, schema_of, side_path, write_table

_SIDE = ("articles.parquet", "manifest.json")


@dataclass(frozen=True, slots=True)
class Design:
    """How the sample is drawn.

    Parameters
    ----------
    n
        Rows to draw.
    strata
        Names in ``findings.sampling.STRATA``; nothing makes one stratum of all.
    """

    n: int
    strata: tuple[str, ...] = ()
    allocation: Allocation = "proportional"
    seed: int = 13

    def as_dict(self) -> dict[str, Any]:
        """Return the design as JSON-ready values."""
        return {"n": self.n, "strata": [*self.strata], "allocation": self.allocation, "seed": self.seed}


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample that was written.

    Parameters
    ----------
    warnings
        Lines about the scored rows.
    design
        By stratum, as ``findings.sampling.design_of``.
    """

    manifest: Manifest
    design: dict[str, Any]
    warnings: tuple[str, ...]


def run(tables: Sequence[Path], out: Path, design: Design) -> Sampled:
    """Return the sample of the statements of scored tables.

    ``out`` is a scored table of the rows drawn, in random order, with ``SAMPLE_COLUMNS``; its articles stand beside it,
    so that it is annotated as any table is.

    Raises
    ------
    InputError
        If a table cannot be read, ``out`` would replace one that is, or nothing can be drawn.
    """
    watch = Stopwatch()
    check_table_path(out)
    names = check_strata(design.strata)
    read = [*tables, *(beside(table, name) for table in tables for name in _SIDE)]
    check_apart(list(map(str, read)), [out, *(side_path(out, name) for name in _SIDE)])
    corpus = read_scored(tables)
    rows, left_out = counted(corpus, tables)
    strata = strata_of(rows, names)
    drawn = draw(strata, design.n, rng=np.random.default_rng(design.seed), allocation=design.allocation)
    cells = {cells["row_id"]: cells for table in tables for cells in read_parts(table)}
    known = corpus_hash(rows, strata)
    written = [
        {name: whole(cell) for name, cell in cells[rows[row.index].row_id].items()} | sample_cells(row, known)
        for row in drawn
    ]
    write_table(out, written, schema_of([*SCORE_COLUMNS, *SAMPLE_COLUMNS]))
    outputs = [out, *copy_articles(tables, out, {rows[row.index].article_id for row in drawn})]
    manifest = watch.manifest(
        "annotate sample",
        counts={"statements": len(rows), "strata": len({row.stratum for row in drawn}), "drawn": len(drawn)},
        dropped={},
        inputs=tables,
        outputs=outputs,
        config_hash=sha256_text(json.dumps(design.as_dict(), sort_keys=True)),
        seed=design.seed,
    )
    told = {**design.as_dict(), "drawn_from": known, "by_stratum": design_of(drawn)}
    write_json(side_path(out, "manifest.json"), {**manifest.as_dict(), "design": told})
    return Sampled(manifest, told, (*left_out, *corpus.warnings))
