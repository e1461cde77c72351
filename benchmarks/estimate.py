"""Intervals of `stance estimate`: how often they hold the shares of invented corpora, beside those of predicted labels.

usage: python benchmarks/estimate.py [--trials N] [--method ppi|confusion|both]

Each trial draws articles, statements that are alike within them, a classifier's labels, and a labelled sample.
Coverage is the share of 95 % intervals that hold the share of the label in the flow that the articles are drawn from;
the goal is 93 to 97 %. Width is that of the interval, in points. `alone`: the sample without the classifier (power 0).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from _populations import CLASSIFIERS, Population, draw

from pipeline.findings.confusion import LEAST_OF_LABEL, adjusted_shares, seen_of_labels
from pipeline.findings.correction import Corrected, Frame, corrected_shares, tuned_power
from pipeline.findings.intervals import share

POPULATIONS = {
    **{f"classifier: {name}": Population(classifier=name) for name in CLASSIFIERS},
    "1 statement an article": Population("blind to one side", articles=1200, size=1),
    "12 statements an article": Population("blind to one side", articles=100, size=12),
    "12, and much alike": Population("blind to one side", articles=100, size=12, alike=1),
    "rare label (3 %)": Population("blind to one side", shares=(0.03, 0.8, 0.17)),
    "60 labels": Population("blind to one side", n=60),
    "20 labels": Population("blind to one side", n=20),
    "as many of each predicted label": Population("blind to one side", strata="predicted"),
    "good, as many of each": Population("good", strata="predicted"),
    "two outlets, half of the sample each": Population("blind to one side", strata="two"),
    "two outlets, rare label": Population("leans to one side", shares=(0.05, 0.75, 0.2), strata="two"),
}


def naive(frame: Frame, predicted: np.ndarray) -> Corrected:
    """Return the shares of the predicted labels, with intervals that know of articles."""
    sizes = np.bincount(frame.cluster)
    found = [
        share(
            list(zip(np.bincount(frame.cluster, predicted == label).astype(int).tolist(), sizes.tolist(), strict=True))
        )
        for label in range(3)
    ]
    return Corrected(*(np.array([getattr(one, name) for one in found]) for name in ("value", "low", "high")))


def adjusted(frame: Frame, rng: np.random.Generator) -> Corrected:
    """Return the shares by the confusion matrix; all of the scale where a label was not seen."""
    if seen_of_labels(frame).min() < LEAST_OF_LABEL:
        return Corrected(np.full(3, np.nan), np.zeros(3), np.ones(3))
    return adjusted_shares(frame, frame, rng=rng, resamples=200)


def measured(population: Population, trials: int, methods: list[str]) -> dict[str, tuple[np.ndarray, float]]:
    """Return coverage of each label and mean width by method."""
    rng = np.random.default_rng(1)
    held = {name: np.zeros(3) for name in methods}
    width = dict.fromkeys(methods, 0.0)
    for _ in range(trials):
        frame, predicted = draw(population, rng)
        ways: dict[str, Callable[[], Corrected]] = {
            "naive": lambda frame=frame, predicted=predicted: naive(frame, predicted),
            "ppi": lambda frame=frame: corrected_shares(frame, tuned_power(frame)),
            "alone": lambda frame=frame: corrected_shares(frame, 0.0),
            "confusion": lambda frame=frame: adjusted(frame, rng),
        }
        for name in methods:
            found = ways[name]()
            held[name] += (found.low <= population.truth) & (population.truth <= found.high)
            width[name] += float((found.high - found.low).mean())
    return {name: (held[name] / trials, width[name] / trials) for name in methods}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000, metavar="N")
    parser.add_argument("--method", choices=("ppi", "confusion", "both"), default="ppi")
    given = parser.parse_args()
    wanted = {"ppi": ["naive", "ppi", "alone"], "confusion": ["confusion"], "both": ["naive", "ppi", "confusion"]}
    methods = wanted[given.method]
    print(f"{'':38}" + "".join(f"{name:>28}" for name in methods))
    for name, population in POPULATIONS.items():
        found = measured(population, given.trials, methods)
        cells = [f"{' '.join(f'{c:.3f}' for c in held)}  {100 * width:5.1f}" for held, width in found.values()]
        print(f"{name:38}" + "".join(f"{cell:>28}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
