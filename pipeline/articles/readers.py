"""Files to documents: text, HTML, JSON lines, JSON, CSV, TSV, Parquet, each also gzipped, archives and folders.

Every file comes out as documents or as a reject with its reason; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from pipeline.articles.archives import STREAM_ERRORS, ReadMember, read_tar, read_zip, size_of, stream_error, unzipped
from pipeline.articles.columns import LastReject, Records, checked, reject, too_large
from pipeline.articles.html import HtmlParser, page_text
from pipeline.articles.json_tables import read_json, read_jsonl
from pipeline.articles.sources import KINDS, Reading, ReadOptions, Source, find
from pipeline.articles.tables import read_csv, read_parquet, read_tsv
from pipeline.encodings import decode, is_binary, wide_encoding
from pipeline.errors import RecordError
from pipeline.records import Document, Page, Reject

__all__ = ["ReadOptions", "gather", "parsed", "read"]


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
        for item in gather(paths, options, reject):
            found = parsed(item, parser, options) if isinstance(item, Page) else item
            if isinstance(found, Reject):
                reject(found)
            else:
                yield found


def gather(
    paths: Sequence[str], options: ReadOptions, reject: Callable[[Reject], None], reading: Reading | None = None
) -> Iterator[Document | Page]:
    """Yield what ``read`` reads, HTML pages as they are: for those who parse them elsewhere, with ``parsed``.

    Parameters
    ----------
    paths, options, reject
        As in ``read``.
    reading
        Told how far this has come.

    Raises
    ------
    InputError
        As in ``read``.
    """
    sources, reading = find(paths), reading or Reading()
    reading.begin(sources)
    files = _Files(options, reading)
    for source in sources:
        for item in files.file(source):
            if isinstance(item, Reject):
                if isinstance(item, LastReject):
                    reading.miss(source)
                reject(item)
            else:
                yield item


def parsed(page: Page, parser: HtmlParser, options: ReadOptions) -> Document | Reject:
    """Return a page's main text with what the page says of itself, or why there is none."""
    try:
        found = parser.parse(page.text)
        text = checked(found["text"] or "", options)
    except RecordError as error:
        return reject(Source(page.source, page.where or page.source), None, error)
    return Document(
        text=text,
        source=page.source,
        title=found["title"],
        outlet=found["sitename"],
        published=found["date"],
        url=found["url"],
        has_raw=False,
        where=page.where,
    )


class _Files:
    """Finds the reader of each file and turns what stops it into a reject."""

    def __init__(self, options: ReadOptions, reading: Reading) -> None:
        self._options, self._reading = options, reading

    def file(self, source: Source) -> Records:
        """Yield the documents, pages and rejects of one file."""
        try:
            with source.open() as stream:
                self._reading.next(source, stream)
                if source.kind in _ARCHIVES:
                    yield from _some(_ARCHIVES[source.kind](stream, source, self._options, self.stream))
                else:
                    yield from self.stream(stream, source)
        except RecordError as error:
            yield reject(source, None, error)
        except STREAM_ERRORS as error:
            yield reject(source, None, stream_error(error))

    def stream(self, stream: BinaryIO, source: Source) -> Records:
        """Yield the documents, pages and rejects of a stream that is no archive."""
        if source.kind is None:
            raise _unsupported(stream, source)
        if source.gzipped:
            stream = unzipped(stream, size_of(stream) if source.path or source.remote else None, self._options)
        if source.kind in _TABLES:
            yield from _some(_TABLES[source.kind](stream, source, self._options))
        elif source.kind == "html":
            yield Page(page_text(self._bytes(stream)), source.name, source.where)
        else:
            text = checked(decode(self._bytes(stream)), self._options)
            yield Document(text=text, source=source.name, where=source.where)

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
