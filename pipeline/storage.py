"""Tables and manifests on disk: Parquet, JSONL or CSV by the ending of the path, always whole or not at all."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.files import atomic_path, read_jsonl, readable, sha256_tree, write_json
from pipeline.formulas import guarded, unguarded
from pipeline.ledger import LEDGER
from pipeline.records import Article, Manifest, Segment
from pipeline.rows import QUOTE_COLUMNS, SCORE_COLUMNS

TABLE_ENDINGS = (".parquet", ".jsonl", ".csv")

_INTEGERS = {c for c in QUOTE_COLUMNS if c.endswith(("start", "end"))} | {"rank", "stratum_rows", "stratum_drawn"}
_BOOLEANS = {"is_statement", "abstained", "ambiguous", "speaker_seen"}
_FLOATS = {
    "p_anti", "p_neutral", "p_pro", "confidence", "speaker_confidence", "uncertainty", "novelty", "posterior",
    "inclusion_probability",
}  # fmt: skip

_LONGEST_CELL = 1 << 30
# What ``Path`` makes of an address: ``s3:/bucket/a.parquet``.
_COLLAPSED = re.compile(r"[a-z][a-z0-9+]+:/")


def schema_of(columns: Sequence[str], *, integers: Container[str] = (), floats: Container[str] = ()) -> pa.Schema:
    """Return the Arrow schema of a table with these columns; names decide types, everything else is a string.

    Parameters
    ----------
    integers, floats
        Columns of this table alone that hold numbers.
    """

    def kind(column: str) -> pa.DataType:
        if column in _INTEGERS or column in integers:
            return pa.int64()
        if column in _BOOLEANS:
            return pa.bool_()
        return pa.float64() if column in _FLOATS or column in floats else pa.string()

    return pa.schema([(column, kind(column)) for column in columns])


QUOTE_SCHEMA = schema_of(QUOTE_COLUMNS)
SCORE_SCHEMA = schema_of(SCORE_COLUMNS)
ARTICLE_SCHEMA = pa.schema(
    [
        *schema_of([f.name for f in fields(Article) if f.name not in {"has_raw", "segments"}]),
        ("has_raw", pa.bool_()),
        ("segments", pa.list_(pa.struct([*schema_of(["start", "end", "raw_start", "raw_end", "region"])]))),
    ]
)
"""``X.articles.parquet``: the fields of ``Article``, with what a raw offset needs to find its place in the text."""


_SEGMENT = [f.name for f in fields(Segment)]


def article_row(article: Article) -> dict[str, Any]:
    """Return one row of the article table."""
    row = {name: getattr(article, name) for name in ARTICLE_SCHEMA.names}
    return row | {"segments": [{name: getattr(s, name) for name in _SEGMENT} for s in article.segments]}


def read_articles(path: Path) -> list[Article]:
    """Return the articles beside a quote table.

    Raises
    ------
    InputError
        If the file is missing, damaged or lacks a column.
    """
    rows = read_table(path, required=ARTICLE_SCHEMA.names)
    return [Article(**row | {"segments": tuple(Segment(**s) for s in row["segments"])}) for row in rows]


def check_table_path(path: Path) -> None:
    """Raise ``InputError`` unless the path ends like a table, and is neither a folder nor was an address."""
    if _COLLAPSED.match(str(path)):
        raise InputError(f"{path}: is an address, and has to be a file of this machine here; copy it, or name another")
    if path.suffix not in TABLE_ENDINGS:
        raise InputError(f"{path}: cannot tell the format; end the name in {', '.join(TABLE_ENDINGS)}")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")


def side_path(path: Path, name: str) -> Path:
    """Return the path of a side file: ``side_path(X.parquet, "manifest.json")`` is ``X.manifest.json``."""
    return path.with_name(f"{path.stem}.{name}")


class TableWriter:
    """Writes rows in batches; the table appears under its name only when the block ends well.

    Parameters
    ----------
    path
        Ends in ``.parquet``, ``.jsonl`` or ``.csv``. In CSV, texts that a spreadsheet would run as formulas
        begin with an apostrophe, which ``read_table`` takes off.
    schema
        Columns and their types, in order; a row's missing keys become null.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        check_table_path(path)
        self.path, self.schema, self.rows = path, schema, 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        temporary = self._stack.enter_context(atomic_path(self.path))
        if self.path.suffix == ".parquet":
            # Statistics of texts of any length stay in memory until the end, and nobody asks for them.
            writer = pq.ParquetWriter(temporary, self.schema, compression="zstd", write_statistics=False)
            self._parquet = self._stack.enter_context(writer)
        else:
            self._text = self._stack.enter_context(temporary.open("w", encoding="utf-8", newline=""))
            self._csv = csv.DictWriter(self._text, self.schema.names, extrasaction="ignore", lineterminator="\n")
            self._quoted = csv.DictWriter(
                self._text, self.schema.names, extrasaction="ignore", lineterminator="\n", quoting=csv.QUOTE_ALL
            )
            if self.path.suffix == ".csv":
                self._csv.writeheader()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._stack.__exit__(kind, error, trace)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows."""
        if not rows:
            return
        self.rows += len(rows)
        if self.path.suffix == ".parquet":
            columns = {name: [row.get(name) for row in rows] for name in self.schema.names}
            self._parquet.write_table(pa.table(columns, schema=self.schema))
        elif self.path.suffix == ".csv":
            for row in rows:
                # The csv module quotes the line end in use alone, and reads a bare carriage return as one all the same.
                bare = any(isinstance(value, str) and "\r" in value for value in row.values())
                cells = {name: guarded(value) if isinstance(value, str) else value for name, value in row.items()}
                (self._quoted if bare else self._csv).writerow(cells)
        else:
            names = self.schema.names
            self._text.writelines(
                json.dumps({name: row.get(name) for name in names}, ensure_ascii=False) + "\n" for row in rows
            )

    def write_table(self, table: pa.Table) -> None:
        """Append a table of the same columns."""
        if self.path.suffix == ".parquet":
            self.rows += table.num_rows
            self._parquet.write_table(table.replace_schema_metadata(self.schema.metadata))
        else:
            self.write(table.to_pylist())


def write_table(path: Path, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
    """Write all rows as one table."""
    with TableWriter(path, schema) as writer:
        writer.write(rows)


def _typed(value: str, column: str) -> Any:
    if value == "":
        return None
    if column in _INTEGERS:
        return int(value)
    if column in _BOOLEANS:
        if value.casefold() not in ("true", "false"):  # spreadsheets write TRUE
            raise ValueError(f"{column} is {value!r}, neither true nor false")
        return value.casefold() == "true"
    return float(value) if column in _FLOATS else unguarded(value)


def _csv_rows(handle: Iterable[str]) -> Iterator[dict[str, Any]]:
    # The csv module's own limit of 128 KiB is shorter than a quotation may be; it is never lowered here.
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    reader = csv.DictReader(handle)
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"line {reader.line_num} has more or fewer cells than the header")
        yield {name: _typed(value, name) for name, value in row.items()}


def read_table(path: Path, required: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return a table's rows as dicts; a folder whose name ends in ``.parquet`` is one table, too.

    Raises
    ------
    InputError
        If the file is missing, damaged, of another format, or lacks a required column.
    """
    if path.suffix == ".parquet" and path.is_dir():
        return [row for part in sorted(path.glob("*.parquet")) for row in read_table(part, required)]
    check_table_path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such table; run the stage that writes it first")
    rows: list[dict[str, Any]]
    try:
        if path.suffix == ".parquet":
            rows = pq.read_table(path).to_pylist()
        elif path.suffix == ".jsonl":
            rows = [row for _, row in read_jsonl(path, "table")]
        else:
            # A spreadsheet that saves the table puts a byte order mark before it.
            with path.open(encoding="utf-8-sig", newline="") as handle:
                rows = list(_csv_rows(handle))
    except (pa.ArrowException, OSError, ValueError, ArithmeticError, LookupError, csv.Error) as error:
        raise InputError(f"{path}: damaged table ({error}); write it again") from error
    missing = [name for name in required if rows and name not in rows[0]]
    if missing:
        raise InputError(f"{path}: lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")
    return rows


class Stopwatch:
    """Times a stage and turns what it did into a manifest."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def manifest(
        self,
        stage: str,
        *,
        counts: Mapping[str, int],
        dropped: Mapping[str, int],
        inputs: Iterable[Path],
        outputs: Iterable[Path],
        config_hash: str,
        seed: int | None = None,
    ) -> Manifest:
        """Return the manifest; inputs and outputs are hashed by content."""
        return Manifest(
            stage=stage,
            counts=dict(counts),
            dropped=dict(sorted(dropped.items())),
            inputs={readable(str(p)): content_sha256(p) for p in inputs},
            outputs={readable(str(p)): content_sha256(p) for p in outputs},
            config_hash=config_hash,
            code_version=__version__,
            seed=seed,
            seconds=round(time.perf_counter() - self._start, 3),
        )


def content_sha256(path: Path) -> str:
    """Return the hash of a file or folder; of a scored folder that of its parts, since its ledger knows of times."""
    return sha256_tree(path, "part-*.parquet" if (path / LEDGER).is_file() else "*")


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest as JSON."""
    write_json(path, manifest.as_dict())


def batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield lists of at most ``size`` rows."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def table_batches(tables: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """Yield the rows of all tables in tables of ``size`` rows, the last one of fewer."""
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        if not table.num_rows:
            continue
        held.append(table)
        rows += table.num_rows
        if rows < size:
            continue
        whole, full = pa.concat_tables(held), rows // size * size
        yield from (whole.slice(start, size).combine_chunks() for start in range(0, full, size))
        rows -= full
        held = [whole.slice(full)] if rows else []
    if rows:
        yield pa.concat_tables(held).combine_chunks()
