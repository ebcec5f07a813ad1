# Every target sets up what it needs: Python 3.11 or newer and a package index are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
ARGS ?=
KILLS ?= 100
COUNT ?= 100000
SEED ?= 7

.DEFAULT_GOAL := help
.PHONY: help setup rehearse run test crash soak check format lock charts screenshots bench bench-quick bench-page audit fuzz

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv from the lock file

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

rehearse: $(READY)  ## play the campaign without a token; ARGS=--tour plays a day by itself
	@$(BIN)/tiendo rehearse $(ARGS)

run: $(READY)  ## run the real bot with config.toml
	@$(BIN)/tiendo run $(ARGS)

test: $(READY)  ## run the tests; ARGS=-k name runs some of them
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

crash: $(READY)  ## kill the bot under load and count what is lost; KILLS=100 SEED=7
	$(BIN)/python -m tests.crash --kills $(KILLS) --seed $(SEED)

soak: $(READY)  ## days of a province with a nemesis: MINUTES=n, or KILLS=1000 UPDATES=50000; SEED=7; ends with 1 on any loss
	$(BIN)/python -m tests.faults.crash_points
	$(BIN)/python -u -m tests.soak $(if $(filter command line environment,$(origin KILLS)),--kills $(KILLS)) $(if $(UPDATES),--updates $(UPDATES)) $(if $(MINUTES),--minutes $(MINUTES)) --seed $(SEED) $(ARGS)

fuzz: $(READY)  ## mutate real updates and take them in; COUNT=100000 SEED=7
	$(BIN)/python -m tests.security.fuzz $(COUNT) $(SEED)

audit: $(READY)  ## ask for advisories against what is locked, and hold the lock's hashes
	$(BIN)/python -m tests.security.audit

check: $(READY)  ## what CI checks besides the tests: style, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## renew the lock files (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml --group dev -o requirements-dev.lock

screenshots: $(READY)  ## photograph the rehearsal page for the docs (needs Chromium)
	$(BIN)/python -m tests.rehearsal.page.screenshots docs/img

charts: $(READY)  ## draw the pictures of the docs
	$(BIN)/python -m bot.render.charts docs/img

bench: $(READY) .venv-bench/ready  ## measure the bot beside what one would use instead; ARGS="rush --officers 3000", nation, broadcast, hour, idle, all
	$(BIN)/python -m benchmarks $(ARGS)

bench-quick: $(READY) .venv-bench/ready  ## ratios at small sizes, in about a minute; fails when one is far off
	$(BIN)/python -m benchmarks quick

bench-page: $(READY)  ## measure the rehearsal page in Chromium: load, receipt, frames
	$(BIN)/python -m benchmarks.page

.venv-bench/ready: benchmarks/peers/requirements.lock
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/peers/requirements.lock
	@touch $@
