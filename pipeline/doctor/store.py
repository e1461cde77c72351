"""MLflow's store: where it is, whether it can be used, and whether the installed MLflow knows its form."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pipeline.doctor.findings import Finding
from pipeline.doctor.locks import holder, is_held
from pipeline.doctor.project import install, installed_version, python_command
from pipeline.errors import TrackingError
from pipeline.tracking import schema
from pipeline.tracking.store import VARIABLE, database_of, store_uri

_SECONDS = 2
_NAME = "mlflow"
_ALLOWED = "MLFLOW_ALLOW_FILE_STORE"  # without it MLflow refuses folders
_DEFAULT = f"unset {VARIABLE}"
# Somebody is writing, or was when the power went: the next who may write puts it right.
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY}


def look() -> Iterator[Finding]:
    """Yield what is found of the store and, of a database, of its lock."""
    uri = store_uri()
    database, parts = database_of(uri), urlsplit(uri)
    if database is not None:
        yield _database(database, uri)
        yield from _lock(database)
    elif parts.scheme in ("http", "https"):
        yield _server(parts)
    elif parts.scheme in ("", "file"):
        yield _folder(uri)
    else:
        yield _elsewhere(parts)


def _database(database: Path, uri: str) -> Finding:
    if not database.exists():
        return _unmade(database)
    if not database.is_file():
        return Finding(_NAME, "broken", f"{database}: is no file", _aside(database))
    if not os.access(database, os.R_OK | os.W_OK) or not os.access(database.parent, os.W_OK):
        mend = shlex.join(["chmod", "u+rwX", str(database.parent), str(database)])
        return Finding(_NAME, "broken", f"{database}: may not be read and written by this user", mend)
    try:
        found = schema.revision_of(database)
    except TrackingError as error:
        return Finding(_NAME, "broken", str(error), _DEFAULT if os.environ.get(VARIABLE) else _aside(database))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _BUSY:  # the lower byte is the kind
            return Finding(_NAME, "note", f"{database}: in use, and cannot be looked into just now ({error})")
        return Finding(_NAME, "broken", f"{database}: is damaged or no database ({error})", _aside(database))
    if found is None:
        return Finding(_NAME, "ok", f"{database}: empty; made ready by the first command that logs")
    return _migrated(database, uri, found)


def _unmade(database: Path) -> Finding:
    folder = database.parent
    if not folder.is_dir():
        return Finding(_NAME, "broken", f"there is no folder {folder}", shlex.join(["mkdir", "-p", str(folder)]))
    if not os.access(folder, os.W_OK):
        mend = shlex.join(["chmod", "u+w", str(folder)])
        return Finding(_NAME, "broken", f"{folder}: no database can be made here", mend)
    return Finding(_NAME, "ok", f"{database}: made by the first stance train")


def _aside(database: Path) -> str:
    return shlex.join(["mv", "--", str(database), f"{database}.aside"])


def _migrated(database: Path, uri: str, found: str) -> Finding:
    known, running = schema.revisions(), installed_version("mlflow")
    newest = schema.newest(known)
    if found in newest:
        return Finding(_NAME, "ok", f"{database}: reachable, schema {found} as MLflow {running} wants it")
    if found in known:
        text = f"{database}: schema {found} is older than that of MLflow {running} ({', '.join(newest)})"
        copy = shlex.join(["cp", "--", str(database), f"{database}.before"])
        return Finding(_NAME, "broken", text, f"{copy} && {python_command('-m', 'mlflow', 'db', 'upgrade', uri)}")
    text = f"{database}: schema {found} is none that MLflow {running} knows; a newer MLflow has used it"
    return Finding(_NAME, "broken", text, _DEFAULT if os.environ.get(VARIABLE) else _aside(database))


def _lock(database: Path) -> Iterator[Finding]:
    """Yield a note where a process holds the lock under which the store is made ready; a free one is normal."""
    path = Path(f"{database}.lock")
    if path.is_file() and is_held(path):
        process = holder(path)
        text = f"{path}: held by {f'process {process}' if process else 'a process'}, which is making the store ready"
        yield Finding("mlflow lock", "note", text, f"ps -fp {process}" if process else None)


def _shown(parts: SplitResult) -> str:
    """Return an address without the name and password in it: what the doctor says is sent to others."""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _is_local(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _server(parts: SplitResult) -> Finding:
    address = _shown(parts)
    if not _is_local(parts.hostname):
        text = f"{address}: a server, not connected to by the doctor"
        return Finding(_NAME, "note", text, "stance runs --limit 1  # connects")
    try:
        status = _health(parts)
    except (OSError, HTTPException, ValueError) as error:
        port = str(_port(parts) or 5000)
        mend = python_command("-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port)
        return Finding(_NAME, "broken", f"{address}: no server answers ({error or type(error).__name__})", mend)
    if status != 200:
        return Finding(_NAME, "broken", f"{address}: answers, but not as MLflow does (status {status})", _DEFAULT)
    return Finding(_NAME, "ok", f"{address}: reachable; it migrates its own store")


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def _health(parts: SplitResult) -> int:
    """Return the status with which a server on this machine answers; no proxy stands between."""
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/health")
        return connection.getresponse().status
    finally:
        connection.close()


def _folder(uri: str) -> Finding:
    if os.environ.get(_ALLOWED, "").lower() in ("1", "true"):
        return Finding(_NAME, "ok", f"{uri}: a folder, allowed by {_ALLOWED}")
    text = f"{uri}: a folder, which MLflow {installed_version('mlflow')} refuses; a database takes its place"
    return Finding(_NAME, "broken", text, _DEFAULT)


def _elsewhere(parts: SplitResult) -> Finding:
    if installed_version("mlflow") is None:
        return Finding(_NAME, "broken", "MLflow is not installed", install())
    text = f"{_shown(parts)}: not connected to by the doctor"
    return Finding(_NAME, "note", text, "stance runs --limit 1  # connects")
