"""An OpenAI-compatible address on this machine that answers what a test tells it to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = Callable[[dict[str, Any], BaseHTTPRequestHandler], None]


@dataclass
class Stub:
    """A running server: how it replies, and what it was asked."""

    url: str
    reply: Reply
    bodies: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)

    def question(self, number: int) -> dict[str, str]:
        """Return the JSON object of a question's first user message."""
        return json.loads(self.bodies[number]["messages"][1]["content"])


def send(handler: BaseHTTPRequestHandler, status: int, text: str, **headers: str) -> None:
    body = text.encode()
    handler.send_response(status)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **given}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def completion(content: Any) -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]})


def saying(*contents: Any) -> Reply:
    """Return a reply that gives one content after the other, and the last of them from then on."""
    waiting = list(contents)

    def reply(_: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, completion(waiting.pop(0) if len(waiting) > 1 else waiting[0]))

    return reply


def telling(words: dict[str, tuple[str, ...]], confidence: float = 0.8) -> Reply:
    """Return a reply that names the label of which a word stands in the passage, else neutral."""

    def reply(body: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
        passage = json.loads(body["messages"][1]["content"])["passage"]
        found = [label for label in words if any(word in passage for word in words[label])]
        stance = found[0] if found else "neutral"
        send(handler, 200, completion(json.dumps({"stance": stance, "confidence": confidence})))

    return reply


@contextmanager
def stub_server(reply: Reply) -> Iterator[Stub]:
    """Run a server within the block, on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stub.bodies.append(json.loads(body))
            stub.paths.append(self.path)
            stub.headers.append(dict(self.headers))
            stub.reply(stub.bodies[-1], self)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # a client that left

    server = Server(("127.0.0.1", 0), Handler)
    stub = Stub(f"http://127.0.0.1:{server.server_port}/v1", reply)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
