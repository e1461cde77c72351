"""Runs ``stance`` again and again in forks of a process that has imported all of it: each costs what its work costs.

Reads a line of JSON a command, and answers it with a line: how it ended.
"""

import importlib
import json
import os
import sys
from contextlib import suppress

import planted_faults

from pipeline.cli import main


def _child(order):
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(order["folder"])
    moments = planted_faults.plant(order["plan"])
    try:
        status = main(order["arguments"])
    finally:
        if moments:
            moments.end()
    sys.stdout.flush()
    sys.stderr.flush()
    if order.get("modules"):
        with open(order["modules"], "w", encoding="utf-8") as file:
            json.dump(sorted(sys.modules), file)
    os._exit(status)


def serve():
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            try:
                _child(order)
            except BaseException:
                import traceback

                traceback.print_exc()
            os._exit(70)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if order.get("modules") and status == 0:
            with open(order["modules"], encoding="utf-8") as file:
                for name in json.load(file):
                    with suppress(Exception):
                        importlib.import_module(name)
        print(json.dumps(status), flush=True)


if __name__ == "__main__":
    serve()
