"""Which form MLflow's database has, and which the installed MLflow wants; nothing is migrated, and nothing imported."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import TrackingError

_REVISION = re.compile(r"^(revision|down_revision)\b[^=\n]*=\s*(.+)$", re.MULTILINE)
_NAME = re.compile(r"""["']([^"']+)["']""")
_VERSIONS = Path("store", "db_migrations", "versions")


def revisions() -> dict[str, frozenset[str]]:
    """Return every revision of the schema that the installed MLflow knows, with those it follows on.

    Its scripts are read as text: importing them takes MLflow, and so seconds.

    Raises
    ------
    TrackingError
        If MLflow is not installed, or keeps its scripts in another way.
    """
    spec = find_spec("mlflow")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise TrackingError("MLflow is not installed; install the project again")
    found = {}
    for path in sorted((Path(places[0]) / _VERSIONS).glob("*.py")):
        named = {key: _NAME.findall(value) for key, value in _REVISION.findall(path.read_text(encoding="utf-8"))}
        if named.get("revision"):
            found[named["revision"][0]] = frozenset(named.get("down_revision", ()))
    if not found:
        raise TrackingError(f"no schema of MLflow's database in {Path(places[0]) / _VERSIONS}; install MLflow again")
    return found


def newest(known: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the revisions that none follows on.

    Examples
    --------
    >>> sorted(newest({"a": frozenset(), "b": frozenset("a"), "c": frozenset("b")}))
    ['c']
    """
    return frozenset(known) - {earlier for follows in known.values() for earlier in follows}


def revision_of(database: Path) -> str | None:
    """Return the revision of a database's schema; None where nothing is in it yet.

    The file is opened for reading only; it is neither made nor changed.

    Raises
    ------
    TrackingError
        If tables lie in it that are not MLflow's.
    sqlite3.Error
        If it cannot be read, is no database (``DatabaseError``), or is locked (``OperationalError``).
    """
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if not {"alembic_version", "experiments"} <= tables:
            raise TrackingError(f"{database}: is a database, but not MLflow's")
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if found is None:
        raise TrackingError(f"{database}: does not tell the version of its schema")
    return str(found[0])
