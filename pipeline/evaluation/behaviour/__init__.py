"""The behavioural suite: what a model does with negation, reported views, another target and the like.

After Ribeiro, Wu, Guestrin and Singh (2020), "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList".
Templates of our own are told of invented firms by invented people; labels follow the codebook.

Examples
--------
>>> from pipeline.evaluation import behaviour
>>> case = behaviour.cases()[0]
>>> case.kind, case.probe.text, case.probe.target, case.probe.label
('MFT', '"Calvane routers must be banned."', 'Calvane routers in public offices', 'pro-restriction')
"""

from __future__ import annotations

from pipeline.evaluation.behaviour.cases import INPUTS, KINDS, Case, Probe
from pipeline.evaluation.behaviour.expansion import CAPABILITIES, cases
from pipeline.evaluation.behaviour.outcomes import BehaviourReport, Outcome, Tally
from pipeline.evaluation.behaviour.suite import MARGIN, PredictProba, run

__all__ = [
    "CAPABILITIES", "INPUTS", "KINDS", "MARGIN", "BehaviourReport", "Case", "Outcome", "PredictProba", "Probe", "Tally",
    "cases", "run",
]  # fmt: skip
