# `make` alone prints what there is. Nothing here needs more than Python 3.11 (make PYTHON=python3.12 …) and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# As pip does it for whatever is not editable: without it a first start, or each one where Python may not write
# bytecode (PYTHONDONTWRITEBYTECODE), compiles all modules: a second of CPU.
COMPILE := @$(BIN)/python -m compileall -q app
# Two workers, a file's tests together: what they share in a session is made once for each worker.
PYTEST ?= $(BIN)/python -m pytest -n 2 --dist loadfile
RENDERER := app/cards/preview/renderer

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help run test preview check format lint types floors reference docs bench bench-peers demo source channel image

help:  ## Print this.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.installed $(VENV)/.renderer  ## Set up and start the service on 127.0.0.1:8000.
	$(BIN)/shipbell serve

test: $(VENV)/.installed-dev $(VENV)/.renderer  ## Set up and run every test.
	$(PYTEST)

preview:  ## Fetch Microsoft's renderer of cards for `shipbell cards preview` and /preview; wants npm.
	sh deploy/renderer.sh $(RENDERER)

check: format lint types floors reference docs test  ## What CI runs: everything that can be wrong.

format: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

floors: $(VENV)/.installed-dev
	$(BIN)/lint-imports

reference: $(VENV)/.installed-dev  ## Are the generated pages in step with the code? (python -m docs.generate writes them)
	$(BIN)/python -m docs.generate --check

docs: $(VENV)/.installed-dev  ## Build the documentation strictly, into site/.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(VENV)/.installed-dev  ## Measure against the peers, side by side; takes a while.
	$(BIN)/python -m bench

bench-peers:  ## Set up the peers of the measurements in .peers/ (git-ignored).
	sh bench/peers.sh

demo: $(VENV)/.installed  ## Tell a whole story to the running service: push, pipeline, deployments, a scan.
	$(BIN)/shipbell demo

source: $(VENV)/.installed-dev  ## Open a room for a new source: make source NAME=gitea
	$(BIN)/python -m docs.templates.room source "$(NAME)"

channel: $(VENV)/.installed-dev  ## Open a room for a new kind of channel: make channel NAME=pager
	$(BIN)/python -m docs.templates.room channel "$(NAME)"

image:  ## Build the container image.
	docker build --tag shipbell .

# The stamps are newer than what they were made from, so that a second run installs nothing.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/.made
	$(PIP) --constraint constraints.txt --editable .
	$(COMPILE)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/.made
	$(PIP) --constraint constraints.txt --editable '.[dev]'
	$(COMPILE)
	@touch $(VENV)/.installed $@

# Nothing but the preview needs it: without npm all the rest goes on, and the next run tries again.
$(VENV)/.renderer: | $(VENV)/.made
	@if sh deploy/renderer.sh $(RENDERER); then touch $@; else echo "No renderer: /preview shows cards as text." >&2; fi
