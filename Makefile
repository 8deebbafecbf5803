.PHONY: check test clean

PYTHON ?= python3

# Set up, then check the claims of vault/ and write their statuses.
check: .venv/ready
	.venv/bin/check-claims .

# Set up for development, then lint, types and all tests.
test: .venv/ready-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m compileall -q checker
	.venv/bin/pytest -m "slow or not slow" --numprocesses auto --maxprocesses 4 --dist loadfile

.venv/ready: pyproject.toml constraints.txt
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --constraint constraints.txt --editable .
	.venv/bin/python -m compileall -q checker
	touch $@

.venv/ready-dev: pyproject.toml constraints.txt
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch .venv/ready $@

clean:
	rm -rf .venv build *.egg-info
