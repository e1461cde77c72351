"""JSON lines and JSON: each object a document or a reject, in bounded memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from pipeline.articles.columns import Records, document, find_columns, reject
from pipeline.articles.decoding import lines, text_chunks
from pipeline.articles.sources import ReadOptions, Source
from pipeline.errors import RecordError
from pipeline.records import Document

_BLANK, _BETWEEN = re.compile(r"\s*"), re.compile(r"[\s,]*")


def read_jsonl(stream: BinaryIO, source: Source, options: ReadOptions) -> Records:
    """Yield the records of a JSON lines file; broken lines are rejects."""
    for number, line in lines(stream, options.max_record_bytes):
        if isinstance(line, RecordError):
            yield reject(source, f"L{number}", line)
        elif line.strip():
            try:
                yield _json_document(_parse(line), source, number, options)
            except RecordError as error:
                yield reject(source, f"L{number}", error, line)


def _parse(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise _broken_json(error) from error
    except RecursionError as error:
        raise RecordError("not valid JSON: nested too deep", reason="broken-json") from error


def _broken_json(error: ValueError) -> RecordError:
    return RecordError(f"not valid JSON ({error}); mend or delete it", reason="broken-json")


def _json_document(value: Any, source: Source, number: int, options: ReadOptions) -> Document:
    if not isinstance(value, dict):
        raise RecordError(f"expected a JSON object, found {type(value).__name__}", reason="broken-json")
    return document(value, find_columns(value, options.columns), source, number, options)


def read_json(stream: BinaryIO, source: Source, options: ReadOptions) -> Records:
    """Yield the records of a JSON array, of the one list in a JSON object, or of objects one after another."""
    number = 0
    try:
        for value in _values(text_chunks(stream), options.max_record_bytes):
            for record in _unwrapped(value):
                number += 1
                try:
                    yield _json_document(record, source, number, options)
                except RecordError as error:
                    yield reject(source, f"L{number}", error, record)
    except RecordError as error:
        # Where an element ends is unknown once it is broken, so the rest is one reject.
        yield reject(source, f"L{number + 1}", error, last=True)


def _unwrapped(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        inner = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)]
        if len(inner) == 1 and not any(isinstance(v, str) and len(v) > 1000 for v in value.values()):
            return list(inner[0])
    return [value]


def _values(pieces: Iterator[str], limit: int) -> Iterator[Any]:
    """Yield the elements of a top-level array, or top-level values, holding no more than one of them."""
    decoder = json.JSONDecoder()
    buffer, position, more = "", 0, True
    array = started = False
    while True:
        position = (_BETWEEN if started else _BLANK).match(buffer, position).end()  # type: ignore[union-attr]
        if position < len(buffer):
            if not started:
                started, array = True, buffer[position] == "["
                position += array
                continue
            if array and buffer[position] == "]":
                return
            value, end = _next_value(decoder, buffer, position, final=not more)
            if end is not None:
                yield value
                position = end
                continue
        elif not more:
            if array:
                raise RecordError("the JSON array is cut short; get the whole file", reason="broken-json")
            return
        if len(buffer) - position > limit:
            raise RecordError(f"one JSON value is over {limit} bytes; use JSON lines", reason="too-large")
        buffer, position, more = _refill(buffer[position:], pieces)


def _next_value(decoder: json.JSONDecoder, buffer: str, position: int, *, final: bool) -> tuple[Any, int | None]:
    """Return the value at the position and its end; the end is None where more text may complete it."""
    try:
        value, end = decoder.raw_decode(buffer, position)
    except RecursionError as error:
        raise RecordError("not valid JSON: nested too deep", reason="broken-json") from error
    except ValueError as error:
        if final:
            raise _broken_json(error) from error
        return None, None
    return value, end if final or end < len(buffer) else None


def _refill(rest: str, pieces: Iterator[str]) -> tuple[str, int, bool]:
    """Return at least twice the text (so that a long value is tried a few times only), 0, and whether there is more."""
    parts, size = [rest], 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > len(rest):
            return "".join(parts), 0, True
    return "".join(parts), 0, False
