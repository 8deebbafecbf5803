"""`python -m checker.cli` is `check-claims`."""

from checker.cli import main

main()
