# The only commands anyone needs. `make run` and `make test` set up what they need in .venv on first use.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
export PYTHONHASHSEED ?= random

.PHONY: help run test check lint types docs bench eval e2e soak clean lock

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Sextant needs Python 3.11 or newer; $(PYTHON) is older. Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make a virtual environment here (on Debian and Ubuntu: apt-get install python3-venv)"; rm -rf $(VENV); exit 1; }

$(UV): | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# One stamp for each set of packages: what `run` needs, and the same with the tools of development.
$(VENV)/.run: locks/run.lock pyproject.toml | $(UV)
	@test -f $(VENV)/.dev || $(UV) pip install --quiet --python $(BIN)/python --link-mode copy --compile-bytecode --require-hashes -r locks/run.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: locks/dev.lock pyproject.toml | $(UV)
	@$(UV) pip install --quiet --python $(BIN)/python --link-mode copy --compile-bytecode --require-hashes -r locks/dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@ $(VENV)/.run

run: $(VENV)/.run ## set up and start the product; the terminal prints one address
	@exec $(BIN)/sextant serve $(ARGS)

test: $(VENV)/.dev ## set up and pass the tests that need nothing but Python
	$(BIN)/pytest -n 2 -m "not cluster and not images and not postgres and not wheel" $(ARGS)

check: lint types docs eval ## lint, types, reference pages, the suite, and the tests with the real parts
	$(BIN)/pytest -m "cluster or images or postgres or wheel" $(ARGS)

lint: $(VENV)/.dev ## style, layers, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## strict types over code and tests
	$(BIN)/mypy

docs: $(VENV)/.dev ## check that the generated reference pages are what the code says (WRITE=1 writes them)
	$(BIN)/python docs/generate.py $(if $(WRITE),--write,--check)

bench: $(VENV)/.dev ## measure, as ratios in one run, into benchmarks/results
	$(BIN)/python -m benchmarks $(ARGS)

eval: $(VENV)/.dev ## run an evaluation suite: SUITE=diagnose (the default) scores datasets/diagnose
	$(BIN)/python -m evals $(or $(SUITE),diagnose) $(ARGS)

e2e: $(VENV)/.dev ## only the tests on a real cluster (SEXTANT_TEST_CLUSTER names the program that starts one)
	$(BIN)/pytest -m cluster $(ARGS)

soak: $(VENV)/.dev ## fuzz every parser, SECONDS=60 each
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r locks/soak.lock
	$(BIN)/python -m tests.soak --seconds $(or $(SECONDS),60) $(ARGS)

lock: $(UV) ## resolve the dependencies anew
	$(UV) pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o locks/run.lock
	$(UV) pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o locks/dev.lock
	$(UV) pip compile pyproject.toml --group dev --all-extras --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o locks/all.lock
	$(UV) pip compile --group soak --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o locks/soak.lock

clean: ## remove what the targets made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
