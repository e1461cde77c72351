# Everything here works in a fresh clone and in an unpacked archive; it needs Python 3.11 or newer, and make.
# Another Python: make run PYTHON=/path/to/python3.12

SHELL := /bin/sh
.DEFAULT_GOAL := help

# Old interpreters and launchers that lead nowhere (pyenv's, for instance) fail this and are passed over.
ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c '$(ENOUGH)' >/dev/null 2>&1; then echo $$p; break; fi; done)

export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Absolute, since `dvc exp run --temp` works in another folder.
export MLFLOW_TRACKING_URI ?= sqlite:///$(CURDIR)/mlflow.db
# Nothing calls home, and nothing is looked up on the network while it runs.
export MLFLOW_DISABLE_TELEMETRY ?= true
export DO_NOT_TRACK ?= true
export DVC_NO_ANALYTICS ?= true
export HF_HUB_OFFLINE ?= 1
export HF_HUB_DISABLE_TELEMETRY ?= 1
export RAY_USAGE_STATS_ENABLED ?= 0
export ORT_DISABLE_TELEMETRY ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --constraint requirements.lock --editable

.PHONY: help run test slow bench ui lock audit clean distclean dvc

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-10s %s\n", $$1, $$2}' Makefile

run: .venv/installed-run dvc ## the main job: build the starter model, then score a few articles it has not seen
	@$(BIN)/dvc repro
	@beside=; if [ -d models/starter ]; then beside='--beside models/default'; fi; \
		$(BIN)/stance score seeds/unseen --out reports/unseen.jsonl $$beside
	@printf '%s\n' '' 'report   reports/report.html' 'model    models/default' 'scored   reports/unseen.jsonl' \
		"runs     $$MLFLOW_TRACKING_URI (see them with: make ui)"
	@$(BIN)/stance runs --limit 1

# One thread: the networks of the tests are tiny, and a second one costs more than it gives.
test: .venv/installed-test ## ruff, mypy, import-linter, pytest
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/pytest

slow: .venv/installed-test ## the tests that need a server, a browser, Ray or Spark, or take minutes
	$(INSTALL) '.[ray,spark]'
	@PYTHON=$(BIN)/python sh tests/label_studio/install.sh || echo 'Label Studio could not be installed; its test is skipped' >&2
	$(BIN)/pytest -m slow

bench: .venv/installed-test ## time and score; copy the figures to benchmarks/RESULTS.md
	@for script in $(filter-out $(wildcard benchmarks/make_*.py benchmarks/_*.py),$(wildcard benchmarks/*.py)); do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

ui: .venv/installed-run ## show the runs in a browser, on this machine only
	$(BIN)/mlflow ui --backend-store-uri "$$MLFLOW_TRACKING_URI" --host 127.0.0.1

lock: .venv/installed-test ## resolve all dependencies afresh into requirements.lock
	$(BIN)/python -m pip install --quiet --dry-run --ignore-installed --report .venv/lock.json \
		--editable '.[html,transformers,tune,conformal,ray,spark,dev]'
	$(BIN)/python -c 'import json; \
		found = [i["metadata"] for i in json.load(open(".venv/lock.json"))["install"]]; \
		lines = {m["name"] + "==" + m["version"].split("+")[0] for m in found if m["name"] != "quotestance"}; \
		print(*sorted(lines, key=str.casefold), sep="\n")' > requirements.lock

# Nothing of the lock is installed for it; a package that could not be looked up is a fault (--strict).
audit: .venv/bin/python ## look up known faults of the packages in requirements.lock; needs the network
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --requirement requirements.lock --no-deps --disable-pip --strict

clean: ## remove what runs and checks made; runs in MLflow stay
	rm -rf data reports dvc_plots models/default* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

distclean: clean ## remove the runs in MLflow, the DVC cache and .venv, too
	rm -rf mlflow.db* mlartifacts mlruns .dvc/cache .dvc/tmp .dvc/config.local .venv .label-studio

# Without a git folder of its own DVC has to be told so, in a file that git would ignore; with one the word is taken back.
dvc: .venv/installed-run
	@if [ -e .git ]; then \
		if grep -qs no_scm .dvc/config.local; then $(BIN)/dvc config --quiet --local --unset core.no_scm; fi; \
	elif ! grep -qs no_scm .dvc/config.local; then $(BIN)/dvc config --quiet --local core.no_scm true; fi

.venv/bin/python:
	@[ -n '$(PYTHON)' ] || { echo 'error: no Python 3.11 or newer here; install one, or say: make run PYTHON=/path/to/python3' >&2; exit 2; }
	@'$(PYTHON)' -c '$(ENOUGH)' || { echo "error: $(PYTHON) is not Python 3.11 or newer; say: make run PYTHON=/path/to/python3" >&2; exit 2; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { echo 'error: $(PYTHON) cannot make virtual environments; install its venv package (Debian: python3-venv)' >&2; exit 2; }
	'$(PYTHON)' -m venv .venv

.venv/installed-run: .venv/bin/python pyproject.toml requirements.lock
	$(INSTALL) '.[html]'
	@touch $@

.venv/installed-test: .venv/bin/python pyproject.toml requirements.lock
	$(INSTALL) '.[dev,transformers,html,tune,conformal]'
	@touch $@ .venv/installed-run
