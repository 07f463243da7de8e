# install: the package with what tests and linters need, in .venv
# run:     simulate, train, serve, rate one example (PORT=3000 unless told otherwise)
# test, lint, bench: as they say
# A clone needs nothing but Python 3.11 or later, make, and a package index that pip can reach.

PORT ?= 3000
PYTHON ?= $(shell for python in python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq -c constraints.txt

export DO_NOT_TRACK := 1
export BENTOML_DO_NOT_TRACK := True
export MLFLOW_DISABLE_TELEMETRY := true
# Threads that wait sleep: spinning, they make a fit beside other busy programs take minutes.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: install run test lint bench clean
.DEFAULT_GOAL := install

install: .venv/.installed-test

run: .venv/.installed-run
	@exec $(BIN)/scorecard demo --port $(PORT)

test: .venv/.installed-test
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile

lint: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The table against peers, then what stands alone; SMALL=1 runs the miniatures of what CI can bear.
ALONE := $(if $(SMALL),lights metrics promotion recourse shapley,attainable calibration export_engines \
	latency lights metrics promotion reason_stability recourse reject_inference selection shapley)
bench: .venv-bench/.installed .venv/.installed-test
	@.venv-bench/bin/python benchmarks/table.py $(if $(SMALL),--small); missed=$$?; \
	for each in $(ALONE); do \
		echo "== $$each"; $(BIN)/python benchmarks/$$each.py $(if $(SMALL),--small) || missed=1; \
	done; exit $$missed

clean:
	rm -rf .venv .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Stamps: a second `make run` installs nothing; whoever has what tests need has what a run needs.
.venv/.installed-run: pyproject.toml constraints.txt | .venv/bin/python
	@test -e .venv/.installed-test -a ! pyproject.toml -nt .venv/.installed-test \
		-a ! constraints.txt -nt .venv/.installed-test || { \
		echo "Installing into .venv; the first time takes a minute or two."; \
		$(PIP) -e ".[research]"; }
	@touch $@

.venv/.installed-test: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing into .venv, tests and linters included; the first time takes a minute or two."
	@$(PIP) -e ".[research,test,lint]"
	@touch $@

# Peers want versions of their own, so they get an environment of their own, without constraints.
.venv-bench/.installed: pyproject.toml
	@echo "Installing the package beside its peers into .venv-bench; it takes some minutes."
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -m venv .venv-bench
	@echo '*' > .venv-bench/.gitignore
	@.venv-bench/bin/python -m pip --disable-pip-version-check install -qq -e ".[bench]"
	@touch $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or later is needed; install it or name one: make PYTHON=/path/to/python"; \
		exit 2; }
	@$(PYTHON) -m venv .venv
