"""One article ends its worker, hangs, or takes all memory: it becomes a reject with its reason, and nothing else."""

import json
import signal
import time

import pytest
from scoring_faults import POISON, arguments, finished, read_by_users, rename_poison, scored_in, write_articles

# What happens, in which step, the reason of the reject, and what its message says.
POISONS = [
    ("kill", "reading", "crashed", "the process ended (signal 9)"),
    pytest.param("memory", "stance", "crashed", "ran out of memory", marks=pytest.mark.slow),
    pytest.param("hang", "reading", "too-slow", "took longer than 1 s", marks=pytest.mark.slow),
    pytest.param("raise", "stance", "crashed", "RuntimeError: poisoned", marks=pytest.mark.slow),
    ("raise", "reading", "failed", "RuntimeError: poisoned"),
]
RUN = ("--workers", "2", "--set", "article_seconds=1")


def run(command, folder, out, articles, model, *more, how=None, where=None, **plan):
    """Run the command with workers, one article being poison."""
    poison = {"poison": {"word": POISON, "where": where, "how": how}} if how else {}
    given = arguments(articles, out, model, *RUN, *more, engine="local", shard_articles=3)
    return command.own(folder, given, **poison, **plan)


@pytest.mark.parametrize(("how", "where", "reason", "message"), POISONS)
def test_a_poisonous_article_ends_as_a_reject_and_when_it_is_cured_a_retry_brings_it(
    command, models, tmp_path, how, where, reason, message
):
    articles, log = write_articles(tmp_path / "articles", poison={3}), tmp_path / "log"
    ended = run(command, tmp_path / "some", "scored", articles, models[0], how=how, where=where)
    assert ended.status == 0, ended
    rejects = rejected(tmp_path / "some")
    poisoned = [reject for reject in rejects if reject["reason"] != "binary"]
    assert [(reject["file"], reject["reason"]) for reject in poisoned] == [(str(articles / "03.txt"), reason)]
    assert message in poisoned[0]["message"]
    assert poisoned[0]["message"].endswith("try it again with --retry")
    manifest = json.loads((tmp_path / "some/scored.manifest.json").read_text())
    assert (manifest["counts"]["articles"], manifest["counts"]["rejects"]) == (6, 2)
    status = command.forked(tmp_path / "some", ["score", "--status", "scored", "--json"])
    failed = json.loads(status.out)["failed"]
    assert [(shard["articles"], message in shard["why"]) for shard in failed] == [(1, True)]
    again = run(command, tmp_path / "some", "scored", articles, models[0], "--retry", log=str(log))
    assert again.status == 0, again
    assert [json.loads(line)["sources"] for line in log.read_text().splitlines()] == [["03.txt"]]
    assert [reject["reason"] for reject in rejected(tmp_path / "some")] == ["binary"]
    assert run(command, tmp_path / "whole", "scored", articles, models[0]).status == 0
    told = [json.loads((tmp_path / name / "scored.manifest.json").read_text()) for name in ("some", "whole")]
    assert told[0]["counts"] == told[1]["counts"]
    assert told[0]["dropped"] == told[1]["dropped"]


def rejected(folder):
    return [json.loads(line) for line in (folder / "scored.rejected.jsonl").read_text(encoding="utf-8").splitlines()]


def test_without_the_poison_all_rows_are_as_with_it_and_its_own_are_missing(command, models, tmp_path):
    articles = write_articles(tmp_path / "articles", poison={3})
    assert run(command, tmp_path, "some.jsonl", articles, models[0], how="kill", where="reading").status == 0
    (articles / "03.txt").unlink()
    assert run(command, tmp_path, "without.jsonl", articles, models[0]).status == 0
    assert (tmp_path / "some.jsonl").read_bytes() == (tmp_path / "without.jsonl").read_bytes()


def test_a_table_that_ended_with_rejects_is_the_same_as_ever_once_the_article_is_mended(command, models, tmp_path):
    articles = write_articles(tmp_path / "articles", poison={3})
    assert run(command, tmp_path, "scored.csv", articles, models[0], how="raise", where="reading").status == 0
    path = articles / "03.txt"
    path.write_text(rename_poison(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert run(command, tmp_path, "scored.csv", articles, models[0]).status == 0
    assert (tmp_path / "scored.rejected.jsonl").read_text().count("\n") == 1


@pytest.mark.parametrize("out", ["scored.parquet", "scored"])
def test_one_worker_and_several_and_none_give_the_same_bytes(command, models, tmp_path, out):
    articles = write_articles(tmp_path / "articles")
    for name, workers in (("one", 1), ("three", 3)):
        given = arguments(articles, out, models[0], "--workers", workers, engine="local")
        assert command.own(tmp_path / name, given).status == 0
    assert command.forked(tmp_path / "none", arguments(articles, out, models[0])).status == 0
    found = [
        {path: data for path, data in read_by_users(tmp_path / name).items() if isinstance(data, bytes)}
        for name in ("one", "three", "none")
    ]
    assert found[0] == found[1] == found[2]


def test_status_is_right_while_a_run_goes_on_after_ctrl_c_and_at_the_end(command, models, tmp_path):
    given = arguments(write_articles(tmp_path / "articles", 19), "scored", models[0], "--workers", "1", engine="local")
    process = command.begun(tmp_path, given, slow=0.8)  # asking for the status takes seconds, too
    end = time.monotonic() + 60
    while len(finished(tmp_path, "scored", models[0])) < 3 and time.monotonic() < end:
        time.sleep(0.05)
    running = status_of(command, tmp_path)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert running["state"] == "running"
    assert 3 <= running["totals"]["articles"] < 20
    assert running["rate"] is None or running["rate"] > 0
    assert process.returncode == 130
    assert "Traceback" not in said
    stopped = status_of(command, tmp_path)
    done = stopped["totals"]["articles"]
    assert stopped["state"] == "stopped"
    assert stopped["seconds_left"] is None
    assert f"articles done: {done}; they stay, and the same command goes on with the rest" in said
    assert "the same command goes on with it" in command.forked(tmp_path, ["score", "--status", "scored"]).out
    log = tmp_path / "log"
    assert command.own(tmp_path, given, log=str(log)).status == 0
    assert scored_in(log).total() == 20 - done
    ended = status_of(command, tmp_path)
    assert (ended["state"], ended["share"], ended["totals"]["articles"]) == ("finished", 1.0, 20)


def status_of(command, folder):
    asked = command.forked(folder, ["score", "--status", "scored", "--json"])
    assert asked.status == 0, asked
    return json.loads(asked.out)
