# make help lists the targets. Each one sets up its environment first, once, and then calls
# `course`, which does the same without make (on Windows, say): see README.md.
PYTHON ?= python3
VENV ?= .venv
COURSE = $(VENV)/bin/course
STAMP = $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test lab execute slides site bench

help: ## this list
	@echo "make TARGET [ARGS='...']   e.g. make run ARGS='01 02 --profile cpu'"
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /  \1	/' | expand -t 12
	@echo "Overridable: PYTHON=$(PYTHON) (3.11 to 3.13), VENV=$(VENV)."
	@echo "Data that you have already: COURSE_DATA_DIR=path/to/folder make execute"

install: $(STAMP) ## only set up the environment

run: $(STAMP) ## execute the series in seconds a notebook, into build/index.html
	$(COURSE) run $(ARGS)

test: $(STAMP) ## every test: code, notebooks, stored outputs
	$(COURSE) test $(ARGS)

lab: $(STAMP) ## open the notebooks in JupyterLab
	$(COURSE) lab $(ARGS)

execute: $(STAMP) ## make the stored outputs of the notebooks (cpu profile, real data)
	$(COURSE) execute $(ARGS)

slides: $(STAMP) ## build the slide decks (ARGS=--recorded: from the stored outputs, in seconds)
	$(COURSE) slides $(ARGS)

site: $(STAMP) ## a site to read, from the stored outputs, in seconds, into build/site/index.html
	$(COURSE) site $(ARGS)

bench: $(STAMP) ## measure speed and memory
	$(COURSE) bench $(ARGS)

# Made last, so that an installation that was cut off is taken up again by the next call.
$(STAMP): pyproject.toml constraints.txt
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "There is no '$(PYTHON)' here. Install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python3.12" >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "The course needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1)." >&2; \
	  echo "Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make environments. On Debian or Ubuntu: sudo apt install python3-venv" >&2; \
	  exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"
	"$(VENV)/bin/python" -m pip install --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@
