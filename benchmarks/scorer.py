"""The ONNX scorer on one core: statements a second, text in and probabilities out.

usage: python benchmarks/scorer.py [--model models/starter] [--torch FOLDER] [--repeats 5] [--check]

Annotated real statements with their contexts (QUOTESTANCE_SHARED, default ../shared) go through the scorer; through
bare onnxruntime, the same file, on batches of tokens that are ready (of each size of batch; the fastest counts); and
through ``transformers.pipeline``, torch in 32 bits, batches of 16. Where no model is there, MiniLM with a random head
is exported and taken; where no ``--torch`` is given, it stands in for the torch model: weights make no speed.

Times are CPU seconds of the process, which is kept to one core: for each shard the best of the repeats, added up. The
ways take turns, so that load from elsewhere hits all alike.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from _shared import ROOT, SHARED, Absent

OF_BARE, OF_PIPELINE = 0.9, 2.5
BATCHES = (1, 4, 16, 32)
SHARD = 64
ENCODER, MAX_TOKENS = "all-MiniLM-L6-v2", 160

Table = Mapping[str, Sequence[Any]]
Work = Callable[[], Any]


def one_core() -> None:
    """Keep this process, and the threads of its libraries, on one core."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def statements() -> list[dict[str, list[Any]]]:
    """Return the annotated real statements of dev in shards of mixed length, each distinct (target, text) once."""
    from _statements import columns, real

    rows = {(row["target"], row["text"]): row for row in real(SHARED / "data")["dev"]}
    return [columns(list(rows.values())[at : at + SHARD]) for at in range(0, len(rows), SHARD)]


def random_head(folder: Path) -> None:
    """Save MiniLM with a random head as a fine-tuned model."""
    from pipeline import stance
    from pipeline.stance.encoders import find_encoder
    from pipeline.stance.networks import open_network

    options = {"encoder": ENCODER, "reading": {}, "max_tokens": MAX_TOKENS}
    classifier: Any = stance.build("finetuned", options)
    classifier.network_ = open_network(find_encoder(ENCODER).folder, max_tokens=MAX_TOKENS)
    stance.save(stance.StanceModel(classifier, stance.Calibration(), options, {}, 0), folder)


def bare(model: Any, pairs: Sequence[tuple[str, str]], size: int) -> Work:
    """Return bare onnxruntime over batches of tokens, like lengths together."""
    import numpy as np
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    graph = model.classifier.graph_
    session = onnxruntime.InferenceSession(graph.model, options, providers=["CPUExecutionProvider"])
    names = {given.name for given in session.get_inputs()}
    tokenizer = Tokenizer.from_str(graph.tokenizer)
    tokenizer.enable_truncation(model.classifier.max_tokens)
    rows = sorted(tokenizer.encode_batch(list(pairs)), key=len)

    def batches() -> Iterator[dict[str, Any]]:
        for at in range(0, len(rows), size):
            batch = rows[at : at + size]
            shape = (len(batch), max(map(len, batch)))
            arrays = {name: np.zeros(shape, dtype=np.int64) for name in ("ids", "mask", "types")}
            for place, row in enumerate(batch):
                arrays["ids"][place, : len(row)] = row.ids
                arrays["mask"][place, : len(row)] = 1
                arrays["types"][place, : len(row)] = row.type_ids
            yield {name: array for name, array in arrays.items() if name in names}

    ready = list(batches())
    return lambda: [session.run(None, batch) for batch in ready]


def ways(model: Any, torch_folder: Path, shards: Sequence[Table]) -> dict[str, list[Work]]:
    """Return by name what is timed: for each shard a function."""
    import torch
    import transformers

    from pipeline.stance.inputs import pairs

    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    piped: Any = transformers.pipeline("text-classification", model=str(torch_folder), batch_size=16, device="cpu")
    cut = {"truncation": "longest_first", "max_length": model.classifier.max_tokens, "top_k": None}

    def through_pipeline(read: Sequence[tuple[str, str]]) -> Work:
        return lambda: piped([{"text": first, "text_pair": second} for first, second in read], **cut)

    read = [pairs(table, model.classifier.reading) for table in shards]
    return {
        "scorer": [lambda table=table: model.predict_proba(table) for table in shards],
        **{f"bare onnxruntime, batches of {size}": [bare(model, texts, size) for texts in read] for size in BATCHES},
        "transformers.pipeline, torch": [through_pipeline(texts) for texts in read],
    }


def measure(timed: Mapping[str, Sequence[Work]], repeats: int) -> dict[str, float]:
    """Return the CPU seconds of each way: of each shard the best of the repeats, added up."""
    best = {name: [float("inf")] * len(works) for name, works in timed.items()}
    for _ in range(repeats):
        for shard in range(len(next(iter(timed.values())))):
            for name, works in timed.items():
                begun = time.process_time()
                works[shard]()
                best[name][shard] = min(best[name][shard], time.process_time() - begun)
    return {name: sum(seconds) for name, seconds in best.items()}


def report(seconds: Mapping[str, float], n: int) -> bool:
    """Print the table; say whether both goals are met."""
    scorer = seconds["scorer"]
    for name, taken in seconds.items():
        print(f"{name:<34}{n / taken:>8.1f} statements/s{taken / scorer:>8.2f} of the scorer's time")
    fastest = min(taken for name, taken in seconds.items() if name.startswith("bare"))
    shares = {
        "the fastest bare onnxruntime": (fastest / scorer, OF_BARE),
        "transformers.pipeline": (seconds["transformers.pipeline, torch"] / scorer, OF_PIPELINE),
    }
    for name, (share, goal) in shares.items():
        print(f"speed of the scorer to {name}: {share:.2f} (goal: {goal}; {'met' if share >= goal else 'MISSED'})")
    return all(share >= goal for share, goal in shares.values())


def run(model_folder: Path, torch_folder: Path | None, repeats: int) -> bool:
    """Time all ways in one run; say whether the goals are met."""
    shards = statements()
    from pipeline import stance
    from pipeline.stance.export import export_onnx

    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        if torch_folder is None:
            random_head(torch_folder := fresh / "torch")
        if not (model_folder / "bundle.json").is_file():
            print(f"{model_folder}: not here; a random head on {ENCODER} is exported and timed")
            export_onnx(stance.load(torch_folder), model_folder := fresh / "onnx")
        model = stance.load(model_folder)
        n = sum(len(table["text"]) for table in shards)
        size = sum(path.stat().st_size for path in model_folder.iterdir()) / 1e6
        told = model.training.get("export", {})
        print(f"{n} statements; {size:.1f} MB, {told.get('precision')}; one core, best of {repeats} turns, CPU time")
        return report(measure(ways(model, torch_folder, shards), repeats), n)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "starter", metavar="FOLDER")
    parser.add_argument("--torch", type=Path, metavar="FOLDER", help="the fine-tuned model that it was exported from")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="turns of each way (default 5)")
    parser.add_argument("--check", action="store_true", help="exit with status 1 where a goal is missed")
    arguments = parser.parse_args()
    one_core()
    try:
        met = run(arguments.model, arguments.torch, max(arguments.repeats, 1))
    except Absent as reason:
        print(f"skipped: {reason}")
        return 0
    return int(arguments.check and not met)


if __name__ == "__main__":
    sys.exit(main())
