"""A language model that reads the codebook: any OpenAI-compatible address, named by the environment, off by default."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from pipeline.errors import ModelError
from pipeline.files import read_json, sha256_text, write_json
from pipeline.records import LABELS
from pipeline.stance import prompts
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable
from pipeline.stance.inputs import OPEN
from pipeline.stance.llm_answers import Answers
from pipeline.stance.llm_endpoint import MODEL, Endpoint, ask, endpoint_from_environment
from pipeline.stance.prompts import Answer

_CARD = "model.json"
_HOPELESS = 10
"""Unusable answers in a row after which the model is held to be unfit."""

# As good as uniform, but the likeliest label has to be one: neutral is what the codebook gives to what takes no side.
_NO_ANSWER = [1 / 3 + (2e-6 if label == "neutral" else -1e-6) for label in LABELS]

_log = logging.getLogger(__name__)


class LlmClassifier:
    """Asks a language model one question a statement; answers are kept, so that nothing is asked twice.

    The probabilities are the model's stated confidence, the rest spread evenly. They mean nothing before they are
    calibrated on dev.

    Parameters
    ----------
    topics
        What is known of each target; its ``description`` is told.
    max_calls
        Most questions that this object ever asks, repeated ones for an unreadable answer included. What is needed is
        counted before the first.
    batch_cache
        Folder of the answers; None keeps them in memory only.
    temperature
        0 takes the likeliest answer; above, ``seed`` is sent along.
    max_tokens, timeout
        Longest answer, and seconds to wait for one.
    """

    name: ClassVar[str] = "llm"
    requirements: ClassVar[tuple[str, ...]] = ("numpy", "filelock")
    learns: ClassVar[bool] = False
    """``fit`` looks at no statement: it needs none, and no label."""

    def __init__(
        self,
        *,
        max_calls: int,
        topics: Mapping[str, Mapping[str, Any]] | None = None,
        batch_cache: str | None = None,
        temperature: float = 0.0,
        max_tokens: int = 100,
        timeout: float = 60.0,
        seed: int = 0,
    ) -> None:
        self.topics = topics or {}
        self.max_calls = max_calls
        self.batch_cache = batch_cache
        self.temperature = temperature
        self.max_tokens = max_tokens
        self.timeout = timeout
        self.seed = seed
        self._answers = Answers(None if batch_cache is None else Path(batch_cache).expanduser())
        self._unanswered: set[str] = set()
        self._calls = 0

    @property
    def classes_(self) -> tuple[str, ...]:
        """The codebook's labels, in the order of the probability columns."""
        return LABELS

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Note which model the environment names and return self; nothing is learnt, and nothing sent.

        Raises
        ------
        ModelError
            If the environment names none.
        """
        self.model_ = endpoint_from_environment().model
        return self

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3], columns in the order of ``classes_``; what is known is not asked again.

        A statement without a usable answer counts as neutral with a confidence of a third, which the log tells. It is
        asked again in another run, not in this one.

        Raises
        ------
        ModelError
            If more questions are needed than are allowed, before the first of them; if the environment names no
            address, or another model than that of ``fit``; or if the address does not answer.
        """
        questions = prompts.questions(table, self.topics)
        keys = [self._key(question) for question in questions]
        known = self._answers.read()
        asked = dict(zip(keys, questions, strict=True))
        if needed := {key: asked[key] for key in asked if key not in known and key not in self._unanswered}:
            self._check_calls(len(needed), len(asked))
            self._ask_all(needed)
            known = self._answers.read()
        rows = [known[key].probabilities() if key in known else _NO_ANSWER for key in keys]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(LABELS))

    def _key(self, question: str) -> str:
        """Return the SHA-256 of all that decides about an answer."""
        return sha256_text(json.dumps(self._body(prompts.conversation(question)), sort_keys=True))

    def _body(self, messages: list[dict[str, str]]) -> dict[str, Any]:
        sampling = {"seed": self.seed} if self.temperature > 0 else {}
        return {"model": self.model_, "messages": messages, "temperature": self.temperature, **sampling}

    def _check_calls(self, needed: int, distinct: int) -> None:
        if self._calls + needed > self.max_calls:
            made = f", {self._calls} asked before" if self._calls else ""
            raise ModelError(
                f"llm: {needed} questions needed ({distinct} different statements, {distinct - needed} answered in the "
                f"cache){made}; max_calls is {self.max_calls}; raise it, or give fewer statements"
            )

    def _ask_all(self, questions: Mapping[str, str]) -> None:
        """Ask and keep what is answered; ``max_calls`` leaves room for all of them, and perhaps for some repairs."""
        endpoint = self._endpoint()
        failed: list[str] = []
        in_a_row = 0
        for number, (key, question) in enumerate(questions.items()):
            spare = self.max_calls - self._calls - (len(questions) - number)
            try:
                answer = self._ask(endpoint, question, repairs=min(1, spare))
            except ModelError as error:
                kept = f"{number - len(failed)} new answers {'are kept' if self.batch_cache else 'are lost'}"
                raise ModelError(f"{error} (asked of {_excerpt(question)}; {kept})") from error
            if answer is not None:
                self._answers.add(key, answer, model=self.model_)
                in_a_row = 0
                continue
            failed.append(question)
            self._unanswered.add(key)
            in_a_row += 1
            if in_a_row == _HOPELESS:
                raise ModelError(
                    f"llm: {self.model_} gave no usable answer {_HOPELESS} times in a row (the last about "
                    f"{_excerpt(question)}); choose another model in {MODEL}, or raise max_tokens"
                )
        if failed:
            _log.warning(
                "llm: no usable answer about %d of %d statements (the first: %s); they count as neutral with a "
                "confidence of a third", len(failed), len(questions), _excerpt(failed[0]),
            )  # fmt: skip

    def _endpoint(self) -> Endpoint:
        endpoint = endpoint_from_environment()
        if endpoint.model != self.model_:
            raise ModelError(
                f"llm: this model is {self.model_!r}, {MODEL} names {endpoint.model!r}; set it back, or train again"
            )
        return endpoint

    def _ask(self, endpoint: Endpoint, question: str, *, repairs: int) -> Answer | None:
        """Return the answer to one question, or None where it cannot be read, not even after it was asked for again."""
        messages = prompts.conversation(question)
        for _ in range(repairs + 1):
            body = {
                **self._body(messages), "max_tokens": self.max_tokens, "response_format": {"type": "json_object"},
            }  # fmt: skip
            content = ask(endpoint, body, timeout=self.timeout)
            self._calls += 1
            try:
                return prompts.read_answer(content)
            except ValueError as error:
                messages = prompts.repair(question, content, str(error))
        return None

    def save(self, folder: Path) -> None:
        """Write which model was asked, and with which instructions; neither its address nor its key."""
        card = {"model": self.model_, "codebook": prompts.CODEBOOK_VERSION, "instructions": prompts.fingerprint()}
        write_json(folder / _CARD, card)

    def load(self, folder: Path) -> Self:
        """Read what ``save`` wrote and return self.

        Raises
        ------
        ModelError
            If this version gives other instructions: the calibration would be that of another model.
        """
        card = read_json(folder / _CARD, "note of a language model")
        if not isinstance(card, dict) or card.get("instructions") != prompts.fingerprint():
            raise ModelError(f"{folder}: made with other instructions to the language model; train it again")
        self.model_ = str(card["model"])
        return self


def _excerpt(question: str) -> str:
    """Return a few words by which a statement can be found."""
    passage = json.loads(question)["passage"]
    return repr(passage[passage.find(OPEN) :][:60])
