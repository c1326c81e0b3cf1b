# Everything a developer runs. `make help` lists it; CI runs the same recipes (.ci/run).
# ARGS is passed on: make demo ARGS=--once, make test ARGS='-k relay -x', make bench ARGS=--json

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
ARGS ?=

# Set PYTHON to choose one; otherwise the first of these that runs, is 3.11 or later and can make a virtual environment.
PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14)
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

# Somebody who has set this would have each test run's assertions rewritten, and each process's code compiled, anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test lint docs mutants bench soak outside-tools schemas pins sbom audit

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED) ## make .venv with the contactpoint command, a local Kafka and Postgres

demo: install ## start the stack, send in the fictional county, tell the story (ARGS=--once to stop after it)
	@$(BIN)/contactpoint demo $(ARGS)

test: $(INSTALLED_DEV) ## run the tests against a real Kafka and Postgres, which they start themselves
	$(BIN)/pytest -n 5 --dist loadfile --no-loadscope-reorder $(ARGS)

# Fails on whatever Sphinx warns of, such as a link that leads nowhere.
DOCUMENTS = $(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --builder html docs build/docs

lint: $(INSTALLED_DEV) ## check style, format, types, the direction of imports, and the documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(DOCUMENTS)

docs: $(INSTALLED_DEV) ## make the documents into a site, build/docs/index.html
	$(DOCUMENTS)

mutants: $(INSTALLED_DEV) ## try which small faults in the rules no test notices (ARGS='child --one-in 5'; docs/mutants.md)
	@$(BIN)/python -m tests.mutation $(ARGS)

bench: $(INSTALLED_DEV) ## measure throughput, latency and memory beside bare baselines
	@$(BIN)/contactpoint bench $(ARGS)

soak: $(INSTALLED_DEV) ## kill and pause processes and change the version while clients write and ask (ARGS='--minutes 30 --seed 1')
	@$(BIN)/python -m tests.crash.soak $(ARGS)

outside-tools: ## build by Go, into .tools/, what others check proofs with; the tests run them where they are there
	@command -v go >/dev/null || { echo "Go is not on this machine: nothing that others wrote checks the proofs" >&2; exit 1; }
	GOBIN=$(CURDIR)/.tools go install github.com/transparency-dev/tessera/cmd/fsck@v1.0.4
	GOBIN=$(CURDIR)/.tools go install filippo.io/torchwood/cmd/spicy@v0.6.1

schemas: $(INSTALLED_DEV) ## write docs/schemas/, docs/reference/ and docs/asyncapi.yaml afresh from the code
	$(BIN)/python -m services.submission_contract.schemas

PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command 'make pins' pyproject.toml -

pins: $(INSTALLED_DEV) ## write requirements/ afresh: each package in its newest version that fits, by the hashes of its files
	echo 'setuptools>=77' | $(PIN) --upgrade --extra dev -o requirements/dev.txt
	echo 'setuptools>=77' | $(PIN) --constraint requirements/dev.txt --extra local -o requirements/local.txt
	echo 'setuptools>=77' | $(PIN) --constraint requirements/dev.txt -o requirements/release.txt

# The environment whose parts are listed: one of its own with what the image has. RELEASED=.venv lists this one instead.
RELEASED ?= build/release
DIST ?= dist

build/release/bin/python: requirements/release.txt $(INSTALLED_DEV)
	$(BIN)/python -m venv --clear build/release
	build/release/bin/python -m pip install --quiet --require-hashes -r requirements/release.txt
	build/release/bin/python -m pip install --quiet --no-deps --no-build-isolation .

sbom: $(INSTALLED_DEV) $(RELEASED)/bin/python ## write what a release consists of (CycloneDX), and its parts' licences, into dist/
	@mkdir -p $(DIST)
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-file $(DIST)/contactpoint.cdx.json $(RELEASED)/bin/python
	$(BIN)/pip-licenses --python $(RELEASED)/bin/python --format plain-vertical --with-urls --with-license-file --no-license-path --output-file $(DIST)/THIRD-PARTY-NOTICES.txt

audit: $(INSTALLED_DEV) ## look for known faults of what a release consists of (asks an index of advisories on the internet)
	$(BIN)/pip-audit --strict --disable-pip --no-deps -r requirements/release.txt

$(BIN)/python:
	@found=; \
	for candidate in $(CANDIDATES); do \
	    if "$$candidate" -c '$(SUITABLE)' </dev/null >/dev/null 2>&1; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "ContactPoint needs Python 3.11 or later with its venv module; none of these is one: $(CANDIDATES)." >&2; \
	    echo "Install one (on Debian and Ubuntu: apt install python3 python3-venv), or name it: make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	fi; \
	echo "$$found -m venv --clear $(VENV)"; \
	"$$found" -m venv --clear $(VENV)

# Two stamps: what a user needs is a third of what developing needs. The second builds on the first, also under make -j.
# Nothing is taken whose hash does not stand in requirements/; the project itself is built by what is installed by then.
$(INSTALLED): pyproject.toml requirements/local.txt | $(BIN)/python
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --require-hashes -r requirements/local.txt
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(INSTALLED_DEV): requirements/dev.txt $(INSTALLED)
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@
