"""Reports for people: self-contained HTML pages and pictures of figures that stand in JSON beside them."""

from pipeline.report.page import Evaluation, Figure, Kept, Slice, evaluation_page
from pipeline.report.pictures import confusion_png, coverage_png, learning_png

__all__ = ["Evaluation", "Figure", "Kept", "Slice", "confusion_png", "coverage_png", "evaluation_page", "learning_png"]
