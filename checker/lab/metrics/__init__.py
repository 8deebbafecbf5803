"""Metrics by name, one file each. Light to import: torch loads when something is measured."""

from checker.lab.metrics.attention_distance import attention_distance
from checker.lab.metrics.base import METRICS, Metric

__all__ = ["METRICS", "Metric", "attention_distance"]
