"""Reports for people: self-contained HTML pages and pictures of figures that stand in JSON beside them."""

from pipeline.report.comparison import comparison_page
from pipeline.report.evaluation import Evaluated, evaluation_page

__all__ = ["Evaluated", "comparison_page", "evaluation_page"]
