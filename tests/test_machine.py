"""Processors and memory, on invented files of control groups."""

import os

import joblib
import pytest

from pipeline import machine
from pipeline.machine import Memory

GB = 1024**3
NO_LIMIT = 9223372036854771712  # what version 1 says where there is none


@pytest.fixture
def root(tmp_path):
    """Return the root of a machine with 16 GB, of which 8 are available, and no control groups."""
    write(tmp_path, {"proc/meminfo": f"MemTotal: {16 * GB // 1024} kB\nMemAvailable:   {8 * GB // 1024} kB\n"})
    return tmp_path


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}")


def v2(path, **values):
    return {f"sys/fs/cgroup{path}/{name.replace('_', '.', 1)}": f"{value}\n" for name, value in values.items()}


def v1(controller, path, **values):
    return {
        f"sys/fs/cgroup/{controller}{path}/{name.replace('_', '.', 1)}": f"{value}\n" for name, value in values.items()
    }


def test_without_control_groups_it_is_the_machine(root):
    assert machine.memory(root) == Memory(16 * GB, 8 * GB)


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/a/b", v2("/a/b", memory_max=4 * GB, memory_current=GB), Memory(4 * GB, 3 * GB)),
        ("0::/a/b", v2("/a", memory_max=4 * GB, memory_current=GB), Memory(4 * GB, 3 * GB)),
        (
            "0::/a/b",
            v2("/a", memory_max=2 * GB, memory_current=GB) | v2("/a/b", memory_max=4 * GB, memory_current=4 * GB),
            Memory(2 * GB, 0),
        ),
        ("0::/a", v2("/a", memory_max="max", memory_current=GB), Memory(16 * GB, 8 * GB)),
        ("0::/a", v2("/a", memory_max=64 * GB, memory_current=GB), Memory(16 * GB, 8 * GB)),
        (
            "0::/a",
            v2("/a", memory_max=4 * GB, memory_current=3 * GB, memory_stat=f"anon 5\ninactive_file {2 * GB}"),
            Memory(4 * GB, 3 * GB),
        ),
        ("0::/a", v2("/a", memory_max=GB, memory_current=2 * GB), Memory(GB, 0)),
        ("0::/a", v2("/a", memory_max=GB), Memory(GB, 8 * GB)),
        # A container that is told its path on the host, and one that is told of a place above its own.
        ("0::/docker/c0ffee", v2("", memory_max=4 * GB, memory_current=GB), Memory(4 * GB, 3 * GB)),
        ("0::/../other", v2("", memory_max=4 * GB, memory_current=GB), Memory(4 * GB, 3 * GB)),
        # Another process's group.
        ("0::/a", v2("/other", memory_max=GB, memory_current=0), Memory(16 * GB, 8 * GB)),
        (
            "5:cpu,cpuacct:/x\n4:memory:/a\n0::/",
            v1("memory", "/a", memory_limit_in_bytes=4 * GB, memory_usage_in_bytes=3 * GB)
            | v1("memory", "/a", memory_stat=f"inactive_file 7\ntotal_inactive_file {GB}")
            | v1("memory", "", memory_limit_in_bytes=NO_LIMIT, memory_usage_in_bytes=9 * GB),
            Memory(4 * GB, 2 * GB),
        ),
        (
            "4:memory:/docker/c0ffee",
            v1("memory", "", memory_limit_in_bytes=GB, memory_usage_in_bytes=0),
            Memory(GB, GB),
        ),
        (
            "4:cpuset:/\n0::/a",
            {"sys/fs/cgroup/unified/a/memory.max": GB, "sys/fs/cgroup/unified/a/memory.current": 0},
            Memory(GB, GB),
        ),
    ],
)
def test_the_narrowest_limit_holds(root, groups, files, expected):
    write(root, {"proc/self/cgroup": f"{groups}\n", **files})
    assert machine.memory(root) == expected


def test_an_old_kernel_tells_what_is_free(tmp_path):
    write(tmp_path, {"proc/meminfo": "MemTotal: 100 kB\nMemFree: 7 kB\n"})
    assert machine.memory(tmp_path) == Memory(100 * 1024, 7 * 1024)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"SC_PHYS_PAGES": 100, "SC_AVPHYS_PAGES": 40, "SC_PAGE_SIZE": 16}, Memory(1600, 640)),
        ({"SC_PHYS_PAGES": 100, "SC_PAGE_SIZE": 16}, Memory(1600, None)),  # macOS
    ],
)
def test_other_systems_tell_what_they_can(tmp_path, monkeypatch, known, expected):
    def sysconf(name):
        if name not in known:
            raise ValueError("unrecognized configuration name")
        return known[name]

    monkeypatch.setattr(os, "sysconf", sysconf)
    assert machine.memory(tmp_path) == expected


def test_a_system_without_sysconf_tells_nothing(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sysconf")
    assert machine.memory(tmp_path) == Memory(None, None)


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/a", {}, 8),
        ("0::/a", v2("/a", cpu_max="max 100000"), 8),
        ("0::/a", v2("/a", cpu_max="200000 100000"), 2),
        ("0::/a", v2("/a", cpu_max="150000 100000"), 2),
        ("0::/a", v2("/a", cpu_max="5000 100000"), 1),
        ("0::/a", v2("/a", cpu_max="3200000 100000"), 8),
        ("0::/a/b", v2("/a", cpu_max="300000 100000") | v2("/a/b", cpu_max="max 100000"), 3),
        ("0::/other", v2("/a", cpu_max="300000 100000"), 8),
        ("3:cpu,cpuacct:/a", v1("cpu", "/a", cpu_cfs_quota_us=250000, cpu_cfs_period_us=100000), 3),
        ("3:cpu,cpuacct:/a", v1("cpu", "/a", cpu_cfs_quota_us=-1, cpu_cfs_period_us=100000), 8),
        ("3:cpuset:/a", v1("cpu", "/a", cpu_cfs_quota_us=250000, cpu_cfs_period_us=100000), 8),
    ],
)
def test_a_quota_leaves_fewer_processors(root, monkeypatch, groups, files, expected):
    monkeypatch.setattr(joblib, "cpu_count", lambda: 8)
    write(root, {"proc/self/cgroup": f"{groups}\n", **files})
    assert machine.cpus(root) == expected


def test_the_affinity_of_the_process_counts(root, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3}, raising=False)
    assert machine.cpus(root) == 1


def test_this_machine_has_some_of_both():
    found = machine.memory()
    assert machine.cpus() >= 1
    assert found.total is None or 0 < (found.available or 0) <= found.total
