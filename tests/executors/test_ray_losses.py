"""What becomes of a run when nodes of a cluster, or all of Ray, are lost in the middle of it."""

import os
import signal
from pathlib import Path

import pytest
import toys_for_workers as toys

from pipeline.errors import ExecutorError
from pipeline.executors import cluster, open_executor
from pipeline.executors.actors import GONE

pytestmark = pytest.mark.slow


def run_through(executor, tasks, during):
    """Hand in every task until it is done; return the outcomes, and call ``during`` once, when a third is done."""
    waiting, seen, struck = list(tasks), [], False
    for outcome in executor.run(lambda: waiting.pop() if waiting else None):
        seen.append(outcome)
        if outcome.fault is not None:
            waiting.append(outcome.task)
        if len(seen) * 3 >= len(tasks) and not struck:
            during()
            struck = True
    return seen


def check(outcomes, tasks):
    done = [outcome.value for outcome in outcomes if outcome.fault is None]
    assert sorted(done) == sorted(task[1] for task in tasks)  # nothing lost, nothing doubled
    faults = [outcome.fault for outcome in outcomes if outcome.fault is not None]
    assert set(faults) == {GONE}
    return faults


def children(name):
    """Return the processes of that name which this process started."""
    stats = (path.read_text().rpartition(")") for path in Path("/proc").glob("[0-9]*/stat"))
    found = ((int(head.partition(" ")[0]), head.partition("(")[2], int(rest.split()[1])) for head, _, rest in stats)
    return [pid for pid, its_name, parent in found if its_name == name and parent == os.getpid()]


def tasks_of(count, seconds=0.2):
    return [("label", number, seconds) for number in range(count)]


def test_a_lost_node_is_the_fault_of_the_tasks_that_were_there():
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        node = nodes.add_node(num_cpus=2)
        tasks = tasks_of(40)
        with open_executor("ray", toys.toy, workers=3, address=nodes.address) as executor:
            seen = run_through(executor, tasks, lambda: nodes.remove_node(node, allow_graceful=False))
        assert 1 <= len(check(seen, tasks)) <= 4
        with open_executor("ray", toys.toy, workers=1, address=nodes.address) as executor:  # it was left as it was
            assert [outcome.value for outcome in run_through(executor, tasks[:1], lambda: None)] == [0]
    finally:
        nodes.shutdown()


@pytest.mark.parametrize("part", ["gcs_server", "raylet"])
def test_a_run_goes_on_when_ray_itself_is_lost(part, capfd, monkeypatch):
    monkeypatch.setattr(cluster, "_SECONDS_BETWEEN_LOOKS", 0.5)
    tasks = tasks_of(15, seconds=1)
    with open_executor("ray", toys.toy, workers=2) as executor:
        seen = run_through(executor, tasks, lambda: [os.kill(pid, signal.SIGKILL) for pid in children(part)])
    assert 1 <= len(check(seen, tasks)) <= 4
    assert children(part) == []
    assert capfd.readouterr().out == ""


def test_where_there_are_gpus_each_worker_has_one():
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 4, "num_gpus": 2, "include_dashboard": False})
    try:
        with open_executor("ray", toys.toy, workers=3, address=nodes.address) as executor:
            tasks = [("setting_after", 0.5, "CUDA_VISIBLE_DEVICES")] * 8
            seen = {outcome.value for outcome in run_through(executor, tasks, lambda: None)}
            assert executor.workers == 2
        assert seen == {"0", "1"}
    finally:
        nodes.shutdown()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "auto", "ray://127.0.0.1:1", "nowhere"])
def test_a_cluster_that_is_not_there_is_said_in_one_line(address):
    with (
        open_executor("ray", toys.toy, workers=1, address=address) as executor,
        pytest.raises(ExecutorError) as caught,
    ):
        next(executor.run(lambda: ("pid",)))
    assert str(caught.value).startswith(f"{address}: ")
    assert "\n" not in str(caught.value)
