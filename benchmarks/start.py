"""CPU time of ``stance --help``: median of several starts, each in a process of its own.

Usage: python benchmarks/start.py [STARTS]
"""

import resource
import statistics
import subprocess
import sys

COMMAND = [sys.executable, "-c", "import sys; from pipeline.cli import main; sys.exit(main(['--help']))"]
PROMISED = 0.5


def cpu_seconds():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(COMMAND, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def main():
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    cpu_seconds()  # the first one writes byte code
    seconds = sorted(cpu_seconds() for _ in range(starts))
    print(
        f"stance --help: {statistics.median(seconds):.2f} CPU-s"
        f" (median of {starts}, {seconds[0]:.2f} to {seconds[-1]:.2f}; promised: under {PROMISED})"
    )


if __name__ == "__main__":
    main()
