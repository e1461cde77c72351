"""A folder of shards that is opened again: what nobody has touched is not read, and what is damaged is still found."""

import json
import os
import sqlite3
from contextlib import closing

import pytest

from pipeline import stance
from pipeline.config import ScoreConfig, load_config
from pipeline.errors import InputError
from pipeline.ledger import LEDGER
from pipeline.parts import read_parts
from pipeline.places import LocalPlace
from pipeline.stages import score
from pipeline.stages.scored_folder import LEFT

FEATURES = {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}}
OPTIONS = {"features": FEATURES, "c": 10.0, "class_weight": None, "max_iterations": 300}
TALK = "Vote in {0}\n\n“The ban on Quillon routers is overdue,” said Mira {0}, the mayor of the town.\n"
TOWNS = ["Halden", "Norhavn", "Velby", "Ostrand"]


@pytest.fixture
def run(tmp_path, labelled):
    """Return what scores one article a town into the same folder, one a shard, and returns the manifest."""
    table, y = labelled
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), tmp_path / "model")

    def scored(towns, **values):
        lines = [json.dumps({"id": town, "text": TALK.format(town)}) for town in towns]
        (tmp_path / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")
        retry, prune = values.pop("retry", False), values.pop("prune", False)
        given = {"model": str(tmp_path / "model"), "engine": "inline", "shard_articles": 1} | values
        config = load_config(ScoreConfig, "score", [f"{name}={json.dumps(value)}" for name, value in given.items()])
        told = []
        path = str(tmp_path / "news.jsonl")
        manifest = score.run(config, [path], tmp_path / "scored", retry=retry, prune=prune, tell=told.append)
        return manifest, told

    return scored


@pytest.fixture
def read(monkeypatch):
    """Return the names of the files that are read."""
    names = []
    before = LocalPlace.read

    def reading(self, name):
        names.append(name)
        return before(self, name)

    monkeypatch.setattr(LocalPlace, "read", reading)
    return names


def damage(path):
    """Wipe out the first rows in a file; size and time of change stay."""
    found = path.stat()
    data = bytearray(path.read_bytes())
    data[4:400] = bytes(396)
    path.write_bytes(data)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def first_part(tmp_path):
    return min((tmp_path / "scored").glob("part-*"))


def test_a_run_that_adds_an_article_reads_no_shard_that_is_there(run, read):
    run(TOWNS[:3])
    read.clear()
    manifest, _ = run(TOWNS)
    assert manifest.counts["articles"] == 4
    assert [name for name in read if name.startswith("part-")] == []


def test_a_shard_whose_file_was_changed_is_scored_again(run, tmp_path):
    run(TOWNS)
    damage(first_part(tmp_path))
    os.utime(first_part(tmp_path))
    _, told = run(TOWNS)
    assert "damaged or gone" in told[0]
    assert len(read_parts(tmp_path / "scored")) == 4


def ask_for_it(folder):
    return {"verify": True}


def touch_the_ledger(folder):
    os.utime(folder / LEDGER)
    return {}


def end_the_run_from_outside(folder):
    (folder / LEFT).unlink()
    return {}


@pytest.mark.parametrize("prepare", [ask_for_it, touch_the_ledger, end_the_run_from_outside])
def test_damage_that_leaves_size_and_time_is_found_where_all_is_read(run, tmp_path, prepare):
    run(TOWNS)
    damage(first_part(tmp_path))
    _, told = run(TOWNS, **prepare(tmp_path / "scored"))
    assert "damaged or gone" in told[0]
    assert len(read_parts(tmp_path / "scored")) == 4


def test_a_folder_that_was_copied_is_read_once(run, tmp_path, read):
    run(TOWNS)
    for path in (tmp_path / "scored").glob("part-*"):
        os.utime(path, ns=(1, 1))
    read.clear()
    _, told = run(TOWNS)
    assert not any("damaged" in line for line in told)
    assert sum(name.startswith("part-") for name in read) == 8
    read.clear()
    run(TOWNS)
    assert not any(name.startswith("part-") for name in read)


def test_while_a_run_goes_on_the_ledger_counts_as_touched(run, tmp_path, monkeypatch):
    run(TOWNS[:3])
    left = tmp_path / "scored" / LEFT
    seen = []
    monkeypatch.setattr(score, "write_outputs", lambda *_: seen.append(left.exists()) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(TOWNS)
    assert seen == [False]
    assert not left.exists()


def test_speakers_are_those_of_the_shards_that_are_there(run):
    assert run(TOWNS[:2])[0].counts["speakers"] == 2
    assert run(TOWNS[1:])[0].counts["speakers"] == 4
    assert run(TOWNS[1:3], prune=True)[0].counts["speakers"] == 2


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE shards SET speakers = zeroblob(8)",
        "UPDATE speakers SET shards = 7",
        "DELETE FROM speakers",
        "UPDATE shards SET speakers = x'00'",
        "UPDATE shards SET summary = '{}'",
        "UPDATE shards SET summary = '{'",
        "UPDATE shards SET speakers = zeroblob(8); DELETE FROM speakers",
    ],
)
def test_what_the_ledger_adds_up_is_compared_with_the_shards(run, tmp_path, harm):
    counts = run(TOWNS)[0].counts
    with closing(sqlite3.connect(tmp_path / "scored" / LEDGER)) as database:
        database.executescript(harm)
    assert run(TOWNS, verify=True)[0].counts == counts


def test_a_ledger_that_proves_damaged_on_the_way_is_checked_by_the_next_run(run, tmp_path):
    counts = run(TOWNS)[0].counts
    ledger = tmp_path / "scored" / LEDGER
    found = ledger.stat()
    with closing(sqlite3.connect(ledger)) as database:
        database.executescript("UPDATE shards SET summary = '{'")
    os.utime(ledger, ns=(found.st_atime_ns, found.st_mtime_ns))
    with pytest.raises(InputError, match=r"_ledger\.sqlite: damaged; start the command again, and it is made again"):
        run(TOWNS)
    manifest, told = run(TOWNS)
    assert "damaged, so it is made again from the shards" in told[0]
    assert manifest.counts == counts


def test_settings_that_were_refused_are_not_those_of_the_folder(run, tmp_path):
    counts = run(TOWNS)[0].counts
    (tmp_path / "scored" / LEDGER).unlink()
    with pytest.raises(InputError, match="found with other settings"):
        run(TOWNS, kinds=["direct"])
    assert run(TOWNS)[0].counts == counts


def test_sums_over_shards_are_those_of_one_table(run, tmp_path):
    run(TOWNS[:2])
    run(TOWNS[1:])
    counts = run(TOWNS)[0].counts
    (tmp_path / "scored" / LEDGER).unlink()
    assert run(TOWNS)[0].counts == counts
    assert run(TOWNS, shard_articles=50)[0].counts == counts
