"""Reports for people: self-contained HTML pages and pictures of figures that stand in JSON beside them."""

from pipeline.report.evaluation import Evaluated, evaluation_page

__all__ = ["Evaluated", "evaluation_page"]
