# Two commands are all most people need: `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# Letters with checked labels, for tests and measurements, where this machine has them.
OVERTURN_LETTERS ?= ../shared/letters
export OVERTURN_LETTERS
TESTS := $(BIN)/python -m pytest -n 2 --dist loadgroup

.PHONY: help run load test test-all check evaluate accept fuzz growth bench browser samples clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## serve the dashboard; LETTERS=some/folder loads that folder first
ifdef LETTERS
	$(BIN)/python -m loaders ingest "$(LETTERS)" || [ $$? -eq 1 ]
else
	$(BIN)/python -m loaders ingest --if-empty --demonstration --synthetic 3000 data/samples/letters
endif
	@echo "Overturn listens on http://localhost:$(PORT) (this machine alone). Stop it with Ctrl-C."
	$(BIN)/python -m streamlit run dashboard.py --server.port $(PORT)

load: $(VENV)/.run ## load letters only: make load LETTERS=some/folder
	$(BIN)/python -m loaders ingest "$(LETTERS)"

check: $(VENV)/.test ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What evaluation found last: make evaluate fails on anything lost since, make accept takes the new result.
RESULT := tests/labels/result.csv
EVALUATE_SAMPLES = $(BIN)/python -m loaders evaluate --set samples --labels data/samples --phrases tests/labels/phrases.csv data/samples/letters
EVALUATE_LETTERS = $(BIN)/python -m loaders evaluate --labels "$(OVERTURN_LETTERS)" --disputed tests/labels/disputed.csv --items tests/labels "$(OVERTURN_LETTERS)"
NO_LETTERS = echo "NOT RUN: evaluation on real letters (no folder $(OVERTURN_LETTERS); set OVERTURN_LETTERS)"

evaluate: $(VENV)/.test ## accuracy by field on every labelled letter of this machine, and what was gained or lost
	$(EVALUATE_SAMPLES) --against $(RESULT)
	@if [ -d "$(OVERTURN_LETTERS)" ]; then $(EVALUATE_LETTERS) --against $(RESULT); else $(NO_LETTERS); fi

accept: $(VENV)/.test ## keep what evaluation finds now as the result, and the record's schema; say in the commit why anything is lost
	$(BIN)/python -m loaders schema > data/letter_record.schema.new && mv data/letter_record.schema.new data/letter_record.schema.json
	$(EVALUATE_SAMPLES) --write $(RESULT)
	@if [ -d "$(OVERTURN_LETTERS)" ]; then $(EVALUATE_LETTERS) --write $(RESULT) --measure-reasons data/reasons_measured.toml; else $(NO_LETTERS); fi

test: check evaluate browser ## everything that must pass, about ten minutes
	$(TESTS) -m "not slow"

test-all: check evaluate browser ## the same and what takes longer (fuzzing, kills, simulations)
	$(TESTS)

fuzz: $(VENV)/.test ## read 100,000 spoilt letters: make fuzz SEED=2 (one again: python -m tests.fuzz --seed 2 --only INDEX)
	$(BIN)/python -m tests.fuzz --letters 100000 --seed $(or $(SEED),1)

growth: $(VENV)/.test ## time every hostile text in every place at 1, 2 and 4 million characters, some hours
	$(BIN)/python -m tests.growth

bench: $(VENV)/.test ## speed, memory and room, beside plain ways: make bench PARTS="loading queries" LETTERS=1000000
	$(BIN)/python -m benchmarks $(PARTS) --letters $(or $(LETTERS),20000)
	@$(BIN)/python -m benchmarks --readme

browser: ## the browser that tests drive
	@.ci/browser

samples: $(VENV)/.test ## make the sample letters from their source
	$(BIN)/python -m data.samples.make

clean: ## remove what the commands above made, but no warehouse
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-output

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=...)."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: on Debian, apt-get install python3-venv."; rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test: requirements.txt requirements-cluster.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.run
