"""Runs into an output that is there: broken off, pruned, with another model, over files that changed meanwhile."""

import gzip
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from scoring import OPTIONS, TALK, configured, contents

from pipeline import ledger, shard_files, stance
from pipeline.errors import ExecutorError, InputError
from pipeline.executors.base import Outcome
from pipeline.ledger import LEDGER
from pipeline.parts import read_parts
from pipeline.places import LocalPlace, RemotePlace
from pipeline.stages import extraction, score, shard_run
from pipeline.stages.extraction import Extractor
from pipeline.stages.scored_folder import ScoredFolder
from pipeline.storage import read_table


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def model(tmp_path_factory, labelled):
    """Return the folder of a model that knows the telling words."""
    table, y = labelled
    folder = tmp_path_factory.mktemp("models") / "model"
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), folder)
    return folder


@pytest.fixture
def articles(tmp_path):
    return written(tmp_path / "articles", 4)


def talk(number):
    return TALK.replace("Halden", f"Halden {number}")


def written(folder, count):
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.txt").write_text(talk(number), encoding="utf-8")
    return folder


def sources(out):
    return sorted({row["source"] for row in read_parts(Path(out))})


def failing(patched, *names, message="no luck"):
    """Have the program fail at articles of these names, at all of them without names."""
    chosen = extraction._chosen

    def choose(article, *rest):
        if not names or article.source in names:
            raise RuntimeError(message)
        return chosen(article, *rest)

    patched.setattr(extraction, "_chosen", choose)


def test_a_run_killed_at_an_address_loses_nothing_that_the_input_no_longer_has(tmp_path, model, memory, monkeypatch):
    folder, out = written(tmp_path / "articles", 8), "memory://out/scored"
    score.run(configured(model, shard_articles=2), [str(folder)], out)
    for number in range(4):
        (folder / f"{number}.txt").unlink()
    commit, publish, done = ScoredFolder.commit, ScoredFolder.publish, []

    def dying(self, shard):
        commit(self, shard)
        done.append(shard)
        if len(done) == 2:
            monkeypatch.setattr(ScoredFolder, "publish", lambda self: None)
            raise Killed

    config = configured(model, shard_articles=2, abstain_below=0.9)
    monkeypatch.setattr(ScoredFolder, "commit", dying)
    with pytest.raises(Killed):
        score.run(config, [str(folder)], out)
    monkeypatch.setattr(ScoredFolder, "commit", commit)
    monkeypatch.setattr(ScoredFolder, "publish", publish)
    assert score.run(config, [str(folder)], out).counts["articles"] == 8
    assert sorted({row["source"] for row in score.read_rows(out)}) == [f"{number}.txt" for number in range(8)]


def test_a_file_that_is_not_what_the_ledger_says_is_looked_at_by_the_next_run_and_not_before(
    tmp_path, model, memory, articles
):
    out = "memory://out/scored"
    score.run(configured(model, shard_articles=1), [str(articles)], out)
    name = next(name for name in memory.ls("/out/scored", detail=False) if "part-" in name)
    whole = memory.cat_file(name)
    memory.pipe_file(name, whole[:-1])
    other = configured(model, shard_articles=1, abstain_below=0.9)
    with pytest.raises(InputError, match=r"damaged; start the command again, and it is scored again"):
        score.run(other, [str(articles)], out)
    memory.pipe_file(name, whole)  # it was only the way to it
    for path in articles.iterdir():
        path.write_text("Nothing of it is read again.")
    assert score.run(other, [str(articles)], out).counts["articles"] == 8


def test_files_of_others_beside_the_output_are_left_alone(tmp_path, model, articles):
    theirs = tmp_path / "news.articles.parquet" / "part-00000.parquet"
    theirs.parent.mkdir()
    theirs.write_bytes(b"theirs")
    with pytest.raises(InputError, match=r"its folder of articles holds part-00000\.parquet, which is no shard"):
        score.run(configured(model), [str(articles)], tmp_path / "news")
    assert theirs.read_bytes() == b"theirs"


def test_a_folder_is_the_same_through_a_link(tmp_path, model, articles):
    score.run(configured(model), [str(articles)], tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (articles / "0.txt").unlink()
    before = contents(tmp_path)
    assert score.run(configured(model), [str(articles)], tmp_path / "link").counts["articles"] == 4
    assert contents(tmp_path) == before


def test_a_folder_without_its_articles_is_refused_and_nothing_of_it_goes(tmp_path, model, articles):
    score.run(configured(model), [str(articles)], tmp_path / "scored")
    copied = tmp_path / "copied"
    shutil.copytree(tmp_path / "scored", copied)
    before = contents(copied)
    with pytest.raises(InputError, match=r"copied: the folder of its articles is missing; put it back beside it"):
        score.run(configured(model), [str(articles)], copied)
    assert contents(copied) == before


class TwoAtOnce:
    """Takes two tasks at a time, and has the second one done first."""

    def __init__(self, start):
        self._start = start

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, take):
        work = self._start()
        while tasks := [task for task in (take(), take()) if task is not None]:
            for task in reversed(tasks):
                yield Outcome(task, work(task))


def test_an_article_retried_while_its_shard_is_scored_again_stands_there_once(tmp_path, model, articles, monkeypatch):
    out = tmp_path / "scored"
    with monkeypatch.context() as patched:
        failing(patched, "2.txt")
        score.run(configured(model), [str(articles)], out)
    monkeypatch.setattr(shard_run, "open_executor", lambda engine, start, **options: TwoAtOnce(start))
    manifest = score.run(configured(model, abstain_below=0.9), [str(articles)], out, retry=True)
    assert (manifest.counts["articles"], manifest.counts["rejects"]) == (4, 0)
    assert sources(out) == ["0.txt", "1.txt", "2.txt", "3.txt"]


def test_what_was_left_out_as_repeated_is_there_once_the_first_is_pruned(tmp_path, model):
    records = [{"id": "1", "text": TALK, "title": "One"}, {"id": "1", "text": TALK, "title": "Two"}]
    lines, out = tmp_path / "news.jsonl", tmp_path / "scored"
    lines.write_text("".join(json.dumps(record) + "\n" for record in [*records, {"id": "2", "text": talk(2)}]))
    assert score.run(configured(model), [str(lines)], out).dropped["rejected-repeated"] == 1
    lines.write_text("".join(json.dumps(record) + "\n" for record in [records[1], {"id": "2", "text": talk(2)}]))
    with pytest.raises(InputError, match=r"articles of 1 shards have to be read again; start the command again"):
        score.run(configured(model), [str(lines)], out, prune=True)
    manifest = score.run(configured(model), [str(lines)], out, prune=True)
    assert (manifest.counts["articles"], manifest.counts["rejects"]) == (2, 0)
    assert {row["title"] for row in read_table(tmp_path / "scored.articles.parquet", required=())} >= {"Two"}


def test_the_twin_of_an_article_that_failed_is_scored(tmp_path, model, monkeypatch):
    records = [{"id": "1", "text": TALK, "title": "One"}, {"id": "1", "text": TALK, "title": "Two"}]
    lines = tmp_path / "news.jsonl"
    lines.write_text("".join(json.dumps(record) + "\n" for record in records))
    chosen = extraction._chosen

    def choose(article, *rest):
        if article.title == "One":
            raise RuntimeError("no luck")
        return chosen(article, *rest)

    monkeypatch.setattr(extraction, "_chosen", choose)
    manifest = score.run(configured(model), [str(lines)], tmp_path / "scored")
    assert manifest.dropped["rejected-failed"] == 1
    assert manifest.counts["articles"] == 1


def packed(text):
    data = gzip.compress(text.encode())
    return data, data[: len(data) // 2]


# Files below the input, what each is when it cannot be read, and whether its articles stay.
UNREAD = {
    "z/9.txt.gz": (*packed(talk(9)), True),
    "a#1.txt": (talk(9).encode(), b"\xff\xfe\x00", True),
    "more.json": (json.dumps([{"text": talk(9)}]).encode(), b'[{"text": "It ends', True),
    "rows.csv": (f'id,text\n1,"{talk(9)}"\n'.encode(), b"id,text\n2\n", False),
    "lines.jsonl": (json.dumps({"text": talk(9)}).encode(), b"{broken\n", False),
    "lines.jsonl.gz": (*packed(json.dumps({"text": talk(9)})), True),
}


@pytest.mark.parametrize("name", UNREAD)
def test_articles_of_a_file_that_cannot_be_read_this_time_are_not_pruned(tmp_path, model, articles, name):
    whole, broken, stays = UNREAD[name]
    out, told, path = tmp_path / "scored", [], articles / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(whole)
    score.run(configured(model), [str(articles)], out)
    path.write_bytes(broken)
    (articles / "0.txt").unlink()
    score.run(configured(model), [str(articles)], out, prune=True, tell=told.append)
    kept = [source for source in sources(out) if not source[0].isdigit()]
    assert [source.partition("#L")[0] for source in kept] == ([name] if stays else [])
    assert "0.txt" not in sources(out)
    assert ("articles of files that could not be read this time: 1; they stay" in told) == stays


def test_articles_of_a_folder_that_cannot_be_read_stay(tmp_path, model, articles, monkeypatch):
    out = tmp_path / "scored"
    score.run(configured(model), [str(articles)], out)
    shutil.rmtree(articles)
    articles.mkdir()
    (articles / "x.txt").write_bytes(b"")
    before = contents(out)
    with pytest.raises(InputError, match="nothing could be read, so nothing is taken out"):
        score.run(configured(model), [str(articles)], out, prune=True)
    assert contents(out) == before


def test_a_shard_with_an_unread_file_and_a_twin_is_left_as_it_is(tmp_path, model):
    folder, out = tmp_path / "articles", tmp_path / "scored"
    folder.mkdir()
    records = [{"id": "1", "text": TALK, "title": "One"}, {"id": "1", "text": TALK, "title": "Two"}]
    (folder / "b.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    whole, broken = packed(talk(9))
    (folder / "a.txt.gz").write_bytes(whole)
    score.run(configured(model), [str(folder)], out)
    (folder / "a.txt.gz").write_bytes(broken)
    (folder / "b.jsonl").write_text(json.dumps(records[1]) + "\n")
    score.run(configured(model), [str(folder)], out, prune=True)
    assert sources(out) == ["a.txt.gz", "b.jsonl#1"]
    (folder / "a.txt.gz").write_bytes(whole)
    with pytest.raises(InputError, match="start the command again"):
        score.run(configured(model), [str(folder)], out, prune=True)
    score.run(configured(model), [str(folder)], out, prune=True)
    assert sources(out) == ["a.txt.gz", "b.jsonl#1"]
    assert len((out / "_runs.jsonl").read_text().splitlines()) == 3


def test_a_run_stopped_between_two_files_at_an_address_is_gone_on_with(tmp_path, model, memory, articles, monkeypatch):
    out = "memory://out/scored"
    with monkeypatch.context() as patched:
        failing(patched, "2.txt")
        score.run(configured(model), [str(articles)], out)
    write, moved = RemotePlace.write, []

    def stopping(self, name, data):
        # The second shard is the retried one; then the first is written anew without it: articles, and no rows.
        moved.append(name)
        if len(moved) == 4:
            raise KeyboardInterrupt
        write(self, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(RemotePlace, "write", stopping)
        with pytest.raises(KeyboardInterrupt):
            score.run(configured(model), [str(articles)], out, retry=True)
    assert score.run(configured(model), [str(articles)], out, retry=True).counts["articles"] == 4


def test_a_folder_of_another_version_is_refused_and_stays(tmp_path, model, articles, monkeypatch):
    out = tmp_path / "scored"
    with monkeypatch.context() as patched:
        patched.setattr(shard_files, "FORMAT", 1)
        patched.setattr(ledger, "FORMAT", "1")
        score.run(configured(model), [str(articles)], out)
    before = contents(out)
    for _ in range(2):
        with pytest.raises(InputError, match="was made by another version of stance; use that one, or name another"):
            score.run(configured(model), [str(articles)], out)
        assert {name: data for name, data in contents(out).items() if "damaged" not in name} == before


def test_a_table_that_was_killed_while_it_cleared_up_is_made_again(tmp_path, model, articles, monkeypatch):
    out, clear = tmp_path / "scored.csv", LocalPlace.clear

    def dying(self, patterns):
        clear(self, patterns)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(LocalPlace, "clear", dying)
        with pytest.raises(Killed):
            score.run(configured(model), [str(articles)], out)
    assert score.run(configured(model), [str(articles)], out).counts["articles"] == 4
    assert not (tmp_path / ".scored.csv.shards").exists()


def test_a_target_given_twice_is_one(tmp_path, model, articles):
    twice = score.run(configured(model), [str(articles)], tmp_path / "scored.csv", targets=["Quillon", "Quillon"])
    assert twice.counts["rows"] == twice.counts["quotes"]


def test_quotes_of_another_tagger_are_refused(tmp_path, model, articles, monkeypatch):
    tagger = tmp_path / "models" / "indirect"
    shutil.copytree(extraction.model_folders("indirect")[-1], tagger)
    monkeypatch.setattr(extraction, "model_folders", lambda name: [tagger])
    config = configured(model, kinds=["direct", "indirect"])
    score.run(config, [str(articles)], tmp_path / "scored")
    (tagger / "README.md").write_text("Another one.")
    with pytest.raises(InputError, match=r"found with other settings \(tagger\)"):
        score.run(config, [str(articles)], tmp_path / "scored")


@pytest.mark.parametrize("given", ["./articles", "articles//", "articles/../articles", "."])
def test_a_file_that_was_mended_is_no_reject_any_more_however_its_path_is_given(tmp_path, model, articles, given):
    (articles / "5.txt").write_text("")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(articles if given == "." else tmp_path)
        out = str(tmp_path / "out" / "scored")
        assert score.run(configured(model), [given], out).counts["rejects"] == 1
        (articles / "5.txt").write_text(talk(5))
        assert score.run(configured(model), [given], out).counts["rejects"] == 0


def corrections(tmp_path, model, articles):
    """Return a file of two corrections of which the second does not fit."""
    score.run(configured(model), [str(articles)], tmp_path / "base.parquet")
    rows = read_table(tmp_path / "base.parquet")
    texts = {row["article_id"]: row["raw_sha256"] for row in read_table(tmp_path / "base.articles.parquet")}
    lines = [
        {
            "quote_id": row["quote_id"], "source": row["source"], "sha256": texts[row["article_id"]],
            "start": row["raw_start"], "end": row["raw_end"], "field": "speaker", "old": old, "new": "Zoe Zimmer",
            "coder": "c", "coder_type": "human", "time": "2026-01-01T00:00:00Z",
        }
        for row, old in ((rows[0], rows[0]["speaker"]), (rows[-1], "Nobody Here"))
    ]  # fmt: skip
    path = tmp_path / "corrections.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path, rows[0]["source"]


def test_corrections_are_counted_once_in_every_run_and_go_with_their_articles(tmp_path, model, articles):
    path, corrected = corrections(tmp_path, model, articles)
    config = configured(model, corrections=[str(path)])
    for _ in range(3):
        manifest = score.run(config, [str(articles)], tmp_path / "scored")
        assert (manifest.counts["corrections"], manifest.counts["rejects"]) == (1, 1)
        assert len((tmp_path / "scored.rejected.jsonl").read_text().splitlines()) == 1
    (articles / corrected).unlink()
    pruned = score.run(config, [str(articles)], tmp_path / "scored", prune=True)
    alone = score.run(config, [str(articles)], tmp_path / "alone")
    assert pruned.counts == alone.counts


def test_drift_is_of_the_statements_that_are_in_the_output(tmp_path, model, articles):
    out = tmp_path / "scored"
    score.run(configured(model), [str(articles)], out)
    (articles / "3.txt").unlink()
    score.run(configured(model, abstain_below=0.9), [str(articles)], out, prune=True)
    drift = read_table(tmp_path / "scored.drift.csv")
    assert sum(int(row["before"]) for row in drift) == sum(row["is_statement"] for row in read_parts(out)) == 9


def test_a_table_whose_model_changed_has_its_drift_however_often_it_was_broken_off(
    tmp_path, model, articles, monkeypatch
):
    commit, done = ScoredFolder.commit, []

    def dying(self, shard):
        commit(self, shard)
        done.append(shard)
        if len(done) == 2:
            raise KeyboardInterrupt

    out = tmp_path / "scored.csv"
    for threshold in (None, 0.9):
        done.clear()
        with monkeypatch.context() as patched:
            patched.setattr(ScoredFolder, "commit", dying)
            with pytest.raises(KeyboardInterrupt):
                score.run(configured(model, shard_articles=1, abstain_below=threshold), [str(articles)], out)
    score.run(configured(model, shard_articles=1, abstain_below=0.9), [str(articles)], out)
    assert (tmp_path / "scored.drift.csv").is_file()


@pytest.mark.parametrize("out", ["scored", "scored.csv"])
def test_a_program_that_fails_everywhere_leaves_no_article_behind_as_failed(tmp_path, model, monkeypatch, out):
    articles, config = written(tmp_path / "articles", 20), configured(model, shard_articles=2)
    with monkeypatch.context() as patched:
        failing(patched, message="the tagger is broken")
        for _ in range(2):
            with pytest.raises(ExecutorError, match=r"3 shards in a row .* the tagger is broken.*mend that first"):
                score.run(config, [str(articles)], tmp_path / out)
    manifest = score.run(config, [str(articles)], tmp_path / out)
    assert (manifest.counts["articles"], manifest.counts["rejects"]) == (20, 0)


def test_strict_holds_for_what_was_scored_without_it(tmp_path, model, articles):
    (articles / "blank.txt").write_text("   \n\n  . \n")
    score.run(configured(model), [str(articles)], tmp_path / "scored")
    before = contents(tmp_path / "scored")
    with pytest.raises(InputError, match=r"blank.txt: .*with --strict every reject is an error"):
        score.run(configured(model, strict=True), [str(articles)], tmp_path / "scored")
    assert contents(tmp_path / "scored") == before


def test_strict_is_about_the_input_of_the_run(tmp_path, model, articles):
    other = tmp_path / "other"
    other.mkdir()
    (other / "blank.txt").write_text("   \n\n  . \n")
    (other / "9.txt").write_text(talk(9))
    score.run(configured(model), [str(other)], tmp_path / "scored")
    manifest = score.run(configured(model, strict=True), [str(articles)], tmp_path / "scored")
    assert (manifest.counts["articles"], manifest.counts["rejects"]) == (5, 1)


def test_a_table_broken_off_with_other_settings_says_what_to_remove(tmp_path, model, articles, monkeypatch):
    commit = ScoredFolder.commit

    def dying(self, shard):
        commit(self, shard)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ScoredFolder, "commit", dying)
        with pytest.raises(KeyboardInterrupt):
            score.run(configured(model), [str(articles)], tmp_path / "scored.csv", targets=["Wrnog"])
    with pytest.raises(InputError, match=r"\(targets\); give the old ones, or remove .*\.scored\.csv\.shards to begin"):
        score.run(configured(model), [str(articles)], tmp_path / "scored.csv", targets=["Right"])
    shutil.rmtree(tmp_path / ".scored.csv.shards")
    score.run(configured(model), [str(articles)], tmp_path / "scored.csv", targets=["Right"])


def test_drift_tables_are_not_read_as_articles(tmp_path, model, articles):
    (articles / "old.drift.csv").write_text("target,stance\nx,neutral\n")
    assert score.run(configured(model), [str(articles)], tmp_path / "scored").counts["rejects"] == 0


def test_a_ledger_that_somebody_reads_is_not_called_damaged(tmp_path, model, articles, monkeypatch):
    score.run(configured(model), [str(articles)], tmp_path / "scored")
    before = contents(tmp_path)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: connect(*given, **named, timeout=0.1))
    reader = connect(tmp_path / "scored" / LEDGER, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM shards").fetchall()
    with pytest.raises(InputError, match=r"_ledger.sqlite: cannot write here \(database is locked\)"):
        score.run(configured(model), [str(articles)], tmp_path / "scored")
    reader.close()
    assert contents(tmp_path) == before
    assert score.run(configured(model), [str(articles)], tmp_path / "scored").counts["articles"] == 4


def test_a_ledger_damaged_under_its_old_size_and_time_is_made_again_by_the_second_run(tmp_path, model, articles):
    out = tmp_path / "scored"
    score.run(configured(model), [str(articles)], out)
    before, path = contents(tmp_path), out / LEDGER
    stat = path.stat()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE about SET sha256 = 'x' WHERE name = 'reading'")
    database.close()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    with pytest.raises(InputError, match="damaged; start the command again, and it is made again from the shards"):
        score.run(configured(model), [str(articles)], out)
    assert score.run(configured(model), [str(articles)], out).counts["articles"] == 4
    assert {name: data for name, data in contents(tmp_path).items() if "damaged" not in name} == before


def test_a_run_killed_before_its_history_was_written_changes_nothing_that_comes_after(tmp_path, model, monkeypatch):
    def finish(self, told):
        self.ledger.end("finished")
        raise Killed

    outputs = []
    for name in ("killed", "whole"):
        articles = written(tmp_path / name, 2)
        if name == "killed":
            with monkeypatch.context() as patched:
                patched.setattr(ScoredFolder, "finish", finish)
                with pytest.raises(Killed):
                    score.run(configured(model), [str(articles)], tmp_path / f"{name}-out")
        score.run(configured(model), [str(articles)], tmp_path / f"{name}-out")
        (articles / "7.txt").write_text(talk(7))
        outputs.append(list(score.run(configured(model), [str(articles)], tmp_path / f"{name}-out").outputs.values()))
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize(("out", "message"), [("/", "has no folder around it"), ("..", None)])
def test_outputs_without_a_name_are_refused_or_found(tmp_path, model, articles, monkeypatch, out, message):
    (tmp_path / "folder" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "folder" / "here")
    if message:
        with pytest.raises(InputError, match=message):
            score.run(configured(model), [str(articles)], out)
        return
    score.run(configured(model), [str(articles)], out)
    assert list((tmp_path / "folder" / "here").iterdir()) == []
    names = {path.name for path in tmp_path.iterdir() if path.name.startswith("folder")}
    assert names == {"folder", "folder.articles.parquet", "folder.rejected.jsonl", "folder.manifest.json"}


def test_an_output_called_like_a_side_file_is_an_output(tmp_path, model, articles):
    manifest = score.run(configured(model), [str(articles)], tmp_path / "zz.drift.csv")
    assert score.drift_name(str(tmp_path / "zz.drift.csv")) not in manifest.outputs


def test_shards_without_rows_do_not_pile_up_in_a_table(tmp_path, model):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"Nothing was said on day {number} of the hearing.\n")
    (folder / "6.txt").write_text(TALK)
    score.run(configured(model, shard_articles=1), [str(folder)], tmp_path / "scored.parquet")
    assert pq.read_table(tmp_path / "scored.parquet").num_rows == 4


def test_what_a_broken_off_article_left_in_the_corrector_is_not_counted_with_the_next(
    tmp_path, model, articles, monkeypatch
):
    path, corrected = corrections(tmp_path, model, articles)
    found = Extractor.articles

    def broken(self, document, *rest):
        yield from found(self, document, *rest)
        if document.source == corrected:
            raise RuntimeError("no luck")

    monkeypatch.setattr(Extractor, "articles", broken)
    manifest = score.run(configured(model, corrections=[str(path)]), [str(articles)], tmp_path / "scored")
    assert manifest.dropped["rejected-failed"] == 1
    assert manifest.counts["corrections"] == 0
