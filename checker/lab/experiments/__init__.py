"""Experiments of the user's own: `claims/experiments/NAME.yaml` -> a command for each model and seed -> the values that it gave."""
