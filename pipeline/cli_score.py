"""The command ``stance score``."""

from __future__ import annotations

import typer

from pipeline import options, options_score
from pipeline.console import note, progress, say_beside, say_json, say_manifest, say_statements
from pipeline.errors import InputError

app = typer.Typer()


@app.command(epilog="Example: stance score articles/ --out scored.parquet --target 'Huawei in 5G networks'")
def score(
    paths: options_score.Paths = None,
    out: options_score.Out = None,
    model: options.ModelFolder = None,
    beside: options.Beside = None,
    target: options.Targets = None,
    kinds: options.Kinds = None,
    corrections: options.Corrections = None,
    engine: options_score.Engine = None,
    workers: options_score.Workers = None,
    memory: options_score.Memory = None,
    address: options_score.Address = None,
    retry: options_score.Retry = False,
    prune: options_score.Prune = False,
    status: options_score.Status = None,
    show: options.Show = 40,
    strict: options.Strict = False,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Find every quote of the articles and score its stance toward the target; a run broken off is gone on with."""
    if status is not None:
        _say_status(status, as_json=as_json)
        return
    if not paths or out is None:
        raise InputError(
            "stance score needs a PATH and --out; for instance: stance score articles/ --out scored.parquet"
        )
    from pipeline.config import ScoreConfig, load_config
    from pipeline.stages import score as stage

    assigned = options.assigned(
        overrides, model=model, kinds=options.listed(kinds), corrections=corrections, strict=strict, engine=engine,
        workers=workers, memory_gb=memory, address=address,
    )  # fmt: skip
    settings = load_config(ScoreConfig, config or "score", assigned)
    other = stage.load_scorer(settings.model_copy(update={"model": beside})) if beside else None
    with progress("scoring") as watcher:
        manifest = stage.run(
            settings, paths, out, targets=target or (), retry=retry, prune=prune, progress=watcher, tell=note
        )
    if as_json:
        say_json(manifest.as_dict())
        return
    say_manifest(manifest)
    if stage.drift_name(out) in manifest.outputs:
        from pipeline.console_score import say_drift

        say_drift(stage.read_drift(out))
    if not 0 < manifest.counts["rows"] <= show:
        return
    rows = stage.read_rows(out)
    if other is None:
        say_statements(rows)
    else:
        say_beside({stage.find_model(settings): rows, other.address: other.score(rows)})


def _say_status(out: str, *, as_json: bool) -> None:
    from pipeline.console_score import say_status
    from pipeline.stages import score_status as stage

    status = stage.run(out)
    if as_json:
        say_json(status.as_dict())
    else:
        say_status(status)
