# Everything a person or a CI job does with this checkout. Each target sets up .venv first when it is missing or stale.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
OTHERS := build/others
PYTEST ?= $(BIN)/pytest
LOCK_FLAGS := --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --quiet \
	--no-header --no-emit-index-url --no-emit-find-links

# uv makes the environment where there is one, else the venv module and pip.
UV := $(shell command -v uv 2>/dev/null)
ifneq ($(UV),)
MAKE_VENV = $(UV) venv --quiet --python "$$(command -v "$$python")" $(VENV)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python --no-deps
NEEDED := sys
else
MAKE_VENV = "$$python" -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
NEEDED := ensurepip, venv
endif

# Sets $python to the first that is new enough and has what it takes.
define FIND_PYTHON
set -e; python=; \
for candidate in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14; do \
	if "$$candidate" -c 'import sys, $(NEEDED); sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		python=$$candidate; break; \
	fi; \
done; \
if [ -z "$$python" ]; then \
	echo "Windtunnel needs Python 3.11 or newer with the venv module; tried:$(PYTHON:%= %) python3 python3.11 … python3.14." >&2; \
	echo "Install one (Debian and Ubuntu: python3-venv too), or name it: make $(MAKECMDGOALS) PYTHON=…/bin/python3" >&2; \
	exit 1; \
fi
endef

# FORCE where .venv does not work from this folder: half-made, moved, its Python gone, or made by uv and uv gone.
BROKEN := $(shell grep -qxF '$(CURDIR)' $(VENV)/.dependencies 2>/dev/null \
	&& $(BIN)/python -c 'import $(if $(UV),sys,pip)' >/dev/null 2>&1 || echo FORCE)

.PHONY: help setup demo test check bench performance-types docs notebook lock clean FORCE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.installed ## make .venv with everything in requirements.lock

demo: $(VENV)/.installed ## run the quickstart scenario: a report on the screen and in out/quickstart
	$(BIN)/windtunnel run quickstart --out out/quickstart --force

test: $(VENV)/.installed ## run the tests
	$(PYTEST) -n 2

check: $(VENV)/.installed ## format, lint, types, architecture, tidiness
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/architecture/tidy.py

bench: $(VENV)/.installed $(OTHERS)/.installed ## time the engine, its layers and other simulators (not part of `make test`)
	$(PYTEST) tests/bench -o addopts=--import-mode=importlib -s --benchmark-columns=min,median,max,rounds

performance-types: $(VENV)/.installed ## time the types that everything is made of; writes docs/performance-types.md
	@mkdir -p build
	$(PYTEST) tests/bench/test_performance_types.py -o addopts=--import-mode=importlib -q --benchmark-json=build/types.json \
		--benchmark-columns=min,median
	$(BIN)/python tests/bench/performance_types.py build/types.json

docs: $(VENV)/.installed ## write the pages about the domain, and its contracts, from the code
	PYTHONPATH=. $(BIN)/python tests/architecture/domain_docs.py

notebook: $(VENV)/.notebook ## open JupyterLab with windtunnel importable
	$(BIN)/jupyter lab

lock: ## recreate requirements*.lock from pyproject.toml (LOCK_ARGS=--upgrade for newer)
	@test -x build/uv/bin/uv || { $(FIND_PYTHON); "$$python" -m venv build/uv; build/uv/bin/python -m pip install --quiet uv; }
	build/uv/bin/uv --no-config pip compile pyproject.toml --extra dev $(LOCK_FLAGS) -o requirements.lock $(LOCK_ARGS)
	build/uv/bin/uv --no-config pip compile pyproject.toml --extra dev --extra notebook $(LOCK_FLAGS) \
		-c requirements.lock -o requirements-notebook.lock $(LOCK_ARGS)
	build/uv/bin/uv --no-config pip compile pyproject.toml --extra others $(LOCK_FLAGS) \
		-c requirements.lock -o requirements-others.lock $(LOCK_ARGS)

# Other simulators, for comparison only: Ciw would shadow our tests.
$(OTHERS)/.installed: requirements-others.lock
	@$(FIND_PYTHON); rm -rf $(OTHERS); mkdir -p $(OTHERS); "$$python" -m venv $(OTHERS); \
	$(OTHERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-others.lock
	@touch $@

clean: ## remove everything that was made, .venv too
	rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp comes last: an interrupted setup leaves none, and starts over.
$(VENV)/.dependencies: requirements.lock $(BROKEN)
	@$(FIND_PYTHON); \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	rm -rf $(VENV); \
	$(MAKE_VENV); \
	$(INSTALL) --require-hashes -r requirements.lock; \
	echo '$(CURDIR)' >$@

# The project itself, editable; its build backend is in the lock, so this needs no network.
$(VENV)/.installed: $(VENV)/.dependencies pyproject.toml
	@$(INSTALL) --no-index --no-build-isolation --editable .
	@touch $@

$(VENV)/.notebook: $(VENV)/.installed requirements-notebook.lock
	@$(INSTALL) --require-hashes -r requirements-notebook.lock
	@touch $@
