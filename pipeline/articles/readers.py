"""Files to documents: text, HTML, JSON lines, JSON, CSV, TSV, Parquet, each also gzipped, archives and folders.

Every file comes out as documents or as a reject with its reason; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from pipeline.articles.archives import STREAM_ERRORS, ReadMember, read_tar, read_zip, size_of, stream_error, unzipped
from pipeline.articles.columns import Records, checked, reject, too_large
from pipeline.articles.html import HtmlParser, page_text
from pipeline.articles.json_tables import read_json, read_jsonl
from pipeline.articles.sources import KINDS, ReadOptions, Source, find
from pipeline.articles.tables import read_csv, read_parquet, read_tsv
from pipeline.encodings import decode, is_binary, wide_encoding
from pipeline.errors import RecordError
from pipeline.records import Document, Reject

__all__ = ["ReadOptions", "read"]

_Reader = Callable[[BinaryIO, Source, ReadOptions], Records]
_TABLES: dict[str, _Reader] = {
    "jsonl": read_jsonl,
    "json": read_json,
    "csv": read_csv,
    "tsv": read_tsv,
    "parquet": read_parquet,
}
_ARCHIVES: dict[str, Callable[[BinaryIO, Source, ReadOptions, ReadMember], Records]] = {
    "zip": read_zip,
    "tar": read_tar,
}


def read(paths: Sequence[str], options: ReadOptions, reject: Callable[[Reject], None]) -> Iterator[Document]:
    """Yield every document under the paths, in sorted order, one at a time.

    Parameters
    ----------
    paths
        Files, folders (recursively), or ``-`` for JSON lines on standard input.
    options
        Limits and column names.
    reject
        Called with every file or record that cannot be used.

    Raises
    ------
    InputError
        If a path is missing or a folder holds nothing to read.
    """
    with HtmlParser(options.html_seconds) as parser:
        reading = _Reading(options, parser)
        for source in find(paths):
            for item in reading.file(source):
                if isinstance(item, Reject):
                    reject(item)
                else:
                    yield item


class _Reading:
    """Finds the reader of each file and turns what stops it into a reject."""

    def __init__(self, options: ReadOptions, parser: HtmlParser) -> None:
        self._options, self._parser = options, parser

    def file(self, source: Source) -> Records:
        """Yield the documents and rejects of one file."""
        try:
            with source.open() as stream:
                if source.kind in _ARCHIVES:
                    yield from _some(_ARCHIVES[source.kind](stream, source, self._options, self.stream))
                else:
                    yield from self.stream(stream, source)
        except RecordError as error:
            yield reject(source, None, error)
        except STREAM_ERRORS as error:
            yield reject(source, None, stream_error(error))

    def stream(self, stream: BinaryIO, source: Source) -> Records:
        """Yield the documents and rejects of a stream that is no archive."""
        if source.kind is None:
            raise _unsupported(stream, source)
        if source.gzipped:
            stream = unzipped(stream, size_of(stream) if source.path else None, self._options)
        if source.kind in _TABLES:
            yield from _some(_TABLES[source.kind](stream, source, self._options))
        elif source.kind == "html":
            yield self._page(stream, source)
        else:
            text = checked(decode(self._bytes(stream)), self._options)
            yield Document(text=text, source=source.name, where=source.where)

    def _page(self, stream: BinaryIO, source: Source) -> Document:
        found = self._parser.parse(page_text(self._bytes(stream)))
        text = checked(found["text"] or "", self._options)
        return Document(
            text=text,
            source=source.name,
            title=found["title"],
            outlet=found["sitename"],
            published=found["date"],
            url=found["url"],
            has_raw=False,
            where=source.where,
        )

    def _bytes(self, stream: BinaryIO) -> bytes:
        data = stream.read(self._options.max_document_bytes + 1)
        if len(data) > self._options.max_document_bytes:
            raise too_large(self._options)
        if not data:
            raise _empty()
        return data


def _empty() -> RecordError:
    return RecordError("the file is empty; get it again or leave it out", reason="empty")


def _some(items: Records) -> Records:
    """Yield the items; where there are none, raise the ``empty`` error."""
    nothing = True
    for item in items:
        nothing = False
        yield item
    if nothing:
        raise RecordError("no record in it; get it again or leave it out", reason="empty")


def _unsupported(stream: BinaryIO, source: Source) -> RecordError:
    head = stream.read(1 << 13)
    if not head:
        return _empty()
    if wide_encoding(head) is None and is_binary(head):
        return RecordError("binary data, not text; give articles as text, HTML or tables", reason="binary")
    endings = " ".join(KINDS)
    return RecordError(f"unknown type of file; known endings: {endings}, also .gz", reason="unsupported")
