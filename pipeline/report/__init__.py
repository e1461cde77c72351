"""Reports for people: self-contained HTML pages and pictures of figures that stand in JSON beside them."""

from pipeline.report.comparison import comparison_page
from pipeline.report.evaluation import Evaluated, evaluation_page
from pipeline.report.pictures import confusion_png, coverage_png, learning_png

__all__ = ["Evaluated", "comparison_page", "confusion_png", "coverage_png", "evaluation_page", "learning_png"]
