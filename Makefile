# `make` lists the targets. Each builds what it needs in .venv and does not build it again until
# pyproject.toml or requirements/check.txt changes. Another Python: make PYTHON=python3.12 test

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE = CUSTOM_COMPILE_COMMAND="make pins" ../$(BIN)/pip-compile --quiet --upgrade --strip-extras \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# The benchmarks' peers have an environment of their own. PyTorch is the largest of them, for it brings
# CUDA's libraries on Linux and does not load without them. The build without CUDA is smaller:
# make bench TORCH="torch --index-url https://download.pytorch.org/whl/cpu". TORCH= leaves it out.
BENCH_VENV ?= .venv-bench
TORCH ?= torch
BENCH ?= --suite cpu --peers all
BENCH_PIP := $(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet

# Matrices here are small. BLAS threads gain nothing on them, and on a machine that is busy with
# other things they wait for each other many times longer than they compute.
demo test: export OPENBLAS_NUM_THREADS ?= 1
# What is imported is compiled once, also where the environment would have it compiled each time:
# tests start many processes, and most of what a short one does is to import.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check lint types format tools bench docs pins clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## train on handwritten digits (installs NumPy and matplotlib)
	$(BIN)/minitape demo

test: $(VENV)/.test ## run all tests (installs TensorFlow too, to compare with)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: lint types test ## all that continuous integration checks

lint: $(VENV)/.tools ## look for mistakes and style with ruff
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.tools $(VENV)/.demo ## check the types of minitape/ with mypy
	$(BIN)/mypy

format: $(VENV)/.tools ## rewrite the code in ruff's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

tools: $(VENV)/.tools ## install the linters; `.venv/bin/pre-commit install` then runs them at each commit

bench: $(BENCH_VENV)/.peers ## time minitape beside its peers, 20 minutes (installs them, 8 GB)
	$(BENCH_VENV)/bin/python -m benchmarks $(BENCH)

docs: $(VENV)/.test ## build the guide in build/guide, to be read in a browser
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --config-file docs/mkdocs.yml

pins: $(VENV)/.tools ## renew check.txt and bench.txt in requirements/ from check.in and bench.in
	$(PIP) install pip-tools
	cd requirements && $(COMPILE) --generate-hashes --allow-unsafe --output-file check.txt check.in
	cd requirements && $(COMPILE) --output-file bench.txt bench.in

clean: ## remove .venv, caches and build products
	rm -rf $(VENV) $(BENCH_VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: an empty file that is newer than what it was made from. `--clear` starts anew where an
# interrupted run left half an environment.
$(VENV)/.venv:
	@command -v $(PYTHON) >/dev/null || { echo "minitape needs Python 3.11, 3.12 or 3.13, and there is no $(PYTHON) here. Name yours: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit("minitape needs Python 3.11, 3.12 or 3.13; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" % sys.version_info[:2])'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.demo: pyproject.toml | $(VENV)/.venv
	$(PIP) install --editable '.[plot]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/.venv
	$(PIP) install --no-compile --editable '.[images,plot,test,tensorflow]'  # most files of TensorFlow are never imported
	@touch $@ $(VENV)/.demo

$(VENV)/.tools: requirements/check.txt | $(VENV)/.venv
	$(PIP) install --require-hashes --requirement requirements/check.txt
	@touch $@

$(BENCH_VENV)/.peers: pyproject.toml requirements/bench.txt
	@test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_PIP) install --editable '.[fast,plot]' --requirement requirements/bench.txt
	$(if $(TORCH),$(BENCH_PIP) install $(TORCH) || echo "Going on without PyTorch." >&2)
	@touch $@
