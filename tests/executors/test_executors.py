"""Every executor does the same: what goes in comes out once, and a fault belongs to one task."""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import toys_for_workers as toys

from pipeline.errors import ConfigError, ExecutorError, InputError, RecordError
from pipeline.executors import EXECUTORS, open_executor

MB = 1_000_000

# Ray first starts a cluster.
ALL = [pytest.param(name, marks=pytest.mark.slow) if name == "ray" else name for name in EXECUTORS]
IN_PROCESSES = [name for name in ALL if name != "inline"]


@pytest.fixture(scope="module")
def shared_executors():
    """Return those that were made, by name."""
    opened = {}
    yield opened
    for executor in opened.values():
        executor.__exit__(None, None, None)


@pytest.fixture
def executors(shared_executors):
    """Return a function that gives an executor of two workers that do toy tasks; each is made once."""

    def get(name):
        if name not in shared_executors:
            shared_executors[name] = open_executor(name, toys.toy, workers=2)
        return shared_executors[name]

    return get


@pytest.fixture
def alone(shared_executors):
    """End what is shared: a process is connected to Ray once."""
    while shared_executors:
        shared_executors.popitem()[1].__exit__(None, None, None)


def outcomes(executor, tasks):
    source = iter(tasks)
    return list(executor.run(lambda: next(source, None)))


def values(executor, tasks):
    return {outcome.task[-1]: outcome.value for outcome in outcomes(executor, tasks)}


@pytest.mark.parametrize("name", ALL)
def test_every_task_is_done_once(executors, name):
    done = outcomes(executors(name), [("double", number) for number in range(30)])
    assert sorted(outcome.task[1] for outcome in done) == list(range(30))
    assert all(outcome.value == 2 * outcome.task[1] and outcome.fault is None for outcome in done)


@pytest.mark.parametrize("name", ALL)
def test_no_task_is_no_outcome(executors, name):
    assert outcomes(executors(name), []) == []


@pytest.mark.parametrize("name", ALL)
def test_megabytes_go_both_ways(executors, name):
    texts = [letter * (2 * MB) for letter in "abcdef"]
    done = outcomes(executors(name), [("double", text) for text in texts])
    assert sorted(outcome.value for outcome in done) == [text * 2 for text in texts]


@pytest.mark.parametrize("name", ALL)
def test_an_exception_is_the_fault_of_its_task_and_one_short_line(executors, name):
    tasks = [("double", 1), ("argue", "no\nnumber"), ("double", 2), ("argue", "x" * 5000), ("memory",), ("double", 3)]
    done = {outcome.task: outcome for outcome in outcomes(executors(name), tasks)}
    assert {task for task, outcome in done.items() if outcome.fault is None} == {tasks[0], tasks[2], tasks[5]}
    assert done[tasks[1]].fault == "ValueError: no number"
    assert len(done[tasks[3]].fault) == 300
    assert "memory" in done[tasks[4]].fault.lower()
    assert all(done[task].value is None for task in (tasks[1], tasks[3], tasks[4]))


@pytest.mark.parametrize("name", ALL)
def test_a_task_can_be_given_back_after_its_fault(executors, name, tmp_path):
    waiting = [("double", 1), ("once", str(tmp_path / "tried"), "argue", "first"), ("double", 2)]
    seen = []
    for outcome in executors(name).run(lambda: waiting.pop() if waiting else None):
        seen.append(outcome.fault or outcome.value)
        if outcome.fault:
            waiting.append(outcome.task)
    assert sorted(map(str, seen)) == ["2", "4", "ValueError: first", "again"]


@pytest.mark.parametrize("name", ALL)
def test_take_may_have_nothing_now_and_something_later(executors, name):
    given = iter([("double", 1), None, ("double", 2), None, None, ("double", 3), None, None])
    executor = executors(name)
    seen = set()
    while len(seen) < 3:
        seen |= {outcome.value for outcome in executor.run(lambda: next(given, None))}
    assert seen == {2, 4, 6}


@pytest.mark.parametrize("name", ALL)
def test_take_is_asked_a_little_ahead_only(executors, name):
    executor = executors(name)
    taken = []

    def take():
        taken.append(("double", len(taken)))
        return taken[-1] if len(taken) <= 50 else None

    for seen, _ in enumerate(executor.run(take), start=1):
        assert min(len(taken), 50) <= seen + 2 * executor.workers


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("task", "kind", "message"),
    [
        (("give_up", "a.jsonl: not there"), InputError, "a.jsonl: not there"),
        (("reject", "a.jsonl:3: no text"), RecordError, "a.jsonl:3: no text"),
        (("point",), InputError, "toys.jsonl:7: cannot be used"),
    ],
)
def test_an_error_that_a_user_can_mend_stops_the_run(executors, name, task, kind, message):
    executor = executors(name)
    with pytest.raises(kind) as caught:
        outcomes(executor, [("double", 1), task, ("nap", 0.2), ("nap", 0.2)])
    assert str(caught.value) == message
    assert getattr(caught.value, "reason", "empty") == "empty"
    assert values(executor, [("double", 4)]) == {4: 8}  # nothing of the run before


@pytest.mark.parametrize("name", ALL)
def test_an_iterator_closed_early_leaves_nothing_to_the_next(executors, name):
    executor = executors(name)
    tasks = [("double", number) for number in range(10)]
    early = executor.run(lambda: tasks.pop() if tasks else None)
    next(early)
    early.close()
    assert values(executor, [("double", 100), ("double", 200)]) == {100: 200, 200: 400}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("start", "kind", "message"),
    [
        (toys.refusing, InputError, r"model\.onnx\.gz: not there"),
        (toys.broken, ExecutorError, ".*start.*KeyError: 'key'"),
    ],
)
def test_a_start_that_raises_stops_the_run(name, start, kind, message):
    with open_executor(name, start, workers=2) as executor, pytest.raises(kind) as caught:
        outcomes(executor, [1, 2, 3])
    assert re.fullmatch(message, str(caught.value))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", ALL)
def test_start_may_bring_megabytes(name):
    with open_executor(name, partial(toys.heavy, bytes(30 * MB)), workers=2) as executor:
        assert {outcome.value for outcome in outcomes(executor, [1, 2, 3])} == {30 * MB + more for more in (1, 2, 3)}


@pytest.mark.parametrize("name", IN_PROCESSES)
@pytest.mark.parametrize(
    ("task", "fault"),
    [
        (("kill",), "the process ended (signal 9)"),
        (("exit", 3), "the process ended (exit status 3)"),
        (("quit", 4), "the process ended (exit status 4)"),
        (("expression",), "it took longer than 0.5 s"),
        (("memory",), "the process ran out of memory"),
    ],
)
def test_a_process_that_ends_is_the_fault_of_its_task(executors, name, task, fault):
    tasks = [("double", number) for number in range(8)]
    done = {outcome.task: outcome for outcome in outcomes(executors(name), [*tasks[:4], task, *tasks[4:]])}
    assert done.pop(task).fault == fault
    assert {outcome.value for outcome in done.values()} == {2 * number for number in range(8)}


@pytest.mark.parametrize("name", IN_PROCESSES)
def test_each_step_has_the_full_time(executors, name):
    assert [outcome.value for outcome in outcomes(executors(name), [("steps", 5)])] == [5]


@pytest.mark.parametrize("name", IN_PROCESSES)
def test_a_limit_ends_with_its_task(executors, name):
    executor = executors(name)
    assert [outcome.fault for outcome in outcomes(executor, [("leave_running",), ("leave_running",)])] == [None, None]
    naps = outcomes(executor, [("nap", toys.LIMIT_SECONDS * 1.5)] * 2)
    assert [outcome.fault for outcome in naps] == [None, None]


@pytest.mark.parametrize("name", IN_PROCESSES)
def test_what_does_not_pickle_is_the_fault_of_its_task(executors, name):
    (outcome,) = outcomes(executors(name), [("unpicklable",)])
    assert "pickle" in outcome.fault


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", IN_PROCESSES)
def test_a_start_that_ends_the_process_is_tried_three_times(name):
    with open_executor(name, toys.dying, workers=2) as executor:
        message = r"failed to start 3 times in a row: the process ended \(exit status 9\)"
        with pytest.raises(ExecutorError, match=message):
            outcomes(executor, [1, 2, 3])


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", IN_PROCESSES)
def test_a_worker_is_a_process_of_one_thread_and_stays(name, monkeypatch):
    monkeypatch.setenv("QUOTESTANCE_THREADS", "4")
    with open_executor(name, toys.toy, workers=1) as executor:
        pids = {outcome.value for outcome in outcomes(executor, [("pid",)] * 3)}
        settings = outcomes(executor, [("setting", "QUOTESTANCE_THREADS"), ("setting", "OMP_NUM_THREADS")])
    assert len(pids) == 1
    assert os.getpid() not in pids
    assert [outcome.value for outcome in settings] == ["1", "1"]
    assert os.environ["QUOTESTANCE_THREADS"] == "4"


SCRIPT = """
import toys_for_workers as toys
from pipeline.executors import open_executor

print("run", flush=True)
tasks = iter([("double", 1), ("double", 1)])
with open_executor("local", toys.toy, workers=2) as executor:
    print(*(outcome.value for outcome in executor.run(lambda: next(tasks, None))))
"""


def test_workers_do_not_run_the_script_again(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = [sys.executable, str(tmp_path / "script.py")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=os.environ | {"PYTHONPATH": path}
    )
    assert (done.stdout, done.stderr) == ("run\n2 2\n", "")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("spark", {"workers": 1}, "no executor is called 'spark'; there are: inline, local, ray"),
        ("local", {"workers": 0}, "0 workers do nothing; give 1 or more"),
        ("local", {"workers": 1, "address": "auto"}, "the executor 'local' has no address; leave it out, or use ray"),
    ],
)
def test_what_cannot_be_opened_is_said(name, options, message):
    with pytest.raises(ConfigError) as caught:
        open_executor(name, toys.toy, **options)
    assert str(caught.value) == message
