"""Whatever happens to the driver, no worker process is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")

DRIVER = """
import signal, sys, time
import toys_for_workers as toys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background starts programs without
from pipeline.executors import open_executor

tasks = [("pid",), ("pid",), ("{task}", 60), ("{task}", 60)]
with open_executor("local", toys.toy, workers=2) as executor:
    for outcome in executor.run(lambda: tasks.pop(0) if tasks else None):
        print(outcome.value, flush=True)
"""


def in_session(session):
    """Return the processes of a session that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = path.read_text().rpartition(")")
        except OSError:  # it has ended
            continue
        state, _, _, its_session, *_ = rest.split()
        if int(its_session) == session and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def driver(request):
    """Start a driver in a session of its own whose two workers are in the middle of a task."""
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER.format(task=request.param)],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for _ in range(2):
        process.stdout.readline()
    time.sleep(0.3)
    assert len(in_session(process.pid)) >= 3
    yield process
    for pid in in_session(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate()


def wait_until_alone(session, seconds):
    end = time.monotonic() + seconds
    while in_session(session) and time.monotonic() < end:
        time.sleep(0.05)
    return in_session(session)


@pytest.mark.parametrize("driver", ["nap", "spin"], indirect=True)
def test_ctrl_c_ends_the_workers_at_once_and_quietly(driver):
    os.killpg(driver.pid, signal.SIGINT)
    _, said = driver.communicate(timeout=10)
    assert wait_until_alone(driver.pid, 2) == []
    assert driver.returncode != 0
    assert said.count("Traceback") == 1  # the driver's own
    assert said.rstrip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize("driver", ["nap", "spin"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_a_driver_that_is_killed(driver, number):
    os.kill(driver.pid, number)
    driver.wait(10)
    assert wait_until_alone(driver.pid, 5) == []
