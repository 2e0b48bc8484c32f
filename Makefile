# `make run` and `make test` need Python 3.11 or later, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests beside each other; those of one file mostly in one process, where its fixtures are.
BESIDE := -n auto --dist worksteal
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt

.PHONY: run test soak lint types clean

run: $(VENV)/installed
	$(BIN)/python -m sweeps.run studies/breast_cancer.yaml

test: $(VENV)/installed-test
	$(BIN)/pytest $(BESIDE)

soak: $(VENV)/installed-test
	$(BIN)/pytest $(BESIDE) -m soak

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-test
	$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "expected Python 3.11 or later, got `$(PYTHON) -V`; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV) (once; a minute or so)"
	$(PIP) -e .
	@touch $@

$(VENV)/installed-test: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV), with what the tests need"
	$(PIP) -e '.[test]'
	@touch $(VENV)/installed $@

clean:
	rm -rf $(VENV) runs
