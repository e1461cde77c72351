"""Score: articles -> scored table, shard by shard on several workers; what is done stays done."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import __version__, stance
from pipeline.addresses import is_address, plain, shown
from pipeline.articles.sources import STDIN
from pipeline.config import ReadingConfig, ScoreConfig, load_topics
from pipeline.errors import InputError
from pipeline.files import readable, remove_empty, sha256_file, sha256_text, sha256_tree
from pipeline.parts import PARTS, read_parts
from pipeline.places import place
from pipeline.records import Manifest
from pipeline.stages.correction import Corrector
from pipeline.stages.extraction import quote_options, tagger_folder
from pipeline.stages.output import Output, same
from pipeline.stages.score_files import write_outputs
from pipeline.stages.scored_folder import Keys, ScoredFolder
from pipeline.stages.scorer import Scorer, find_folder, find_model, load_scorer, model_name
from pipeline.stages.shard_run import ShardRun
from pipeline.stages.shard_work import Spec
from pipeline.storage import Stopwatch

__all__ = ["Scorer", "drift_name", "find_model", "load_scorer", "read_drift", "read_rows", "run"]

_log = logging.getLogger(__name__)

# Of the reading: these decide whether there is an output, and not what is in it.
_NOT_OF_THE_QUOTES = {"strict", "max_reject_share"}


def run(
    config: ScoreConfig,
    paths: Sequence[str],
    out: str | Path,
    *,
    targets: Sequence[str] = (),
    retry: bool = False,
    prune: bool = False,
    progress: Callable[[int, int], None] | None = None,
    tell: Callable[[str], None] = _log.warning,
) -> Manifest:
    """Return the manifest of the scored table.

    Writes ``out`` and beside it its articles, rejects and manifest. A run that was broken off is gone on with by the
    same call, and ends with the same bytes. A folder keeps its shards and their ledger: of an input that was scored
    there before only what is new is scored, and with another model the quotes stay and are scored again.

    Parameters
    ----------
    paths
        Files, folders, addresses, or ``-`` for JSON lines on standard input.
    out
        A table (``.parquet``, ``.jsonl``, ``.csv``), or for a folder of shards a folder or a name without ending; a
        path or an address.
    targets
        What is to be restricted; with several, each quote has a row for each. A record's own target wins.
    retry
        Do articles again that could not be worked through.
    prune
        Take out of a folder what the input does not have (any more).
    progress
        Called with the number of articles and quotes so far.
    tell
        Gets lines about what a user has to know.

    Raises
    ------
    InputError
        If a path is missing, nothing could be read, the output cannot be written, or another run is writing it.
    ModelError
        If there is no model, it is damaged, or changes on the way.
    ExecutorError
        If workers do not start, or shards could not be scored again.
    """
    watch, output = Stopwatch(), Output.of(out)
    paths = [plain(path) for path in paths]
    output.check()
    _check_apart([*paths, *map(str, config.corrections)], output)
    corrector = Corrector(config.corrections)
    quote_options(config)  # a tagger that is missing is told before anything is read
    address = find_model(config)
    spec = _spec(config, targets, find_folder(address))
    shards, made = output.shards(), output.made()

    def manifest_of(counts: dict[str, int], dropped: dict[str, int], outputs: dict[str, str]) -> Manifest:
        read = [Path(path) for path in paths if path != STDIN and not is_address(path)]
        manifest = watch.manifest(
            "score",
            counts=counts,
            dropped=dropped,
            inputs=[*read, *config.corrections],
            outputs=[],
            config_hash=config.digest(),
        )
        remote = {shown(name): work.digest for name in paths if is_address(name)}
        return replace(manifest, inputs=manifest.inputs | remote | {address: spec.fingerprint}, outputs=outputs)

    try:
        with ScoredFolder(
            *shards, output.shown, _keys(spec), tell, verify=config.verify, otherwise=output.afresh
        ) as scored:
            work = ShardRun(config, scored, spec, progress, tell)
            try:
                work.through(paths, retry=retry)
                work.complete(prune=prune or not output.folder, spare=output.folder)
                output.sweep()
                manifest = write_outputs(scored, output, work, corrector, manifest_of)
                did = {"ended": round(time.time()), "seconds": manifest.seconds, **work.did()}
                if output.folder:
                    scored.finish(did)
                scored.discard = not output.folder
            except BaseException as error:
                scored.discard = work.broke_off(error) or (work.refused and (not output.folder or bool(made)))
                raise
    finally:
        remove_empty([path for path in made if path.exists()])
    return manifest


def read_rows(out: str) -> list[dict[str, Any]]:
    """Return the rows of an output that was written."""
    output = Output.of(out)
    return _read(output.name, folder=output.folder)


def drift_name(out: str) -> str:
    """Return what a manifest calls the table of how shares moved."""
    return shown(Output.of(out).side("drift.csv"))


def read_drift(out: str) -> list[dict[str, Any]]:
    """Return how shares moved when another model scored the quotes of an output."""
    return _read(Output.of(out).side("drift.csv"), folder=False)


def _read(name: str, *, folder: bool) -> list[dict[str, Any]]:
    """Return the rows of a table, or of a folder's shards, wherever they are."""
    if not is_address(name):
        return read_parts(Path(name))
    parent, _, own = name.rpartition("/")
    source = place(name if folder else parent)
    with tempfile.TemporaryDirectory() as temporary:
        for file in source.names(PARTS) if folder else [own]:
            Path(temporary, file).write_bytes(source.read(file))
        return read_parts(Path(temporary) if folder else Path(temporary, own))


def _spec(config: ScoreConfig, targets: Sequence[str], folder: Path) -> Spec:
    stance.check(folder)
    topics, fingerprint = tuple(load_topics()), stance.fingerprint(folder)
    model = model_name(stance.read_card(folder)["classifier"], fingerprint)
    scoring = sha256_text(f"{fingerprint} {config.abstain_below} {__version__}")
    return Spec(config, tuple(dict.fromkeys(map(readable, targets))), topics, folder, fingerprint, "", scoring, model)


def _keys(spec: Spec) -> Keys:
    """Return what the quotes and the scores of this call rest on."""
    config = spec.config
    values = config.model_dump(mode="json", include=set(ReadingConfig.model_fields) - _NOT_OF_THE_QUOTES)
    values["corrections"] = sorted(sha256_file(path) for path in config.corrections)
    tagger = tagger_folder(config)
    values["tagger"] = sha256_tree(tagger) if tagger else None
    values["topics"] = sha256_text(repr([topic.model_dump(mode="json") for topic in spec.topics]))
    values |= {"targets": list(spec.targets), "version": __version__}
    return Keys({name: str(value) for name, value in values.items()}, spec.scoring, spec.model)


def _check_apart(paths: Sequence[str], output: Output) -> None:
    """Raise ``InputError`` where a given path is also one of the outputs, side files included."""
    given = {same(path) for path in paths if path != STDIN}
    for out in output.outputs:
        if same(out) in given:
            raise InputError(f"{shown(out)}: is read and would be overwritten; choose another --out")
