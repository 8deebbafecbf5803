"""Tables of results that people recorded: `claims/results.yaml` -> rows -> the values that count, a model and a seed each."""
