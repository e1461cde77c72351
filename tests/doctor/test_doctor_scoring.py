"""What the doctor says of scoring runs: broken off, under way, damaged."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.ledger import LEDGER, Ledger, ShardRecord

NOTHING = ["ok      files: nothing left behind by commands that were broken off", "0 broken, 0 to note, 1 ok"]


def scored(folder, *, state=None, articles=3):
    """Make the folder of a run that has scored some articles."""
    Path(folder).mkdir(parents=True)
    with Ledger(Path(folder, LEDGER)) as ledger:
        ledger.begin("local", 2, 0)
        ledger.commit(ShardRecord("ab" * 8, 0, 0, "r", "s", "m", "", "", articles, 9, 9, 0, 0, 1.0, 1.0), [], [])
        if state:
            ledger.end(state)


def test_a_finished_folder_is_no_matter(ask):
    scored("scored", state="finished")
    assert ask("files") == (0, NOTHING)


@pytest.mark.parametrize("folder", ["scored", "data/scored", "reports/scored"])
def test_a_folder_that_a_run_left_unfinished_is_told_with_the_way_on(ask, folder):
    scored(folder, state="stopped")
    told = (
        f"note    scoring: {folder}: a run was broken off; 3 articles are done, "
        f"`stance score ... --out {folder}` with the same input goes on with it"
    )
    assert ask("files") == (0, [told, "0 broken, 1 to note, 0 ok"])


def test_shards_of_a_table_that_a_run_left_unfinished_are_told_with_both_ways(ask):
    scored("reports/.my table.csv.shards")  # killed: the ledger says that it runs
    status, lines = ask("files")
    assert status == 0
    assert lines[0] == (
        "note    scoring: reports/my table.csv: a run was broken off; 3 articles are done, "
        "`stance score ... --out 'reports/my table.csv'` with the same input goes on with it; "
        "to give it up, remove its shards"
    )
    command = lines[1].strip()
    assert command.endswith("rm -r -- 'reports/.my table.csv.shards'")


def test_a_run_that_is_under_way_is_left_alone(ask):
    scored("reports/.t.parquet.shards")
    with FileLock("reports/.t.parquet.shards/_lock"):
        told = "ok      scoring: reports/t.parquet: a run is under way; 3 articles are done"
        assert ask("files") == (0, [told, "0 broken, 0 to note, 1 ok"])


def test_a_damaged_ledger_is_noted_and_the_next_run_makes_it_again(ask):
    scored("scored", state="finished")
    Path("scored", LEDGER).write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    status, lines = ask("files")
    assert status == 0
    assert lines[0].startswith("note    scoring: scored: its ledger cannot be read")
    assert lines[0].endswith("the next run makes it again")


def test_looking_changes_nothing(ask):
    scored("scored", state="stopped")
    with closing(sqlite3.connect("scored/" + LEDGER)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    before = {path.name: path.read_bytes() for path in Path("scored").iterdir()}
    ask("files")
    assert {path.name: path.read_bytes() for path in Path("scored").iterdir()} == before
    shutil.rmtree("scored")
    assert ask("files") == (0, NOTHING)
