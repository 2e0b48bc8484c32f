# `make run` and `make test` need Python 3.11 or later, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests beside each other; those of one file mostly in one process, where its fixtures are.
BESIDE := -n auto --dist worksteal
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt

.PHONY: run test soak lint types docs gallery wheel clean

run: $(VENV)/installed
	$(BIN)/python -m sweeps.run studies/breast_cancer.yaml
	@echo "shell     . $(BIN)/activate  # first, so that sweeps is found"

test: $(VENV)/installed-test
	$(BIN)/pytest $(BESIDE)

soak: $(VENV)/installed-test
	$(BIN)/pytest $(BESIDE) -m soak

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-test
	$(BIN)/mypy

# The pages of docs/ as a site; a link that leads nowhere is an error.
docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# The shipped studies run anew (some minutes), and README's table and the gallery written from them.
gallery: $(VENV)/installed-test
	$(BIN)/python -m tests.gallery

# Wheel and sdist, the wheel installed in a fresh environment and run there.
wheel: $(VENV)/installed-test
	$(PIP) -e '.[release]'
	$(BIN)/python -m tests.installed

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

$(VENV)/installed-docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[docs]'
	@touch $(VENV)/installed $@

clean:
	rm -rf $(VENV) runs site
