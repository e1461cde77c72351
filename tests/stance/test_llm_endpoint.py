"""Addresses, keys, and all that a server can do wrong, against a stub of one on this machine."""

import numpy as np
import pytest
from llm_stub import completion, saying, send, stub_server

from pipeline.errors import ModelError
from pipeline.stance import llm_endpoint
from pipeline.stance.llm import LlmClassifier
from pipeline.stance.llm_endpoint import endpoint_from_environment

SECRET = "sk-never-shown-31415926"
PRO = '{"stance": "pro-restriction", "confidence": 0.8}'


@pytest.fixture
def stub(monkeypatch):
    with stub_server(saying(PRO)) as running:
        monkeypatch.setenv("QUOTESTANCE_LLM_URL", running.url)
        monkeypatch.setenv("QUOTESTANCE_LLM_MODEL", "stub-1")
        monkeypatch.setenv("QUOTESTANCE_LLM_KEY", SECRET)
        yield running


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(llm_endpoint, "sleep", found.append)
    return found


def fitted(**changed) -> LlmClassifier:
    options = {"max_calls": 50, "timeout": 5.0}
    return LlmClassifier(**{**options, **changed}).fit({"text": []}, [])


def one(text="“It is vital”") -> dict[str, list[str]]:
    return {"text": [text], "target": ["drones"]}


# The environment.


@pytest.mark.parametrize(
    ("name", "message"),
    [("URL", "QUOTESTANCE_LLM_URL not set; set QUOTESTANCE_LLM_URL"), ("MODEL", "QUOTESTANCE_LLM_MODEL not set")],
)
def test_it_is_off_until_the_environment_names_a_model(stub, monkeypatch, name, message):
    monkeypatch.delenv(f"QUOTESTANCE_LLM_{name}")
    with pytest.raises(ModelError, match=message) as caught:
        fitted()
    assert "\n" not in str(caught.value)


def test_no_key_sends_none(stub, monkeypatch):
    monkeypatch.delenv("QUOTESTANCE_LLM_KEY")
    fitted().predict_proba(one())
    assert "Authorization" not in stub.headers[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://host.example/v1/", "https://host.example/v1/chat/completions"),
        ("https://host.example/v1/chat/completions", "https://host.example/v1/chat/completions"),
        ("https://host.example/openai?api-version=1", "https://host.example/openai/chat/completions?api-version=1"),
        ("http://localhost:8080", "http://localhost:8080/chat/completions"),
        ("http://127.0.0.2:80/v1", "http://127.0.0.2:80/v1/chat/completions"),
        ("http://[::1]:80/v1", "http://[::1]:80/v1/chat/completions"),
    ],
)
def test_addresses_that_are_encrypted_or_of_this_machine_are_taken(stub, monkeypatch, url, expected):
    monkeypatch.setenv("QUOTESTANCE_LLM_URL", url)
    assert endpoint_from_environment().url == expected


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://host.example/v1", "must begin with https://"),
        ("http://localhost.example/v1", "must begin with https://"),
        ("ftp://localhost/v1", "must begin with https://"),
        ("file:///etc/passwd", "is no address"),
        ("host.example/v1", "is no address"),
        ("https://", "is no address"),
        ("https://[::1/v1", "is no address"),
        ("https://host.example:port/v1", "is no address"),
        ("https://host.example/v 1", "is no address"),
        ("https://höst.example/v1", "is no address"),
        (f"https://user:{SECRET}@host.example/v1", "holds a name or password"),
    ],
)
def test_other_addresses_are_refused(stub, monkeypatch, url, message):
    monkeypatch.setenv("QUOTESTANCE_LLM_URL", url)
    with pytest.raises(ModelError, match=message) as caught:
        fitted()
    assert SECRET not in str(caught.value)


def test_an_address_without_encryption_can_be_allowed(stub, monkeypatch):
    monkeypatch.setenv("QUOTESTANCE_LLM_URL", "http://host.example/v1")
    monkeypatch.setenv("QUOTESTANCE_LLM_ALLOW_HTTP", "1")
    assert endpoint_from_environment().url == "http://host.example/v1/chat/completions"


@pytest.mark.parametrize(
    "key", [f"{SECRET}\r\nX-Other: 1", f"{SECRET} two", f"{SECRET}ß", f"{SECRET}\x00"[:-1] + "\t1"]
)
def test_a_key_that_fits_no_header_is_refused_and_not_shown(stub, monkeypatch, key):
    monkeypatch.setenv("QUOTESTANCE_LLM_KEY", key)
    with pytest.raises(ModelError, match="QUOTESTANCE_LLM_KEY holds characters") as caught:
        fitted()
    assert SECRET not in str(caught.value)


def test_a_proxy_is_not_asked_for_this_machine(stub, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    fitted().predict_proba(one())
    assert len(stub.bodies) == 1


def test_a_proxy_is_used_for_others(stub, monkeypatch):
    monkeypatch.setenv("http_proxy", stub.url.removesuffix("/v1"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("QUOTESTANCE_LLM_URL", "http://host.example/v1")
    monkeypatch.setenv("QUOTESTANCE_LLM_ALLOW_HTTP", "1")
    fitted().predict_proba(one())
    assert stub.paths == ["http://host.example/v1/chat/completions"]


# Faults of the other side.


def test_a_busy_server_is_asked_again_after_the_time_it_names(stub, waits):
    faults = [(429, {"Retry_After": "7"}), (503, {}), (500, {"Retry_After": "soon"}), (529, {"Retry_After": "9999"})]

    def reply(_, handler):
        status, headers = faults.pop(0) if faults else (200, {})
        send(handler, status, completion(PRO), **headers)

    stub.reply = reply
    np.testing.assert_allclose(fitted(max_calls=1).predict_proba(one()), [[0.1, 0.1, 0.8]])
    assert waits == [7, 2, 4, 60]


def test_tries_are_bounded(stub, waits):
    stub.reply = lambda body, handler: send(handler, 500, SECRET)
    with pytest.raises(ModelError, match=r"127.0.0.1:\d+: status 500, 5 times; try again later"):
        fitted().predict_proba(one())
    assert waits == [1, 2, 4, 8]
    assert len(stub.bodies) == 5


@pytest.mark.parametrize(
    ("status", "text", "message"),
    [
        (401, '{"error": {"message": "Incorrect key %s"}}', "refuses the key .status 401.; check QUOTESTANCE_LLM_KEY"),
        (403, "%s", "refuses the key"),
        (404, "%s", "knows no such address or model"),
        (400, '{"error": {"message": "bad\\nkey %s"}}', r"refuses the question \(status 400: bad key …\)"),
        (400, "[%s", r"refuses the question \(status 400\)"),
        (200, "<html>%s", "answers with no chat completion; check QUOTESTANCE_LLM_URL"),
        (200, "{}", "answers with no chat completion"),
        (200, '{"choices": []}', "answers with no chat completion"),
        (200, '{"choices": [{"message": null}]}', "answers with no chat completion"),
        (200, "[" * 100_000, "answers with no chat completion"),
        (200, "x" * (1 << 21), "more than a megabyte"),
    ],
)
def test_other_faults_are_told_at_once_in_one_line_without_the_key(stub, waits, status, text, message):
    stub.reply = lambda body, handler: send(handler, status, text.replace("%s", SECRET))
    with pytest.raises(ModelError, match=message) as caught:
        fitted().predict_proba(one())
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert waits == []
    assert len(stub.bodies) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(stub, status):
    with stub_server(saying(PRO)) as other:
        stub.reply = lambda body, handler: send(handler, status, "", Location=f"{other.url}/chat/completions")
        with pytest.raises(ModelError, match="points to another address"):
            fitted().predict_proba(one())
        assert other.paths == []


def silent(stub):
    return lambda body, handler: stub.closing.wait(5)


def dripping(stub):
    def reply(_, handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not stub.closing.wait(0.03):
            handler.wfile.write(b" ")

    return reply


@pytest.mark.parametrize("reply", [silent, dripping])
def test_an_answer_that_does_not_come_in_time_is_given_up(stub, waits, monkeypatch, reply):
    monkeypatch.setattr(llm_endpoint, "_TRIES", 2)
    stub.reply = reply(stub)
    with pytest.raises(ModelError, match="no answer in time, 2 times"):
        fitted(timeout=0.2).predict_proba(one())
    assert len(stub.bodies) == 2


def test_an_answer_that_breaks_off_is_asked_for_again(stub, waits):
    replies = [lambda b, h: send(h, 200, completion(PRO), Content_Length="9999"), lambda b, h: None, saying(PRO)]
    stub.reply = lambda body, handler: replies.pop(0)(body, handler)
    np.testing.assert_allclose(fitted().predict_proba(one()), [[0.1, 0.1, 0.8]])
    assert waits == [1, 2]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "https://.example/v1"])
def test_an_address_where_nobody_is_is_told_at_once(stub, waits, monkeypatch, url):
    monkeypatch.setenv("QUOTESTANCE_LLM_URL", url)
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        fitted().predict_proba(one())
    assert "\n" not in str(caught.value)
    assert waits == []
