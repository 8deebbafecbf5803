"""Plan, cache and executors: from specs to evidence, each piece of work done once."""
