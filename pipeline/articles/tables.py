"""CSV, TSV and Parquet: each row a document or a reject, in bounded memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Container, Iterable, Iterator
from typing import Any, BinaryIO, cast

from pipeline.articles.archives import Meter
from pipeline.articles.columns import Records, document, find_columns, reject
from pipeline.articles.decoding import chunks, lines
from pipeline.articles.sources import ReadOptions, Source
from pipeline.errors import RecordError

_BATCH = 64
_BATCH_BYTES = 256 << 20
_SPOOL_BYTES = 32 << 20
_DELIMITERS = ",;\t|"
_BEYOND = (ValueError, ArithmeticError, LookupError)
"""What values raise that Arrow can hold and Python cannot; an unknown time zone is a ``LookupError``."""


def read_csv(stream: BinaryIO, source: Source, options: ReadOptions) -> Records:
    """Yield the records of a CSV file; the delimiter is the one whose header has a text column."""
    return _read_delimited(stream, source, options, _DELIMITERS)


def read_tsv(stream: BinaryIO, source: Source, options: ReadOptions) -> Records:
    """Yield the records of a tab-separated file."""
    return _read_delimited(stream, source, options, "\t")


class _Feed:
    """Feeds lines to the csv reader and remembers where its row began and which lines it could not have."""

    def __init__(self, numbered: Iterable[tuple[int, str | RecordError]]) -> None:
        self._lines = iter(numbered)
        self.first: int | None = None
        self.faults: list[tuple[int, RecordError]] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        for number, line in self._lines:
            if isinstance(line, str):
                self.first = self.first or number
                return line + "\n"
            self.faults.append((number, line))
        raise StopIteration


def _read_delimited(stream: BinaryIO, source: Source, options: ReadOptions, delimiters: str) -> Records:
    # The csv module's own limit of 128 KiB is shorter than many a scraped page; it is never lowered here.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_record_bytes))
    feed = _Feed(lines(stream, options.max_record_bytes))
    header_line = next((line for line in feed if line.strip()), None)
    if header_line is None or feed.faults:
        # No row can be read without the header, and the next line is none.
        yield from (reject(source, f"L{number}", fault, last=True) for number, fault in feed.faults)
        return
    header, delimiter = _header(header_line, delimiters, options)
    columns = find_columns(header, options.columns)
    # strict: a row with stray quotation marks would otherwise lose them, and they are our subject.
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.first = None
        row, error = _next_row(rows, len(header))
        yield from (reject(source, f"L{number}", fault) for number, fault in feed.faults)
        feed.faults.clear()
        if error is None and row is None:
            return
        number = feed.first or 0
        try:
            if error is not None:
                raise error
            if row:
                yield document(dict(zip(header, row, strict=False)), columns, source, number, options)
        except RecordError as fault:
            yield reject(source, f"L{number}", fault, row)


def _header(line: str, delimiters: str, options: ReadOptions) -> tuple[list[str], str]:
    """Return the column names and the delimiter; without a text column under any, those of the first delimiter."""
    readings = [(next(csv.reader([line], delimiter=delimiter)), delimiter) for delimiter in delimiters]
    for header, delimiter in readings:
        try:
            find_columns(header, options.columns)
            return header, delimiter
        except RecordError:
            continue
    return readings[0]


def _next_row(rows: Iterator[list[str]], width: int) -> tuple[list[str] | None, RecordError | None]:
    """Return the next row, or None at the end, and what is wrong with it."""
    try:
        row = next(rows, None)
    except csv.Error as error:
        message = f"not valid CSV ({error}); put the field in quotation marks and double those inside"
        return None, RecordError(message, reason="broken-csv")
    while row and len(row) > width and not row[-1]:
        row.pop()
    if row and len(row) != width:
        return row, RecordError(f"{len(row)} fields where the header has {width}; mend the row", reason="broken-csv")
    return row, None


def read_parquet(stream: BinaryIO, source: Source, options: ReadOptions) -> Records:
    """Yield the records of a Parquet file; a stream that cannot seek is spooled to a temporary file."""
    import pyarrow as pa

    number = 0
    try:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as spool:
            if source.path is None or source.gzipped:
                spool.writelines(chunks(stream))
                spool.seek(0)
                stream = cast(BinaryIO, spool)
            packed = stream.seek(0, io.SEEK_END)
            file, columns, rows = _prepared(stream, packed, options)
            texts = Meter(packed, options)
            for batch in file.iter_batches(batch_size=rows, columns=sorted(set(columns.values()))):
                for record in _records(batch):
                    number += 1
                    try:
                        if isinstance(record, RecordError):
                            raise record
                        texts.count(_length(record[columns["text"]]))
                        yield document(record, columns, source, number, options)
                    except RecordError as error:
                        if error.reason == "archive-bomb":
                            raise
                        yield reject(source, f"L{number}", error, record)
    except pa.ArrowException as error:
        yield reject(source, f"L{number + 1}" if number else None, _damaged(error), last=True)


def _prepared(stream: BinaryIO, packed: int, options: ReadOptions) -> tuple[Any, dict[str, str], int]:
    """Return the file, field to column name, and how many rows can be held at once.

    Raises
    ------
    RecordError
        As ``_parquet_columns``; reason ``archive-bomb``; reason ``broken-parquet``, also for names that are no UTF-8.
    """
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(stream)
        columns = _parquet_columns(file.schema_arrow, options)
        largest = _check_size(file.metadata, set(columns.values()), Meter(packed, options))
    except _BEYOND as error:  # what Arrow raises for a damaged file is a ``ValueError``, too
        raise _damaged(error) from error
    return file, columns, max(1, min(_BATCH, _BATCH_BYTES // max(largest, 1)))


def _damaged(error: Exception) -> RecordError:
    shown = (str(error).splitlines() or [type(error).__name__])[0]
    return RecordError(f"damaged Parquet ({shown}); write it again", reason="broken-parquet")


def _check_size(metadata: Any, names: Container[str], meter: Meter) -> int:
    """Count what the columns unpack to, as the file says, and return the bytes of the largest group of one column.

    No value is longer than that; but as a dictionary holds each value once, all rows may be as long.
    """
    largest = 0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            if column.path_in_schema.split(".")[0] in names:
                meter.count(column.total_uncompressed_size)
                largest = max(largest, column.total_uncompressed_size)
    return largest


def _length(value: str | list[str | None] | None) -> int:
    return len(value or "") if not isinstance(value, list) else sum(len(part or "") for part in value)


def _records(batch: Any) -> Iterator[dict[str, Any] | RecordError]:
    """Yield the rows of a batch; one with a value that Python cannot hold (the year 300,000, say) is an error."""
    try:
        records = batch.to_pylist()
    except _BEYOND:
        records = []
        for number in range(batch.num_rows):
            try:
                records += batch.slice(number, 1).to_pylist()
            except _BEYOND as error:
                message = f"a value that cannot be read ({str(error)[:200]}); write the row again"
                records.append(RecordError(message, reason="broken-parquet"))
    yield from records


def _parquet_columns(schema: Any, options: ReadOptions) -> dict[str, str]:
    """Return field to column name.

    Raises
    ------
    RecordError
        Reason ``no-text-column``, also where the text column holds numbers, say.
    """
    import pyarrow as pa

    columns = find_columns(schema.names, options.columns)
    for name in columns.values():
        if schema.names.count(name) > 1:
            raise RecordError(f"several columns are called {name!r}; rename them", reason="no-text-column")
    kind = schema.field(columns["text"]).type
    inner = kind.value_type if pa.types.is_dictionary(kind) or pa.types.is_list(kind) else kind
    if not any(check(inner) for check in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)):
        message = f"column {columns['text']!r} holds {kind}, not text; name yours with --set columns.text=NAME"
        raise RecordError(message, reason="no-text-column")
    return columns
