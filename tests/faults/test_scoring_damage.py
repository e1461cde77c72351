"""Files of a scoring run are damaged, lost or lie where nothing can be written; what is whole is not scored again."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scoring_faults import (
    OUTPUTS,
    arguments,
    finished,
    kill,
    one_line,
    read_by_users,
    scored_in,
    shards_of,
    write_articles,
)

LEDGER = "_ledger.sqlite"


class Begun:
    """A run that was killed when some of its shards were done, and what an undisturbed one ends with."""

    def __init__(self, command, models, folder, out):
        self.command, self.out, self.model = command, out, models[0]
        self.folder, self.log = folder / "again", folder / "again.log"
        self.given = arguments(write_articles(folder / "articles", 8), out, models[0])
        count = folder / "count"
        assert command.forked(folder / "whole", self.given, count=str(count)).status == 0
        self.expected = read_by_users(folder / "whole")
        self.last = int(count.read_text())
        command.forked(self.folder, self.given, kill_at=self.last * 55 // 100, log=str(self.log))
        self.before = scored_in(self.log)
        self.done = finished(self.folder, out, models[0])
        assert 2 <= len(self.done) < 9
        self.rows, self.articles = shards_of(self.folder, out)

    def go_on(self):
        """Start the command again; return what was scored in it, and what was said."""
        ended = self.command.forked(self.folder, self.given, log=str(self.log))
        assert ended.status == 0, ended
        assert read_by_users(self.folder) == self.expected
        return set(scored_in(self.log) - self.before), ended.err


@pytest.fixture(params=OUTPUTS)
def begun(request, command, models, tmp_path):
    return Begun(command, models, tmp_path, request.param)


def flip(path, generator, low=0.0, high=1.0):
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[generator.randrange(int(len(data) * low), int(len(data) * high))] ^= 1 << generator.randrange(8)
    path.write_bytes(data)


def cut_off(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def settled(path):
    """Bring the write-ahead log into the ledger, as its next opening would."""
    subprocess.run(
        [sys.executable, "-c", f"import sqlite3; sqlite3.connect({str(path)!r}).execute('PRAGMA user_version = 0')"],
        check=True,
    )
    path.with_name(f"{LEDGER}-wal").unlink(missing_ok=True)


def text_instead(path):
    path.write_text("This is no database.\n" * 300)


def many_flips(path):
    settled(path)
    generator = random.Random(5)
    for _ in range(40):
        flip(path, generator, 0.1)


def without_log(path):
    path.with_name(f"{LEDGER}-wal").unlink()


def emptied(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [many_flips, cut_off, text_instead, emptied, Path.unlink, without_log])
def test_a_ledger_that_is_damaged_or_gone_is_made_again_from_the_shards(begun, damage):
    damage(begun.rows / LEDGER)
    scored, _ = begun.go_on()
    assert not scored & begun.done


def test_one_wrong_bit_in_the_ledger_costs_nothing_wherever_it_is(begun):
    settled(begun.rows / LEDGER)
    generator = random.Random(3)
    whole = begun.folder.with_name("as-killed")
    shutil.copytree(begun.folder, whole)
    for _ in range(8):
        shutil.rmtree(begun.folder)
        shutil.copytree(whole, begun.folder)
        flip(begun.rows / LEDGER, generator)
        begun.before = scored_in(begun.log)
        scored, said = begun.go_on()
        assert not scored & begun.done, said


HARM = [
    (lambda path: flip(path, random.Random(1), 0.0, 0.3), "a bit at the front"),
    (lambda path: flip(path, random.Random(2), 0.3, 0.9), "a bit in the middle"),
    (lambda path: flip(path, random.Random(3), 0.9), "a bit at the end"),
    (cut_off, "cut off"),
    (Path.unlink, "gone"),
]


@pytest.mark.parametrize("harm", [row[0] for row in HARM], ids=[row[1] for row in HARM])
@pytest.mark.parametrize("which", ["rows", "articles"])
def test_a_shard_that_is_damaged_is_scored_again_and_no_other(begun, harm, which):
    name = sorted(begun.done)[1]
    harm(getattr(begun, which) / f"part-{name}.parquet")
    scored, said = begun.go_on()
    # Where the wrong bit means nothing, the file is written as it was; the rest of ``go_on`` compares every byte.
    assert scored & begun.done in ({name}, set())
    told = f"part-{name}.parquet: damaged or gone; its articles are scored again" in said
    assert told == bool(scored & begun.done)


@pytest.mark.parametrize("which", ["rows", "articles"])
def test_a_bit_in_any_part_of_a_shard_is_seen_without_the_ledger_too(begun, which):
    name, whole, generator = sorted(begun.done)[1], begun.folder.with_name("as-killed"), random.Random(9)
    (begun.rows / LEDGER).unlink()
    shutil.copytree(begun.folder, whole)
    for _ in range(6):
        shutil.rmtree(begun.folder)
        shutil.copytree(whole, begun.folder)
        flip(getattr(begun, which) / f"part-{name}.parquet", generator)
        begun.before = scored_in(begun.log)
        scored, _ = begun.go_on()
        assert scored & begun.done <= {name}


def test_articles_of_a_damaged_shard_that_the_input_no_longer_has_are_told(command, models, tmp_path):
    given = arguments(write_articles(tmp_path / "articles"), "scored", models[0])
    assert command.forked(tmp_path, given).status == 0
    cut_off(sorted((tmp_path / "scored").glob("part-*"))[0])
    more = arguments(write_articles(tmp_path / "more", 3, first=20), "scored", models[0])
    said = command.forked(tmp_path, more).err
    assert "1 articles of damaged shards are not in this input; give it what they came from, too" in said


def test_a_lost_ledger_and_other_settings_take_nothing_away(command, models, tmp_path):
    given = arguments(write_articles(tmp_path / "articles"), "scored", models[0])
    assert command.forked(tmp_path, given).status == 0
    before = read_by_users(tmp_path)
    (tmp_path / "scored" / LEDGER).unlink()
    assert "found with other settings" in one_line(command.forked(tmp_path, [*given, "--kinds", "direct"]))
    assert read_by_users(tmp_path) == before
    assert command.forked(tmp_path, given).status == 0
    assert read_by_users(tmp_path) == before


@pytest.mark.parametrize("out", OUTPUTS)
def test_a_clock_that_is_set_back_changes_no_byte_and_no_figure_is_absurd(command, models, tmp_path, out):
    given = arguments(write_articles(tmp_path / "articles"), out, models[0])
    assert command.forked(tmp_path / "whole", given).status == 0
    back = {"looks": 9, "back": 3600}
    assert command.forked(tmp_path / "again", given, clock=back).status == 0
    assert read_by_users(tmp_path / "again") == read_by_users(tmp_path / "whole")
    killed = command.forked(tmp_path / "killed", given, clock=back, kill_at=300)
    assert killed.status < 0
    figures(command, tmp_path / "killed", out, "stopped")
    if out == "scored":
        figures(command, tmp_path / "again", out, "finished")


def figures(command, folder, out, state):
    """Find any figure of a run of seconds that cannot be."""
    status = json.loads(command.forked(folder, ["score", "--status", out, "--json"]).out)
    assert status["state"] == state
    assert 0 <= status["seconds"] < 600
    assert status["share"] is None or 0 <= status["share"] <= 1
    assert status["rate"] is None or 0 < status["rate"] < 10_000
    assert status["seconds_left"] is None or 0 <= status["seconds_left"] < 600


@pytest.fixture
def mounted(tmp_path):
    """Return what mounts a small disk on a folder; only a superuser may, and not everywhere."""
    done = []

    def mount(folder, *options):
        folder.mkdir(parents=True, exist_ok=True)
        run = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
        if run.returncode:
            pytest.skip(f"nothing can be mounted here: {run.stderr.strip()}")
        done.append(folder)
        return folder

    if not shutil.which("mount"):
        pytest.skip("no command mount here")
    yield mount
    for folder in reversed(done):
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("out", OUTPUTS)
@pytest.mark.parametrize("kilobytes", [4, 60, 120, 180, 240])
def test_a_full_disk_stops_the_run_in_one_line_and_with_room_it_goes_on(
    command, models, tmp_path, mounted, out, kilobytes
):
    articles = write_articles(tmp_path / "articles", 12)
    given = arguments(articles, out, models[0])
    assert command.forked(tmp_path / "whole", given).status == 0
    folder = mounted(tmp_path / "small", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none")
    log = tmp_path / "small.log"
    full = command.forked(folder, given, log=str(log))
    line = one_line(full)
    assert "No space left" in line or "full" in line
    kept, before = finished(folder, out, models[0]), scored_in(log)
    subprocess.run(["mount", "-o", "remount,size=8m", str(folder)], check=True)
    again = command.forked(folder, given, log=str(log))
    assert again.status == 0, again
    assert read_by_users(folder) == read_by_users(tmp_path / "whole")
    assert not set(scored_in(log) - before) & kept


@pytest.mark.parametrize("out", OUTPUTS)
def test_an_output_where_nothing_can_be_written_is_told_and_its_status_can_be_read(
    command, models, tmp_path, mounted, out
):
    given = arguments(write_articles(tmp_path / "articles"), out, models[0])
    command.forked(tmp_path / "real", given, kill_at=400)
    before = read_by_users(tmp_path / "real")
    mounted(tmp_path / "sealed", "--bind", str(tmp_path / "real"))
    subprocess.run(["mount", "-o", "remount,ro,bind", str(tmp_path / "sealed")], check=True)
    line = one_line(command.forked(tmp_path / "sealed", given))
    assert "cannot write here" in line
    assert out in line
    assert read_by_users(tmp_path / "real") == before
    assert command.forked(tmp_path / "sealed", ["score", "--status", out]).out.startswith("state     stopped")
    new = one_line(command.forked(tmp_path / "sealed", arguments(tmp_path / "articles", f"new-{out}", models[0])))
    assert "cannot write here" in new


@pytest.mark.parametrize("out", OUTPUTS)
def test_a_second_run_into_the_same_output_is_refused_and_the_first_goes_on(command, models, tmp_path, out):
    given = arguments(write_articles(tmp_path / "articles"), out, models[0])
    assert command.forked(tmp_path / "whole", given).status == 0
    first = command.begun(tmp_path / "again", given, slow=0.4)
    wait_for(lambda: finished(tmp_path / "again", out, models[0]), first)
    second = command.forked(tmp_path / "again", given)
    assert "another run is writing here; wait for its end" in one_line(second)
    said = first.communicate(timeout=60)[1]
    assert first.returncode == 0, said
    assert read_by_users(tmp_path / "again") == read_by_users(tmp_path / "whole")


def wait_for(condition, process, seconds=60):
    """Wait until something has come about in a run."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def test_another_model_in_the_same_place_ends_the_run_at_the_next_worker(command, models, tmp_path):
    """One worker is lost after the swap; the one that takes its place must not score with other weights."""
    model = shutil.copytree(models[0], tmp_path / "model")
    given = arguments(write_articles(tmp_path / "articles", 8), "scored", model, "--workers", "1", engine="local")
    assert command.own(tmp_path / "whole", given).status == 0
    folder, log = tmp_path / "again", tmp_path / "again.log"
    process = command.begun(folder, given, slow=0.3, log=str(log))
    wait_for(lambda: len(scored_in(log)) >= 2, process)
    swap(models[1], model)
    os.kill(json.loads(log.read_text().splitlines()[0])["pid"], 9)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    assert "has changed since the run began; put the model back" in said.strip().splitlines()[-1]
    kept, before = finished(folder, "scored", models[0]), scored_in(log)
    assert len(kept) >= 2
    swap(models[0], model)
    assert command.own(folder, given, log=str(log)).status == 0
    assert read_by_users(folder) == read_by_users(tmp_path / "whole")
    assert not set(scored_in(log) - before) & kept


def swap(source, model):
    """Put other files into a model's folder, each as a whole."""
    for path in source.iterdir():
        shutil.copy(path, model / f"{path.name}.new")
        (model / f"{path.name}.new").replace(model / path.name)


@pytest.mark.parametrize("out", OUTPUTS)
def test_a_driver_that_is_killed_with_workers_at_work_loses_nothing_that_was_done(command, models, tmp_path, out):
    given = arguments(write_articles(tmp_path / "articles"), out, models[0], "--workers", "2", engine="local")
    assert command.own(tmp_path / "whole", given).status == 0
    folder, log = tmp_path / "again", tmp_path / "again.log"
    process = command.begun(folder, given, slow=0.2, log=str(log))
    wait_for(lambda: len(finished(folder, out, models[0])) >= 2, process)
    kill(process)
    kept, before = finished(folder, out, models[0]), scored_in(log)
    assert command.own(folder, given, log=str(log)).status == 0
    assert read_by_users(folder) == read_by_users(tmp_path / "whole")
    assert not set(scored_in(log) - before) & kept
