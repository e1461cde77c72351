"""One question to an OpenAI-compatible address: checked before anything is sent, bounded in time, size and tries.

The key goes into one header and nowhere else. It is not sent along a redirect, and never stands in a message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from itertools import count
from os import environ
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from pipeline.errors import ModelError

URL, MODEL, KEY = "QUOTESTANCE_LLM_URL", "QUOTESTANCE_LLM_MODEL", "QUOTESTANCE_LLM_KEY"
ALLOW_HTTP = "QUOTESTANCE_LLM_ALLOW_HTTP"
"""Set to 1 it allows an address that is neither encrypted nor on this machine."""

_ENDING = "/chat/completions"
_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # seconds; doubled from try to try unless the server names a time
_MOST_BYTES = 1 << 20
_LONGEST_DETAIL = 200
_PASSING = (TimeoutError, ConnectionResetError, ConnectionAbortedError, BrokenPipeError, HTTPException)


class _Passing(Exception):
    """A fault that another try may not meet."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers.

    Parameters
    ----------
    url
        Full address of its chat completions.
    host
        The part of the address that messages may show.
    local
        Whether it is on this machine; proxies are for others.
    key
        Empty where none is asked for.
    """

    url: str = field(repr=False)
    host: str
    local: bool
    model: str
    key: str = field(repr=False)


def endpoint_from_environment() -> Endpoint:
    """Return what the environment names.

    Raises
    ------
    ModelError
        If address or model are missing, or the address or the key cannot be used.
    """
    url, model, key = (environ.get(name, "").strip() for name in (URL, MODEL, KEY))
    if missing := [name for name, value in ((URL, url), (MODEL, model)) if not value]:
        raise ModelError(
            f"llm: {' and '.join(missing)} not set; set {URL} (https://…/v1), {MODEL} and, where one is needed, {KEY}"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelError(f"llm: {KEY} holds characters that no key has; set it again")
    parts, host = _address(url)
    local = _is_local(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and (local or environ.get(ALLOW_HTTP) == "1")):
        raise ModelError(f"llm: {URL} must begin with https:// unless it is on this machine; or set {ALLOW_HTTP}=1")
    path = parts.path.rstrip("/")
    path = path if path.endswith(_ENDING) else path + _ENDING
    return Endpoint(urlunsplit(parts._replace(path=path, fragment="")), parts.netloc, local, model, key)


def _address(url: str) -> tuple[SplitResult, str]:
    """Return the parts of an address, and its host without the port."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ModelError(f"llm: {URL} is no address; write https://HOST/v1") from error
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise ModelError(f"llm: {URL} is no address; write https://HOST/v1")
    if parts.username is not None:
        raise ModelError(f"llm: {URL} holds a name or password; take them out and put the key into {KEY}")
    return parts, host


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def ask(endpoint: Endpoint, body: Mapping[str, Any], *, timeout: float) -> Any:
    """Return the content of a chat completion: a string, or None where the model gave none.

    Asked again, up to five times in all and at growing intervals, where the server is busy (408, 429, 5xx), does not
    answer in time, or breaks off.

    Parameters
    ----------
    timeout
        Seconds until a try is given up.

    Raises
    ------
    ModelError
        If there is no answer, or none that is a chat completion.
    """
    for number in count(1):
        try:
            return _content(_post(endpoint, body, timeout), endpoint)
        except _Passing as error:
            if number == _TRIES:
                raise ModelError(f"llm: {endpoint.host}: {error}, {_TRIES} times; try again later") from error
            sleep(min(_FIRST_WAIT * 2 ** (number - 1) if error.wait is None else error.wait, _LONGEST_WAIT))


class _NoRedirect(HTTPRedirectHandler):
    """Follows nothing: articles and key go to the address that was set, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(endpoint: Endpoint) -> OpenerDirector:
    return build_opener(_NoRedirect, *([ProxyHandler({})] if endpoint.local else []))


def _post(endpoint: Endpoint, body: Mapping[str, Any], timeout: float) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "quotestance"}
    request = Request(endpoint.url, json.dumps(body).encode("ascii"), headers, method="POST")
    if endpoint.key:
        request.add_unredirected_header("Authorization", f"Bearer {endpoint.key}")
    try:
        with _opener(endpoint).open(request, timeout=timeout) as response:
            return _body(response, monotonic() + timeout)
    except HTTPError as error:
        with error:
            raise _refusal(error, endpoint) from error
    except (OSError, HTTPException, UnicodeError) as error:  # the last of a host that no name can be
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, _PASSING):
            raise _Passing("no answer in time" if isinstance(reason, TimeoutError) else "the line broke off") from error
        detail = _shown(str(reason), endpoint)
        raise ModelError(f"llm: {endpoint.host} cannot be reached ({detail}); check {URL} and the network") from error


def _body(response: HTTPResponse, deadline: float) -> bytes:
    """Return a body that is whole, not too long, and there in time; a server may send it drop by drop."""
    chunks: list[bytes] = []
    while chunk := response.read1(1 << 16):
        chunks.append(chunk)
        if sum(map(len, chunks)) > _MOST_BYTES:
            raise ModelError("llm: an answer of more than a megabyte; check whether the address is the right one")
        if monotonic() > deadline:
            raise TimeoutError
    if response.length:
        raise ConnectionResetError
    return b"".join(chunks)


def _refusal(error: HTTPError, endpoint: Endpoint) -> Exception:
    """Return what to raise on a status that is no success."""
    status, host = error.code, endpoint.host
    if status in {408, 429} or status >= 500:
        after = (error.headers.get("Retry-After") or "").strip()
        return _Passing(f"status {status}", float(after) if after.isdecimal() and after.isascii() else None)
    if status in {401, 403}:
        return ModelError(f"llm: {host} refuses the key (status {status}); check {KEY}")
    if 300 <= status < 400:
        return ModelError(f"llm: {host} points to another address (status {status}); set {URL} to the final one")
    if status == 404:
        return ModelError(f"llm: {host} knows no such address or model (status 404); check {URL} and {MODEL}")
    return ModelError(f"llm: {host} refuses the question (status {status}{_detail(error, endpoint)}); check {MODEL}")


def _detail(error: HTTPError, endpoint: Endpoint) -> str:
    """Return what the server says of a fault, short and without the key."""
    try:
        text = error.read(1 << 16).decode("utf-8", "replace")
        message = json.loads(text)["error"]["message"]
    except (OSError, HTTPException, ValueError, RecursionError, KeyError, TypeError):
        return ""
    return f": {_shown(str(message), endpoint)}"


def _shown(text: str, endpoint: Endpoint) -> str:
    """Return a foreign text fit for a message: without the key, one line, cut."""
    line = text.replace(endpoint.key, "…") if endpoint.key else text
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())[:_LONGEST_DETAIL]


def _content(body: bytes, endpoint: Endpoint) -> Any:
    try:
        return json.loads(body)["choices"][0]["message"].get("content")
    except (ValueError, RecursionError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ModelError(f"llm: {endpoint.host} answers with no chat completion; check {URL}") from error
