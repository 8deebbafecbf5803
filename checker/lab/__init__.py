"""Models, objectives, data, training and metrics: what turns a question into measurements. Knows nothing of notes."""

from checker.lab.words import vocabulary

__all__ = ["vocabulary"]
