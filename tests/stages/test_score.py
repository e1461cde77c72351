"""The score stage from files to files, with a small model of invented statements."""

import json
import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from scoring import OPTIONS, TALK, configured, contents

from pipeline import stance
from pipeline.config import ScoreConfig, load_config
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.parts import read_parts
from pipeline.records import LABELS
from pipeline.rows import SCORE_COLUMNS
from pipeline.stages import score, scorer
from pipeline.stages.shard_work import ShardWorker
from pipeline.stance.conformal import Conformal
from pipeline.storage import read_articles, read_table

STATEMENTS = [("Mira Olsen", "pro-restriction"), ("Jonas Veld", "anti-restriction"), ("Ada Brandt", "neutral")]
TERM = "“Box”"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043") + bytes(range(256)) * 4


@pytest.fixture
def model(tmp_path, labelled):
    """Return the folder of a model that knows the telling words."""
    table, y = labelled
    trained = stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64})
    stance.save(trained, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def config(model):
    return configured(model)


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    return folder


def everything(folder: Path):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ["scored.parquet", "scored.jsonl", "scored.csv", "scored"])
def test_every_format_holds_one_row_a_quote_with_the_contracted_columns(tmp_path, config, articles, name):
    manifest = score.run(config, [str(articles)], tmp_path / name)
    rows = read_parts(tmp_path / name)
    assert [tuple(row) for row in rows] == [SCORE_COLUMNS] * 4
    assert [(row["speaker"], row["stance"]) for row in rows if row["is_statement"]] == STATEMENTS
    assert [row["text"] for row in rows if not row["is_statement"]] == [TERM]
    assert manifest.counts["rows"] == 4
    assert len({row["row_id"] for row in rows}) == 4


def test_stance_is_the_most_probable_label_of_every_row(tmp_path, config, articles):
    score.run(config, [str(articles)], tmp_path / "scored.parquet")
    for row in read_table(tmp_path / "scored.parquet"):
        probabilities = [row["p_anti"], row["p_neutral"], row["p_pro"]]
        assert sum(probabilities) == pytest.approx(1)
        assert row["stance"] == LABELS[probabilities.index(max(probabilities))]
        assert row["confidence"] == max(probabilities)
        assert row["abstained"] is False


def test_rows_below_the_configured_confidence_are_flagged_and_keep_their_stance(tmp_path, model, articles):
    score.run(configured(model), [str(articles)], tmp_path / "plain.parquet")
    plain = read_table(tmp_path / "plain.parquet")
    bound = sorted(row["confidence"] for row in plain)[2]
    score.run(configured(model, abstain_below=bound), [str(articles)], tmp_path / "flagged.parquet")
    flagged = read_table(tmp_path / "flagged.parquet")
    assert [row["abstained"] for row in flagged] == [row["confidence"] < bound for row in plain]
    assert [row["stance"] for row in flagged] == [row["stance"] for row in plain]
    assert sum(row["abstained"] for row in flagged) == 2


def test_rows_name_the_model_by_kind_and_hash(tmp_path, config, model, articles):
    manifest = score.run(config, [str(articles)], tmp_path / "scored.jsonl")
    expected = f"tfidf-{stance.fingerprint(model)[:12]}"
    assert {row["model"] for row in read_table(tmp_path / "scored.jsonl")} == {expected}
    assert manifest.inputs[str(model)] == stance.fingerprint(model)


# What the record says, what the command line says, what the rows say.
TARGETS = [
    ("the record's own", (), {"the record's own"}),
    ("the record's own", ("given",), {"the record's own"}),
    (None, ("given",), {"given"}),
    (None, ("one", "two"), {"one", "two"}),
    (None, (), {"Zephane cars on public roads"}),
]


@pytest.mark.parametrize(("own", "given", "expected"), TARGETS)
def test_a_records_target_wins_over_a_given_one_and_that_over_the_topics(tmp_path, config, own, given, expected):
    record = {"id": "1", "text": TALK.replace("Quillon", "Zephane"), **({"target": own} if own else {})}
    (tmp_path / "news.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    manifest = score.run(config, [str(tmp_path / "news.jsonl")], tmp_path / "scored.parquet", targets=given)
    rows = read_table(tmp_path / "scored.parquet")
    assert {row["target"] for row in rows} == expected
    assert len(rows) == len({row["row_id"] for row in rows}) == 4 * len(expected)
    assert manifest.counts["quotes"] == 4
    assert manifest.counts["speakers"] == 3


def test_side_files_hold_articles_rejects_and_manifest(tmp_path, config, articles):
    (articles / "photo.txt").write_bytes(JPEG)
    manifest = score.run(config, [str(articles)], tmp_path / "scored.parquet")
    assert [article.source for article in read_articles(tmp_path / "scored.articles.parquet")] == ["talk.txt"]
    rejects = [json.loads(line) for line in (tmp_path / "scored.rejected.jsonl").read_text().splitlines()]
    assert [(reject["file"], reject["reason"]) for reject in rejects] == [(str(articles / "photo.txt"), "binary")]
    written = json.loads((tmp_path / "scored.manifest.json").read_text())
    assert written == manifest.as_dict()
    assert written["dropped"]["rejected-binary"] == written["counts"]["rejects"] == 1
    assert [written["counts"][label] for label in LABELS] == [1, 1, 1]


def parts(folder: Path):
    return sorted(path.name for path in folder.glob("*.parquet"))


def more_articles(folder: Path, count: int):
    for number in range(count):
        (folder / f"more{number}.txt").write_text(TALK.replace("Halden", f"Halden {number}"), encoding="utf-8")


def test_a_folder_gets_a_part_a_shard_and_side_files_beside_it(tmp_path, model, articles):
    more_articles(articles, 3)
    out = tmp_path / "scored"
    manifest = score.run(configured(model, shard_articles=1), [str(articles)], out)
    assert len(parts(out)) > 1
    assert parts(out) == parts(tmp_path / "scored.articles.parquet")
    assert (tmp_path / "scored.manifest.json").is_file()
    score.run(configured(model), [str(articles)], tmp_path / "one.parquet")
    by_id = sorted(read_parts(out), key=lambda row: row["row_id"])
    assert by_id == sorted(read_table(tmp_path / "one.parquet"), key=lambda row: row["row_id"])
    assert str(out) in manifest.outputs
    assert {a.article_id for a in read_articles(tmp_path / "scored.articles.parquet")} == {
        a.article_id for a in read_articles(tmp_path / "one.articles.parquet")
    }


def test_of_a_folder_only_what_is_new_is_scored_and_the_rest_stays_byte_for_byte(tmp_path, model, articles, worked):
    out = tmp_path / "scored"
    more_articles(articles, 3)
    score.run(configured(model, shard_articles=1), [str(articles)], out)
    before = {name: (out / name).read_bytes() for name in parts(out)}
    (articles / "m.txt").write_text(TALK.replace("Halden", "Norhavn"), encoding="utf-8")
    (out / "notes.md").write_text("mine")
    worked.clear()
    manifest = score.run(configured(model, shard_articles=1), [str(articles)], out)
    assert [document.source for task in worked for document in task.documents] == ["m.txt"]
    assert {name: (out / name).read_bytes() for name in before} == before
    assert manifest.counts["articles"] == 5
    assert len(read_parts(out)) == 20
    assert (out / "notes.md").read_text() == "mine"


@pytest.fixture
def worked(monkeypatch):
    """Return the tasks that workers were given."""
    tasks = []
    work = ShardWorker.__call__

    def watched(self, task):
        tasks.append(task)
        return work(self, task)

    monkeypatch.setattr(ShardWorker, "__call__", watched)
    return tasks


def test_what_the_input_no_longer_has_stays_and_is_told_unless_it_is_pruned(tmp_path, model, articles):
    out, told = tmp_path / "scored", []
    more_articles(articles, 3)
    score.run(configured(model), [str(articles)], out)
    (articles / "more1.txt").unlink()
    manifest = score.run(configured(model), [str(articles)], out, tell=told.append)
    assert manifest.counts["articles"] == 4
    assert "does not have: 1; they stay" in told[-1]
    assert "--prune takes them out" in told[-1]
    manifest = score.run(configured(model), [str(articles)], out, prune=True)
    assert manifest.counts["articles"] == 3
    assert manifest.counts["documents"] == 3
    assert {row["source"] for row in read_parts(out)} == {"talk.txt", "more0.txt", "more2.txt"}
    assert [a.source for a in read_articles(tmp_path / "scored.articles.parquet")] == [
        "more0.txt",
        "more2.txt",
        "talk.txt",
    ]
    (articles / "more1.txt").write_text(TALK.replace("Halden", "Halden 1"), encoding="utf-8")
    assert score.run(configured(model), [str(articles)], out).counts["articles"] == 4


@pytest.fixture
def other_model(tmp_path, labelled):
    """Return the folder of a model that has every label the other way round."""
    table, y = labelled
    turned = {"pro-restriction": "anti-restriction", "anti-restriction": "pro-restriction", "neutral": "neutral"}
    trained = stance.fit("tfidf", OPTIONS, table, [turned[label] for label in y], training={"sha256": "1" * 64})
    stance.save(trained, tmp_path / "other")
    return tmp_path / "other"


def test_with_another_model_the_quotes_stay_and_a_table_shows_how_shares_moved(
    tmp_path, model, other_model, articles, worked
):
    out = tmp_path / "scored"
    more_articles(articles, 3)
    score.run(configured(model, shard_articles=1), [str(articles)], out)
    before = {row["row_id"]: row for row in read_parts(out)}
    worked.clear()
    for path in articles.iterdir():
        path.write_text("Nothing of it is read again.")
    lines = []
    score.run(configured(other_model, shard_articles=1), [str(articles)], out, tell=lines.append)
    assert [line.split(" with ")[0] for line in lines if "again" in line] == ["shards scored again"]
    assert all(task.old is not None or task.documents[0].text.startswith("Nothing") for task in worked)
    after = {row["row_id"]: row for row in read_parts(out)}
    assert after.keys() == before.keys()
    scores = {"stance", "p_anti", "p_neutral", "p_pro", "confidence", "model"}
    for row_id, row in before.items():
        assert {k: v for k, v in after[row_id].items() if k not in scores} == {
            k: v for k, v in row.items() if k not in scores
        }
    drift = {row["stance"]: row for row in read_table(tmp_path / "scored.drift.csv")}
    statements = [row for row in before.values() if row["is_statement"]]
    for label, row in drift.items():
        assert int(row["before"]) == sum(s["stance"] == label for s in statements)
        assert int(row["after"]) == sum(s["stance"] == label for s in after.values() if s["is_statement"])
        assert float(row["change"]) == pytest.approx((int(row["after"]) - int(row["before"])) / len(statements))
    assert {(row["model_before"][:5], row["model"][:5]) for row in drift.values()} == {("tfidf", "tfidf")}


def test_a_table_and_a_folder_of_the_same_name_do_not_share_their_side_files(tmp_path, config, articles):
    for first, second in (("a", "a.parquet"), ("b.csv", "b")):
        score.run(config, [str(articles)], tmp_path / first)
        before = contents(tmp_path)
        with pytest.raises(
            InputError, match=r"articles.parquet: belongs to a .* of the same name; name another --out$"
        ):
            score.run(config, [str(articles)], tmp_path / second)
        assert contents(tmp_path) == before


def test_a_text_that_had_been_left_out_is_read_again_when_the_other_one_goes(tmp_path, model):
    page = f"<html><body><article><h1>Vote</h1>{''.join(f'<p>{p}</p>' for p in TALK.split(chr(10) * 2))}</article>"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.html").write_text(f"<!-- {name} -->{page}</body></html>", encoding="utf-8")
    config, out = configured(model, shard_articles=1), tmp_path / "scored"
    for name in ("one", "two"):
        manifest = score.run(config, [str(tmp_path / name)], out)
    assert manifest.counts["articles"] == 1
    at_once = []
    for name in ("one", "two"):
        kept, alone = [str(tmp_path / name)], tmp_path / f"{name}-alone"
        copied = shutil.copytree(tmp_path, tmp_path.with_name("copied")) / "scored"
        with suppress(InputError):
            score.run(config, kept, copied, prune=True)
            at_once.append(name)
        score.run(config, kept, copied, prune=True)
        score.run(config, kept, alone)
        assert read_parts(copied) == read_parts(alone)
        shutil.rmtree(copied.parent)
    assert len(at_once) == 1


def test_another_setting_of_the_reading_is_refused_by_name(tmp_path, model, articles):
    out = tmp_path / "scored"
    score.run(configured(model), [str(articles)], out)
    with pytest.raises(InputError, match=r"found with other settings \(kinds, targets\).*another --out"):
        score.run(configured(model, kinds=["direct"]), [str(articles)], out, targets=["one"])


def test_one_text_from_two_sources_is_two_articles_whichever_is_done_first(tmp_path, model, articles):
    for name in ("a.txt", "z.txt"):
        (articles / name).write_text(TALK, encoding="utf-8")
    whole = score.run(configured(model), [str(articles)], tmp_path / "whole.parquet")
    assert whole.counts["articles"] == 3
    score.run(
        configured(model, shard_articles=1), [str(articles / "z.txt"), str(articles / "talk.txt")], tmp_path / "s"
    )
    score.run(configured(model, shard_articles=1), [str(articles)], tmp_path / "cut.parquet")
    assert read_table(tmp_path / "cut.parquet") == read_table(tmp_path / "whole.parquet")
    rows = read_table(tmp_path / "whole.parquet")
    assert len({row["row_id"] for row in rows}) == len(rows) == 12
    first = [row for row in rows if row["source"] == "a.txt"]
    assert all(row["quote_id"].startswith(row["article_id"] + ":") for row in rows)
    assert {row["article_id"] for row in first} == {
        row["article_id"] for row in read_table_of(model, articles, tmp_path)
    }


def read_table_of(model, articles, folder):
    score.run(configured(model), [str(articles / "talk.txt")], folder / "alone.parquet")
    return read_table(folder / "alone.parquet")


def test_the_model_sees_no_more_rows_at_a_time_than_configured(tmp_path, model, articles, monkeypatch):
    sizes = []
    predict = stance.StanceModel.predict_proba

    def watched(self, table):
        sizes.append(len(table["text"]))
        return predict(self, table)

    monkeypatch.setattr(stance.StanceModel, "predict_proba", watched)
    score.run(configured(model, batch_rows=3), [str(articles)], tmp_path / "scored.parquet")
    assert sizes == [3, 1]


def test_progress_is_told_after_each_shard(tmp_path, model, articles):
    (articles / "more.txt").write_text("Nothing more was said in Halden on that long day.\n", encoding="utf-8")
    told = []
    score.run(
        configured(model, shard_articles=1),
        [str(articles)],
        tmp_path / "s.csv",
        progress=lambda *done: told.append(done),
    )
    assert told[-1] == (2, 4)


@pytest.mark.parametrize("name", ["scored.parquet", "scored.jsonl", "scored.csv", "scored"])
def test_a_run_that_was_broken_off_is_gone_on_with_and_ends_with_the_same_bytes(
    tmp_path, model, articles, monkeypatch, name
):
    config = configured(model, shard_articles=1)
    more_articles(articles, 6)
    score.run(config, [str(articles)], tmp_path / "whole" / name)
    calls, told = [], []
    predict = stance.StanceModel.predict_proba

    def breaking(self, table):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return predict(self, table)

    monkeypatch.setattr(stance.StanceModel, "predict_proba", breaking)
    with pytest.raises(KeyboardInterrupt):
        score.run(config, [str(articles)], tmp_path / "again" / name, tell=told.append)
    assert "they stay, and the same command goes on with the rest" in told[-1]
    if name != "scored":
        assert all(path.startswith(".") for path in everything(tmp_path / "again"))
    score.run(config, [str(articles)], tmp_path / "again" / name)
    shards = len(calls) - 1
    assert shards < 7 + 1
    assert contents(tmp_path / "again") == contents(tmp_path / "whole")


def nothing_readable(tmp_path, model):
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    return [str(tmp_path / "photo.jpg")], tmp_path / "out.parquet"


def missing_path(tmp_path, model):
    return [str(tmp_path / "absent")], tmp_path / "out.parquet"


def missing_path_for_a_folder(tmp_path, model):
    return [str(tmp_path / "absent")], tmp_path / "scored"


def changed_model(tmp_path, model):
    weights = next(path for path in model.iterdir() if path.suffix == ".npz")
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    return [str(tmp_path / "articles")], tmp_path / "out.parquet"


def unknown_ending(tmp_path, model):
    return [str(tmp_path / "articles")], tmp_path / "out.xlsx"


def output_is_input(tmp_path, model):
    return [str(tmp_path / "articles")], tmp_path / "articles"


def side_file_is_input(tmp_path, model):
    (tmp_path / "news.rejected.jsonl").write_text('{"text": "mended"}')
    return [str(tmp_path / "news.rejected.jsonl")], tmp_path / "news.csv"


def output_is_the_working_folder(tmp_path, model):
    return [str(tmp_path / "articles")], Path()


def nothing_readable_for_a_new_folder(tmp_path, model):
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    return [str(tmp_path / "photo.jpg")], tmp_path / "new/deep/scored"


def output_is_a_file_without_ending(tmp_path, model):
    (tmp_path / "out").write_text("mine")
    return [str(tmp_path / "articles")], tmp_path / "out"


def output_is_a_dash(tmp_path, model):
    return [str(tmp_path / "articles")], Path("-")


FAULTS = [
    (nothing_readable, InputError, "nothing could be read"),
    (missing_path, InputError, "no such file or folder"),
    (missing_path_for_a_folder, InputError, "no such file or folder"),
    (changed_model, ModelError, "has changed"),
    (unknown_ending, InputError, "cannot tell the format"),
    (output_is_input, InputError, "would be overwritten"),
    (side_file_is_input, InputError, "news.rejected.jsonl: is read and would be overwritten"),
    (output_is_the_working_folder, InputError, "is the working folder; name a folder in it"),
    (nothing_readable_for_a_new_folder, InputError, "nothing could be read"),
    (output_is_a_file_without_ending, InputError, "cannot write here"),
    (output_is_a_dash, InputError, "cannot write here"),
]


@pytest.mark.parametrize(("prepare", "kind", "message"), FAULTS, ids=[row[0].__name__ for row in FAULTS])
def test_a_fault_is_told_and_nothing_is_written(tmp_path, config, model, articles, prepare, kind, message):
    paths, out = prepare(tmp_path, model)
    before = everything(tmp_path)
    with pytest.raises(kind, match=message):
        score.run(config, paths, out)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("other", ["notes.md", "sub/notes.md", "old.parquet"])
def test_what_is_in_a_folder_stays_there_when_nothing_could_be_scored_into_it(tmp_path, config, other):
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    kept = tmp_path / "mine" / other
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    before = everything(tmp_path)
    with pytest.raises(InputError, match="nothing could be read"):
        score.run(config, [str(tmp_path / "photo.jpg")], tmp_path / "mine")
    assert everything(tmp_path) == before


def test_a_folder_with_tables_of_another_origin_is_refused_and_left_as_it_is(tmp_path, config, articles):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "part-00000.parquet").write_text("mine")
    before = everything(tmp_path)
    with pytest.raises(InputError, match=r"holds part-00000\.parquet, which is no shard of ours"):
        score.run(config, [str(articles)], tmp_path / "mine")
    assert everything(tmp_path) == before


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return the models folder of an installation; work in an empty folder beside it."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    places = [Path("models"), tmp_path / "installed"]
    monkeypatch.setattr(scorer, "model_folders", lambda name: [place / name for place in places])
    return places[1]


# Where models lie, and which of them is taken.
DEFAULTS = [
    (["models/default", "models/starter"], "models/starter"),
    (["models/default"], "models/default"),
    (["models/default", "installed/starter"], "installed/starter"),
    (["models/starter", "installed/starter"], "models/starter"),
]


@pytest.mark.parametrize(("there", "taken"), DEFAULTS)
def test_the_model_that_comes_along_is_used_and_else_the_one_trained_here(installed, model, there, taken):
    def place(name):
        return installed.parent / name if name.startswith("installed") else Path(name)

    for name in there:
        shutil.copytree(model, place(name))
    assert score.load_scorer(load_config(ScoreConfig, "score")).address == str(place(taken))


def test_without_any_model_the_message_says_how_to_get_one(installed):
    with pytest.raises(ModelError, match=r"no model at models/starter or models/default; run `stance train`"):
        score.load_scorer(load_config(ScoreConfig, "score"))


@pytest.mark.parametrize("name", ["scored.parquet", "scored"])
def test_a_table_that_was_written_into_the_input_folder_is_not_read_again(config, articles, name):
    first = score.run(config, [str(articles)], articles / name)
    second = score.run(config, [str(articles)], articles / name)
    assert second.counts == first.counts


def test_an_empty_model_name_does_not_stand_for_the_default(articles):
    with pytest.raises(ModelError, match="no model bundle here"):
        score.load_scorer(load_config(ScoreConfig, "score", ['model=""']))


def test_a_misspelt_key_names_the_right_ones():
    with pytest.raises(ConfigError, match=r"unknown key 'batch_size'; known keys: .*batch_rows"):
        load_config(ScoreConfig, "score", ["batch_size=5"])


def test_the_same_input_gives_the_same_bytes(tmp_path, config, articles):
    score.run(config, [str(articles)], tmp_path / "one.parquet")
    score.run(config, [str(articles)], tmp_path / "two.parquet")
    assert os.path.getsize(tmp_path / "one.parquet") > 0
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_sets_of_labels_are_written_where_the_model_makes_them(tmp_path, config, articles, model):
    score.run(config, [str(articles)], tmp_path / "plain.jsonl")
    assert {row["stance_set"] for row in read_table(tmp_path / "plain.jsonl")} == {None}
    trained = stance.load(model)
    for quantile, size in ((0.0, 1), (1.0, 3)):
        with_sets = replace(trained, conformal=Conformal("lac", 0.9, quantile, 60))
        stance.save(with_sets, tmp_path / "sets")
        score.run(configured(tmp_path / "sets"), [str(articles)], tmp_path / "scored.csv")
        rows = read_table(tmp_path / "scored.csv")
        assert all(len(row["stance_set"].split("|")) == size and row["stance"] in row["stance_set"] for row in rows)
