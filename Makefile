# Footfall: the targets a person or CI needs. `make run` and `make test` set up all they use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: help setup run demo test test-server check audit fuzz bench soak assets docs lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "footfall needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# One stamp for each lock: a changed lock installs again, an unchanged one costs nothing.
$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.txt
	@touch $@

$(VENV)/.audit: requirements/audit.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	@touch $@

setup: $(VENV)/.dev  ## build .venv with everything for development

run: $(VENV)/.run  ## serve the demo shop and its dashboard
	$(BIN)/footfall serve --demo

demo: run

test: setup  ## run every test, the browser's included
	$(BIN)/python -m tests.chromium
	$(BIN)/python -m tests.door.node_client
	$(BIN)/python -m pytest -q -n 3 --dist loadfile

check: setup  ## ruff, mypy, the compose file, secrets, known vulnerabilities where pip-audit is
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python -m tests.deploy.check_compose
	$(BIN)/python -m tests.security.check_secrets
	$(BIN)/python -m footfall.vulnerabilities

audit: $(VENV)/.audit  ## ask the registry for known vulnerabilities; `make check` does so from then on
	$(BIN)/python -m footfall.vulnerabilities

test-server: setup  ## the store's tests against FOOTFALL_TEST_CLICKHOUSE_URL
	$(BIN)/python -m pytest -q tests/schema tests/collector/test_writer*.py

FUZZ_S ?= 60
fuzz: $(VENV)/.fuzz  ## make up beacons by coverage for FUZZ_S seconds; what they found stays in build/fuzz
	@mkdir -p build/fuzz
	$(BIN)/python -m tests.fuzz.fuzz_beacon -max_total_time=$(FUZZ_S) -max_len=4096 -timeout=5 \
	  -artifact_prefix=build/fuzz/fault- build/fuzz tests/fuzz/corpus

bench: setup  ## print the benchmarks' figures as JSON
	$(BIN)/python -m bench.ingest
	$(BIN)/python -m bench.shares
	$(BIN)/python -m bench.steady
	$(BIN)/python -m bench.storage
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.door
	$(BIN)/python -m bench.exchange
	$(BIN)/python -m bench.encryption

soak: setup  ## print the figures of every fault at full length as JSON lines (half an hour)
	$(BIN)/python -m tests.soak

assets: setup  ## build the beacon and the pages' bundles again
	$(BIN)/python -m collector.beacon.build
	$(BIN)/python -m dashboard.frontend.build

docs: setup  ## write the column reference again
	$(BIN)/python -m dashboard.sql.reference

lock:  ## resolve the locks again (needs uv)
	$(LOCK) --extra embedded pyproject.toml requirements/build.in -o requirements/run.txt
	$(LOCK) pyproject.toml requirements/build.in -c requirements/run.txt -o requirements/server.txt
	$(LOCK) --extra embedded --group dev pyproject.toml requirements/build.in -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) --group audit requirements/build.in -c requirements/dev.txt -o requirements/audit.txt
	$(LOCK) --group fuzz requirements/build.in -c requirements/dev.txt -o requirements/fuzz.txt

clean:
	rm -rf $(VENV) build *.egg-info
