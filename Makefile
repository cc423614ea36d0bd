PYTHON ?= python3
BENCHES ?= chunks demo
ARGS ?=

BIN := .venv/bin
RUN := .venv/.run-installed
DEV := .venv/.dev-installed
COMPILE = UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile pyproject.toml --quiet --universal \
	--python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup servers web pictures demo test check format drill bench fuzz lock clean

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS="$$(printf '\t')" read -r target purpose; do \
			printf 'make %-8s %s\n' "$$target" "$$purpose"; done

setup: $(DEV) ## Make .venv with everything to run, test and check

servers: ## Install the real servers that tests can use, and say what cannot be (ARGS=influxd)
	@$(PYTHON) tools/servers.py $(ARGS)

web: ## Install what checks of dashboards and pages take from npm and Go, and say what cannot be
	@$(PYTHON) tools/web.py

demo: $(RUN) ## Set up, then show three zones living (ARGS="--days 2 --once --json")
	@$(BIN)/zonewatch demo $(ARGS)

test: $(DEV) ## Set up, then run all tests this machine has the parts for (ARGS="-k ledger")
	@$(BIN)/pytest $(ARGS)

check: $(DEV) ## Format, lint, import layers, types, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/python tools/advisories.py requirements/run.txt

format: $(DEV) ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

drill: $(RUN) ## The outage drill, every fault in full (ARGS="--fault broker_killed --seed 2 --json")
	@$(BIN)/zonewatch drill $(ARGS)

bench: $(RUN) ## Measure (BENCHES="chunks demo", ARGS=--json)
	@set -e; for name in $(BENCHES); do $(BIN)/zonewatch bench $$name $(ARGS); done

pictures: $(DEV) ## Take pictures of every page of the board (ARGS=DIR)
	@ZONEWATCH_PICTURES=$(or $(ARGS),pictures) $(BIN)/pytest -q tests/dashboards/board/test_browser.py -k pictures_are_taken

fuzz: $(RUN) ## Feed the field's parsers with hostile input (ARGS="--inputs 1000000 --seed 1")
	@$(BIN)/python -m simulators.fuzz $(ARGS)

lock: $(DEV) ## Write requirements/ anew from pyproject.toml (ARGS=--upgrade)
	$(COMPILE) --group build --group dev $(ARGS) --output-file requirements/dev.txt
	$(COMPILE) --group build --constraints requirements/dev.txt --output-file requirements/run.txt

clean: ## Remove .venv and caches; .zonewatch, which holds data, stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): requirements/run.txt pyproject.toml tools/bootstrap.py
	@$(PYTHON) tools/bootstrap.py run

$(DEV): requirements/dev.txt pyproject.toml tools/bootstrap.py
	@$(PYTHON) tools/bootstrap.py dev
