"""A Label Studio server on loopback, with an empty database of its own and nothing to call home to."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / ".label-studio" / "venv" / "bin" / "label-studio"
USER, PASSWORD, TOKEN = "ana@example.org", "not-a-secret-1", "0123456789abcdef0123456789abcdef01234567"
# What wants out in spite of the rest runs into a closed port.
NOWHERE = "http://127.0.0.1:9"
QUIET = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "FEATURE_FLAGS_OFFLINE": "true",
    "DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "DEBUG": "false",
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "no_proxy": "127.0.0.1,localhost",
}
STARTS_WITHIN = 400  # seconds; it makes its database first


class Server:
    """A running server, by its HTTP interface."""

    def __init__(self, address):
        self.address = address

    def __call__(self, method, path, body=None):
        """Return what the server answers."""
        request = urllib.request.Request(
            self.address + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Token {TOKEN}"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()[:500]}") from error


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address):
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Return a server that runs until the tests end."""
    if not PROGRAM.is_file():
        pytest.skip("Label Studio is not installed; install it with tests/label_studio/install.sh")
    folder, port = tmp_path_factory.mktemp("label-studio"), free_port()
    command = [PROGRAM, "start", "--init", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", folder / "data", "--username", USER, "--password", PASSWORD]
    command += ["--user-token", TOKEN, "--enable-legacy-api-token"]
    settings = {f"LABEL_STUDIO_{name}" if name.isupper() else name: value for name, value in QUIET.items()}
    settings |= {"HOME": str(folder), "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data")}
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **settings}, stdout=out, stderr=out, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        yield Server(address)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
