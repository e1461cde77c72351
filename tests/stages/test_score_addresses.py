"""Scoring from addresses and to addresses: what is read there, what is written, and what another run finds."""

import gzip
import io
import json
import sqlite3
import time
import zipfile
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from scoring import OPTIONS, TALK, configured, contents

from pipeline import stance
from pipeline.config import IngestConfig, load_config
from pipeline.errors import InputError
from pipeline.ledger import LEDGER
from pipeline.stages import ingest, quotes, score, score_status
from pipeline.stages.scored_folder import ScoredFolder
from pipeline.stages.shard_work import ShardWorker
from pipeline.storage import read_articles, read_table

HTML = (
    "<html><head><title>Vote delayed</title></head><body><article><h1>Vote delayed</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in TALK.split("\n\n"))
    + "</article></body></html>"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043") + bytes(range(256)) * 4


@pytest.fixture
def model(tmp_path_factory, labelled):
    """Return the folder of a model that knows the telling words."""
    table, y = labelled
    folder = tmp_path_factory.mktemp("models") / "model"
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), folder)
    return folder


@pytest.fixture
def worked(monkeypatch):
    """Return the sources of the documents that workers were given."""
    sources = []
    work = ShardWorker.__call__

    def watched(self, task):
        sources.extend(document.source for document in task.documents)
        return work(self, task)

    monkeypatch.setattr(ShardWorker, "__call__", watched)
    return sources


def talk(number):
    return TALK.replace("Halden", f"Halden {number}")


def jsonl(*numbers):
    return "".join(json.dumps({"id": str(n), "text": talk(n)}) + "\n" for n in numbers).encode()


def archive():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("in/a.txt", talk(1))
        made.writestr("b.txt", talk(2))
    return buffer.getvalue()


# What is stored, what is asked for, and the sources in the table.
INPUTS = {
    "one file": ({"/news/a.txt": TALK.encode()}, "memory://news/a.txt", ["a.txt"]),
    "a folder": (
        {"/news/b/a.txt": TALK.encode(), "/news/c.txt": talk(1).encode(), "/news/.x/d.txt": b"hidden"},
        "memory://news/",
        ["b/a.txt", "c.txt"],
    ),
    "a folder, three slashes": ({"/news/c.txt": talk(1).encode()}, "memory:///news", ["c.txt"]),
    "a pattern": (
        {"/news/a1.txt": TALK.encode(), "/news/a2.txt": talk(1).encode(), "/news/b.txt": talk(2).encode()},
        "memory://news/a*.txt",
        ["a1.txt", "a2.txt"],
    ),
    "an archive": ({"/news/all.zip": archive()}, "memory://news/all.zip", ["all.zip::b.txt", "all.zip::in/a.txt"]),
    "gzipped lines": (
        {"/news/all.jsonl.gz": gzip.compress(jsonl(1, 2))},
        "memory://news/all.jsonl.gz",
        ["all.jsonl.gz#1", "all.jsonl.gz#2"],
    ),
    "a page": ({"/news/a.html": HTML.encode()}, "memory://news", ["a.html"]),
    "odd names": (
        {f"/news/{name}": talk(i).encode() for i, name in enumerate(["a b.txt", "a#1.txt", "5%25.txt", "ß—日.txt"])},
        "memory://news",
        ["5%25.txt", "a b.txt", "a#1.txt", "ß—日.txt"],
    ),
}


@pytest.mark.parametrize("case", INPUTS)
def test_what_lies_at_an_address_is_scored(tmp_path, model, memory, case):
    files, address, sources = INPUTS[case]
    for name, data in files.items():
        memory.pipe_file(name, data)
    manifest = score.run(configured(model), [address], tmp_path / "scored.parquet")
    rows = read_table(tmp_path / "scored.parquet")
    assert sorted({row["source"] for row in rows}) == sources
    assert len(rows) == 4 * len(sources)
    assert [row["stance"] for row in rows if row["is_statement"]][:3] == [
        "pro-restriction", "anti-restriction", "neutral",
    ]  # fmt: skip
    assert manifest.inputs[address]
    assert manifest.counts["rejects"] == 0


def test_addresses_and_paths_are_read_together_and_their_names_stay_apart(tmp_path, model, memory):
    for folder in ("one", "two"):
        memory.pipe_file(f"/{folder}/news/a.txt", talk(folder).encode())
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.txt").write_text(talk("here"))
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.txt").write_text(talk("there"))
    paths = ["memory://one/news", "memory://two/news", str(tmp_path / "here"), f"file://{tmp_path}/there"]
    manifest = score.run(configured(model), paths, tmp_path / "scored.csv")
    assert {row["source"] for row in read_table(tmp_path / "scored.csv")} == {
        "memory://one/news/a.txt", "memory://two/news/a.txt", "here/a.txt", "there/a.txt",
    }  # fmt: skip
    assert set(manifest.inputs) >= {"memory://one/news", str(tmp_path / "here"), str(tmp_path / "there")}


def test_what_lies_on_this_machine_is_the_same_by_path_and_by_address(tmp_path, model):
    folder = tmp_path / "odd #1 %20 ß"
    folder.mkdir()
    (folder / "a b.txt").write_text(TALK)
    score.run(configured(model), [str(folder)], tmp_path / "path" / "s")
    score.run(configured(model), [f"file://{folder}"], f"file://{tmp_path}/address/s")
    assert contents(tmp_path / "path") == contents(tmp_path / "address")
    assert score_status.run(f"file://{tmp_path}/address/s").state == "finished"


@pytest.mark.parametrize("name", ["scored.parquet", "scored.jsonl", "scored.csv"])
def test_a_table_at_an_address_is_the_one_on_disk(tmp_path, model, memory, name):
    memory.pipe_file("/news/a.txt", TALK.encode())
    memory.pipe_file("/news/b.txt", JPEG)
    score.run(configured(model), ["memory://news"], tmp_path / name)
    manifest = score.run(configured(model), ["memory://news"], f"memory://out/deep/{name}")
    written = {Path(path).name: data.getvalue() for path, data in memory.store.items() if path.startswith("/out")}
    told = json.loads(written.pop("scored.manifest.json"))
    assert written == {
        path.name: path.read_bytes()
        for path in tmp_path.iterdir()
        if path.is_file() and not path.name.endswith(".manifest.json")
    }
    assert set(written) == {name, "scored.articles.parquet", "scored.rejected.jsonl"}
    assert told == manifest.as_dict()
    assert f"memory://out/deep/{name}" in told["outputs"]
    assert [row["source"] for row in score.read_rows(f"memory://out/deep/{name}")] == ["a.txt"] * 4


def test_a_folder_at_an_address_gets_what_is_new_and_keeps_the_rest(tmp_path, model, memory, worked):
    memory.pipe_file("/news/all.jsonl", jsonl(1, 2))
    score.run(configured(model, shard_articles=1), ["memory://news"], "memory://out/scored")
    before = {name: file.getvalue() for name, file in memory.store.items() if "/part-" in name}
    assert len(before) == 4
    memory.pipe_file("/news/more.jsonl", jsonl(3))
    worked.clear()
    manifest = score.run(configured(model, shard_articles=1), ["memory://news"], "memory://out/scored/")
    assert worked == ["more.jsonl#3"]
    assert manifest.counts["articles"] == 3
    assert {name: memory.cat_file(name) for name in before} == before
    status = score_status.run("memory://out/scored")
    assert (status.state, status.totals["articles"], status.totals["rows"]) == ("finished", 3, 12)
    assert len(score.read_rows("memory://out/scored")) == 12


def test_a_scored_folder_copied_from_an_address_is_gone_on_with_on_disk(tmp_path, model, memory, worked):
    memory.pipe_file("/news/all.jsonl", jsonl(1, 2))
    score.run(configured(model), ["memory://news"], "memory://out/scored")
    memory.get("/out/", str(tmp_path), recursive=True)
    worked.clear()
    score.run(configured(model), ["memory://news"], tmp_path / "scored")
    assert worked == []
    assert len(read_articles(tmp_path / "scored.articles.parquet")) == 2


def lose_ledger(memory):
    memory.rm_file(f"/out/scored/{LEDGER}")


def damage_ledger(memory):
    memory.pipe_file(f"/out/scored/{LEDGER}", b"SQLite format 3\0" + b"x" * 5000)


@pytest.mark.parametrize("harm", [lose_ledger, damage_ledger])
def test_a_ledger_that_is_lost_or_damaged_at_an_address_is_made_again(model, memory, worked, harm):
    memory.pipe_file("/news/all.jsonl", jsonl(1, 2, 3))
    config, told = configured(model, shard_articles=1), []
    score.run(config, ["memory://news"], "memory://out/scored")
    harm(memory)
    worked.clear()
    manifest = score.run(config, ["memory://news"], "memory://out/scored", tell=told.append)
    assert worked == []
    assert manifest.counts["articles"] == 3
    damaged = [line for line in told if "damaged" in line]
    assert damaged == ["memory://out/scored/_ledger.sqlite: damaged, so it is made again from the shards"] * (
        harm is damage_ledger
    )
    assert score_status.run("memory://out/scored").totals["articles"] == 3


@pytest.mark.parametrize("side", ["scored", "scored.articles.parquet"])
def test_a_shard_that_was_damaged_at_an_address_is_scored_again_by_the_second_run(model, memory, side):
    memory.pipe_file("/news/all.jsonl", jsonl(1, 2, 3))
    config = configured(model, shard_articles=1)
    score.run(config, ["memory://news"], "memory://out/scored")
    rows = sorted(score.read_rows("memory://out/scored"), key=lambda row: row["row_id"])
    before = {name: file.getvalue() for name, file in memory.store.items() if "/part-" in name}
    name = next(name for name in before if name.startswith(f"/out/{side}/"))
    memory.pipe_file(name, before[name][:-300] + bytes(300))
    if side == "scored":
        with pytest.raises(InputError, match=r"^memory://out/scored/part-\w+\.parquet: damaged; start the command ag"):
            score.run(configured(model, shard_articles=1, abstain_below=0.01), ["memory://news"], "memory://out/scored")
    else:  # nobody reads the articles of shards that stay as they are
        memory.rm_file(name)
    score.run(config, ["memory://news"], "memory://out/scored")
    assert sorted(score.read_rows("memory://out/scored"), key=lambda row: row["row_id"]) == rows
    assert {name for name in memory.store if "/part-" in name} == set(before)


@pytest.mark.parametrize("side", ["scored", "scored.articles.parquet"])
def test_damage_at_an_address_is_found_by_a_run_that_is_to_verify(model, memory, side):
    memory.pipe_file("/news/all.jsonl", jsonl(1, 2, 3))
    score.run(configured(model, shard_articles=1), ["memory://news"], "memory://out/scored")
    before = {name: file.getvalue() for name, file in memory.store.items() if "/part-" in name}
    name = next(name for name in before if name.startswith(f"/out/{side}/"))
    memory.pipe_file(name, before[name][:-300] + bytes(300))
    told = []
    config = configured(model, shard_articles=1, verify=True)
    score.run(config, ["memory://news"], "memory://out/scored", tell=told.append)
    assert sum("damaged or gone; its articles are scored again" in line for line in told) == 1
    told.clear()
    score.run(config, ["memory://news"], "memory://out/scored", tell=told.append)
    assert not any("damaged" in line for line in told)


def test_drift_retry_and_prune_work_at_an_address(tmp_path, model, memory, labelled, monkeypatch, worked):
    for number in (1, 2):
        memory.pipe_file(f"/news/{number}.txt", talk(number).encode())
    out = "memory://out/scored"
    config, find = configured(model, shard_articles=1), score.stance.load

    class Failing(Exception):
        pass

    from pipeline.stages import extraction

    chosen = extraction._chosen

    def failing(article, *rest):
        if article.source == "2.txt":
            raise Failing("no luck")
        return chosen(article, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(extraction, "_chosen", failing)
        score.run(config, ["memory://news"], "memory://out/scored")
    status = score_status.run("memory://out/scored")
    assert [(shard.articles, "no luck" in shard.why) for shard in status.failed] == [(1, True)]
    assert score.run(config, ["memory://news"], "memory://out/scored").counts["articles"] == 1
    assert score.run(config, ["memory://news"], "memory://out/scored", retry=True).counts["articles"] == 2

    table, y = labelled
    turned = {"pro-restriction": "anti-restriction", "anti-restriction": "pro-restriction", "neutral": "neutral"}
    stance.save(stance.fit("tfidf", OPTIONS, table, [turned[v] for v in y], training={}), tmp_path / "other")
    worked.clear()
    other = configured(tmp_path / "other", shard_articles=1)
    manifest = score.run(other, ["memory://news"], "memory://out/scored")
    assert worked == []
    assert "memory://out/scored.drift.csv" in manifest.outputs
    assert b",anti-restriction," in memory.cat_file("/out/scored.drift.csv")
    drift = score.read_drift("memory://out/scored")
    assert sum(int(row["after"]) for row in drift) == sum(row["is_statement"] for row in score.read_rows(out))
    assert find is score.stance.load

    memory.rm_file("/news/1.txt")
    assert score.run(other, ["memory://news"], "memory://out/scored").counts["articles"] == 2
    assert score.run(other, ["memory://news"], "memory://out/scored", prune=True).counts["articles"] == 1
    assert {row["source"] for row in score.read_rows("memory://out/scored")} == {"2.txt"}


@pytest.mark.parametrize("out", ["memory://news/scored", "memory://news/scored.parquet", "memory://news/scored.csv"])
@pytest.mark.parametrize("pattern", ["", "/*", "/**"])
def test_what_was_written_below_the_input_is_not_read_again(model, memory, out, pattern):
    memory.pipe_file("/news/a.txt", TALK.encode())
    memory.pipe_file("/news/b.txt", JPEG)
    for _ in range(2):
        manifest = score.run(configured(model), [f"memory://news{pattern}"], out)
        assert manifest.counts["documents"] == 1
    assert manifest.counts["rejects"] == 1


def test_shards_of_a_run_that_has_not_ended_are_not_read_from_the_folder_above(model, memory, monkeypatch):
    memory.pipe_file("/news/all.jsonl", jsonl(1, 2, 3))
    predict, calls = stance.StanceModel.predict_proba, []

    def breaking(self, table):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return predict(self, table)

    monkeypatch.setattr(stance.StanceModel, "predict_proba", breaking)
    config = configured(model, shard_articles=1)
    with pytest.raises(KeyboardInterrupt):
        score.run(config, ["memory://news"], "memory://news/scored")
    assert any("/news/scored/part-" in name for name in memory.store)
    manifest = score.run(config, ["memory://news"], "memory://else/scored.jsonl")
    assert manifest.counts["documents"] == 3
    assert score.run(config, ["memory://news"], "memory://news/scored").counts["documents"] == 3


def test_a_run_that_reads_nothing_leaves_what_was_at_the_address(model, memory):
    memory.pipe_file("/out/scored/notes.md", b"mine")
    memory.pipe_file("/news/photo.jpg", JPEG)
    with pytest.raises(InputError, match=r"nothing could be read; memory://news/photo\.jpg: binary data"):
        score.run(configured(model), ["memory://news"], "memory://out/scored")
    assert set(memory.store) == {"/out/scored/notes.md", "/news/photo.jpg"}


def test_a_place_without_rights_is_told_before_anything_is_scored(model, memory, monkeypatch, worked):
    def refuse(self, path, *_, **__):
        raise PermissionError(f"403 forbidden: {path}")

    memory.pipe_file("/news/a.txt", TALK.encode())
    monkeypatch.setattr(type(memory), "put_file", refuse)
    monkeypatch.setattr(type(memory), "pipe_file", refuse)
    message = r"^memory://out/scored/_ledger\.sqlite: cannot be written \(403 forbidden.*\); check address, rights and"
    with pytest.raises(InputError, match=message):
        score.run(configured(model), ["memory://news"], "memory://out/scored")
    assert worked == []


OUTPUTS = [
    ("memory://scored", "memory://scored: is a whole bucket; name a folder or a table in it"),
    ("nosuch://b/scored", "nosuch://b/scored: no file system is called 'nosuch'; check the address"),
    ("memory://out/scored.xlsx", "cannot tell the format"),
    ("memory://news/a.txt", "cannot tell the format"),
    ("memory://news/in.jsonl", "memory://news/in.jsonl: is read and would be overwritten"),
]


@pytest.mark.parametrize(("out", "message"), OUTPUTS)
def test_an_output_that_cannot_be_is_refused_and_nothing_is_written(model, memory, out, message):
    memory.pipe_file("/news/in.jsonl", jsonl(1))
    with pytest.raises(InputError, match=message):
        score.run(configured(model), ["memory://news/in.jsonl"], out)
    assert set(memory.store) == {"/news/in.jsonl"}


def test_the_status_of_an_address_without_a_run_is_one_line(memory):
    with pytest.raises(InputError, match=r"^memory://out/scored: no ledger of a run here"):
        score_status.run("memory://out/scored")


def test_a_run_into_an_address_that_has_long_been_silent_is_called_stopped(model, memory, monkeypatch):
    memory.pipe_file("/news/1.txt", talk(1).encode())
    states, commit = [], ScoredFolder.commit

    def watched(self, done):
        commit(self, done)
        self.publish()
        with monkeypatch.context() as patched:
            for now in (time.time(), time.time() + 3600):
                patched.setattr(score_status.time, "time", partial(float, now))
                states.append(score_status.run("memory://out/scored").state)

    monkeypatch.setattr(ScoredFolder, "commit", watched)
    score.run(configured(model), ["memory://news"], "memory://out/scored")
    assert states == ["running", "stopped"]


def test_no_secret_of_an_address_is_written_anywhere(model, memory, tmp_path, caplog):
    """The memory file system takes what stands before the bucket for a part of its name."""
    secret, told = "AKIAQ7:p4ssw0rd@", []
    memory.pipe_file(f"/{secret}news/a.txt", TALK.encode())
    memory.pipe_file(f"/{secret}news/b.txt", JPEG)
    config = configured(model)
    for _ in range(2):
        score.run(config, [f"memory://{secret}news"], f"memory://{secret}out/scored", tell=told.append)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(TALK)
    score.run(config, [f"memory://{secret}news", str(tmp_path / "news")], tmp_path / "s.csv")
    memory.rm_file(f"/{secret}news/a.txt")
    memory.pipe_file(f"/{secret}news/c.txt", talk(1).encode())
    score.run(config, [f"memory://{secret}news"], f"memory://{secret}out/scored", tell=told.append)
    written = {name: file.getvalue() for name, file in memory.store.items() if "out/" in name}
    written |= {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(told) == 3
    assert any(b"memory://***@news/b.txt" in data for data in written.values())
    for name, data in {**written, "told": "\n".join([*told, caplog.text]).encode()}.items():
        assert b"p4ssw0rd" not in data, name
        assert b"AKIAQ7" not in data, name
    ledger = tmp_path / "ledger.sqlite"
    ledger.write_bytes(memory.cat_file(f"/{secret}out/scored/{LEDGER}"))
    assert "p4ssw0rd" not in "\n".join(sqlite3.connect(ledger).iterdump())
    assert "p4ssw0rd" not in json.dumps(score_status.run(f"memory://{secret}out/scored").as_dict())


def test_corrections_on_this_machine_hold_for_articles_at_an_address(tmp_path, model, memory):
    memory.pipe_file("/news/a.txt", TALK.encode())
    score.run(configured(model), ["memory://news"], "memory://out/scored.parquet")
    row = score.read_rows("memory://out/scored.parquet")[0]
    (article,) = parquet_rows(memory.cat_file("/out/scored.articles.parquet"))
    correction = {
        "quote_id": row["quote_id"], "source": "a.txt", "sha256": article["raw_sha256"], "start": row["raw_start"],
        "end": row["raw_end"], "field": "speaker", "old": row["speaker"], "new": "Ida Ferran", "coder": "ann",
        "coder_type": "human", "time": "2032-03-01T08:30:00Z",
    }  # fmt: skip
    (tmp_path / "mended.jsonl").write_text(json.dumps(correction) + "\n")
    config = configured(model, corrections=[str(tmp_path / "mended.jsonl")])
    manifest = score.run(config, ["memory://news"], "memory://out/mended")
    assert score.read_rows("memory://out/mended")[0]["speaker"] == "Ida Ferran"
    assert manifest.counts["corrections"] == 1


def parquet_rows(data):
    return pq.read_table(io.BytesIO(data)).to_pylist()


def test_quotes_and_ingest_read_addresses_too(tmp_path, memory):
    memory.pipe_file("/news/a b.txt", TALK.encode())
    memory.pipe_file("/news/photo.jpg", JPEG)
    settings = ["paths=[memory://k:p4ssw0rd@x/news]", f"out={tmp_path / 'q.parquet'}"]
    memory.mv("/news", "/k:p4ssw0rd@x/news", recursive=True)
    config = load_config(IngestConfig, "ingest", settings)
    manifest = ingest.run(config)
    assert {row["source"] for row in read_table(tmp_path / "q.parquet")} == {"a b.txt"}
    assert list(manifest.inputs) == ["memory://***@x/news"]
    first = manifest.inputs["memory://***@x/news"]
    assert "p4ssw0rd" not in "".join(p.read_text(errors="replace") for p in tmp_path.iterdir() if p.is_file())
    assert [view.article.source for view in quotes.run(config, limit=3).views] == ["a b.txt"]
    memory.pipe_file("/k:p4ssw0rd@x/news/a b.txt", talk(1).encode())
    assert ingest.run(config).inputs["memory://***@x/news"] != first


def test_the_quote_table_of_ingest_is_not_written_to_an_address(memory, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    memory.pipe_file("/news/a.txt", TALK.encode())
    config = load_config(IngestConfig, "ingest", ["paths=[memory://news]", "out=memory://out/q.parquet"])
    with pytest.raises(InputError, match="is an address, and has to be a file of this machine"):
        ingest.run(config)
    assert list(tmp_path.iterdir()) == []
