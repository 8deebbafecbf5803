"""Experiments of the user's own: `claims/experiments/NAME.yaml` -> a command for each model and seed -> its values."""
