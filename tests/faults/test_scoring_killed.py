"""A scoring run is killed at any moment and started again: the same bytes, and nothing that was done is done twice."""

import shutil
import signal

import pytest
from scoring_faults import (
    arguments,
    finished,
    moments,
    read_by_users,
    scored_in,
    write_articles,
)

from pipeline.stages.scored_folder import RUNS


def first_run(command, models, articles, folder, out):
    """Nothing is there yet."""
    return arguments(articles, out, models[0])


def run_over_more(command, models, articles, folder, out):
    """Most articles were scored before."""
    assert command.forked(folder, arguments(articles, out, models[0])).status == 0
    write_articles(articles, 3, first=6)
    return arguments(articles, out, models[0])


def other_model(command, models, articles, folder, out):
    """All quotes stay, and are scored again."""
    assert command.forked(folder, arguments(articles, out, models[0])).status == 0
    return arguments(articles, out, models[1])


def pruned(command, models, articles, folder, out):
    """Two articles are gone, one of them the first of two with the same text."""
    assert command.forked(folder, arguments(articles, out, models[0], shard_articles=3)).status == 0
    (articles / "01-copy.txt").unlink()
    (articles / "04.txt").unlink()
    return arguments(articles, out, models[0], "--prune", shard_articles=3)


def retried(command, models, articles, folder, out):
    """An article that could not be worked through, in a shard with others, can be by now."""
    poison = {"word": "Halden 3", "where": "reading", "how": "raise"}
    first = command.forked(folder, arguments(articles, out, models[0], shard_articles=6), poison=poison)
    assert first.status == 0
    return arguments(articles, out, models[0], "--retry", shard_articles=6)


# What is going on when the run is killed, and what is written.
SCENES = [
    (first_run, "scored.parquet"),
    (first_run, "scored"),
    (run_over_more, "scored"),
    (other_model, "scored"),
    (pruned, "scored"),
    (retried, "scored"),
]
SAMPLE = 8
"""Moments of each scene, where all of them are too many."""


class Scene:
    """A run that is about to begin, to be begun again and again."""

    def __init__(self, command, models, folder, scene, out):
        self.command, self.out, self.folder = command, out, folder
        articles = write_articles(folder / "articles")
        self.before = folder / "before"
        self.before.mkdir()
        self.given = scene(command, models, articles, self.before, out)
        whole = self.begin("whole")
        ended = command.forked(whole, self.given, count=str(folder / "count"), log=str(folder / "whole.log"))
        assert ended.status == 0, ended
        self.last = int((folder / "count").read_text())
        self.expected = read_by_users(whole)
        self.done_by_it = scored_in(folder / "whole.log")
        assert command.forked(whole, self.given).status == 0
        self.given_twice = read_by_users(whole)

    def begin(self, name):
        shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(self.before, self.folder / name)
        return self.folder / name

    def history(self, folder):
        """Return how many runs into the output came to their end; into a table, none is known of."""
        path = folder / self.out / RUNS
        return len(path.read_text().splitlines()) if path.is_file() else 0

    def kill_at(self, moment):
        """Kill a run at a moment, and go on with it."""
        folder, log = self.begin("again"), self.folder / "again.log"
        log.unlink(missing_ok=True)
        killed = self.command.forked(folder, self.given, kill_at=moment, log=str(log))
        assert killed.status == -signal.SIGKILL, killed
        kept = finished(folder, self.out, self.given[self.given.index("--model") + 1])
        before, came_to_its_end = scored_in(log), self.history(folder) > self.history(self.before)
        again = self.command.forked(folder, self.given, log=str(log))
        assert again.status == 0, (moment, again)
        expected = self.given_twice if came_to_its_end else self.expected
        assert read_by_users(folder) == expected, moment
        twice = {shard for shard, times in (scored_in(log) - before).items() if shard in kept and before[shard]}
        assert not twice, (moment, twice)
        assert (scored_in(log) - before).total() <= self.done_by_it.total()


@pytest.fixture(params=SCENES, ids=[f"{scene.__name__}-{out}" for scene, out in SCENES])
def scene(request, command, models, tmp_path):
    return Scene(command, models, tmp_path, *request.param)


def test_killed_at_some_moments_and_started_again_it_ends_with_the_same_bytes(scene):
    for moment in moments(7, SAMPLE, scene.last):
        scene.kill_at(moment)


@pytest.mark.slow
def test_killed_at_fifty_moments_and_started_again_it_ends_with_the_same_bytes(scene):
    for moment in moments(11, 50, scene.last):
        scene.kill_at(moment)
