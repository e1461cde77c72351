"""The model that MLflow serves, from code: a table of statements in, their stances and probabilities out.

MLflow runs this file when it loads a logged model; nothing else imports it. No pickle is involved.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from pipeline import stance
from pipeline.stance import StanceModel


class ServedStance(PythonModel):
    """Scores statements with the model folder among its artifacts."""

    def load_context(self, context: Any) -> None:
        """Check and load the model folder."""
        self.model: StanceModel = stance.load(context.artifacts["bundle"])

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return one row a statement: stance, p_anti, p_neutral, p_pro, confidence."""
        y_prob = self.model.predict_proba({name: model_input[name].tolist() for name in model_input.columns})
        stances = np.asarray(self.model.classes_, dtype=object)[y_prob.argmax(axis=1)]
        columns = {"stance": stances, **dict(zip(("p_anti", "p_neutral", "p_pro"), y_prob.T, strict=True))}
        return pd.DataFrame(columns | {"confidence": y_prob.max(axis=1)})


set_model(ServedStance())
