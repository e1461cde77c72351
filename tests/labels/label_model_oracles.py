"""What other programs make of the planted votes; their figures stand in test_label_model.py and test_votes.py.

usage: python tests/labels/label_model_oracles.py crowd-kit|snorkel

In an environment of its own: pip install crowd-kit==1.4.1, or pip install torch==2.13.0 snorkel==0.10.0
"""

import sys

import numpy as np
from planted import PRIORS, by_coders, by_functions


def crowd_kit():
    import pandas as pd
    from crowdkit.aggregation import DawidSkene, MajorityVote

    planted = by_coders()
    rows = [
        (task, worker, int(vote))
        for task, votes in enumerate(planted.votes)
        for worker, vote in enumerate(votes)
        if vote >= 0
    ]
    data = pd.DataFrame(rows, columns=["task", "worker", "label"])
    shares = MajorityVote().fit_predict_proba(data).sort_index()[[0, 1, 2]].to_numpy()
    print("majority vote, mean share of the true label", shares[np.arange(len(shares)), planted.y_true].mean().round(6))
    model = DawidSkene(n_iter=500, tol=-1).fit(data)
    y_prob = model.probas_.sort_index()[[0, 1, 2]].to_numpy()
    print("priors", model.priors_[[0, 1, 2]].to_numpy().round(5).tolist())
    for worker in (0, 4):
        print("confusion", worker, model.errors_.loc[worker].loc[[0, 1, 2], [0, 1, 2]].to_numpy().T.round(5).tolist())
    print("right", int((y_prob.argmax(axis=1) == planted.y_true).sum()), "of", len(y_prob))
    print("mean posterior of the true label", y_prob[np.arange(len(y_prob)), planted.y_true].mean().round(6))
    print("first", y_prob[:3].round(6).tolist())


def snorkel():
    from snorkel.labeling import LFAnalysis
    from snorkel.labeling.model import LabelModel, MajorityLabelVoter

    planted = by_functions()
    votes, covered = planted.votes.astype(int), (planted.votes >= 0).any(axis=1)
    analysis = LFAnalysis(votes)
    print("coverages", analysis.lf_coverages().round(6).tolist())
    print("overlaps", analysis.lf_overlaps().round(6).tolist())
    print("conflicts", analysis.lf_conflicts().round(6).tolist())
    print("accuracies", analysis.lf_empirical_accuracies(planted.y_true).round(6).tolist())
    majority = MajorityLabelVoter(cardinality=3).predict(votes, tie_break_policy="abstain")
    print("majority: labels", int((majority >= 0).sum()), "right", int((majority == planted.y_true).sum()))
    model = LabelModel(cardinality=3, verbose=False)
    model.fit(votes, class_balance=list(PRIORS), n_epochs=2000, seed=1, progress_bar=False)
    y_prob = model.predict_proba(votes)[covered]
    truth = planted.y_true[covered]
    print("label model: right", int((y_prob.argmax(axis=1) == truth).sum()), "of", len(truth))
    print("mean posterior of the true label", y_prob[np.arange(len(truth)), truth].mean().round(4))


if __name__ == "__main__":
    {"crowd-kit": crowd_kit, "snorkel": snorkel}[sys.argv[1]]()
