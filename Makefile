# `make help` lists every target. Everything runs in .venv, which `make setup` makes.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first Python of 3.11 or later that really runs (a version manager's shim may only pretend to).
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := build/peers
PEERS_READY := $(PEERS)/.ready
TRUST := build/trust
TRUST_READY := $(TRUST)/.ready

##@ Begin

# Sections are lines of `##@`; a target is listed with what follows its `##`, in 80 columns.
.PHONY: help
help: ## List every target
	@if [ -t 1 ] && [ -z "$$NO_COLOR" ]; then bold='\033[1m'; plain='\033[0m'; fi; \
	awk -v bold="$$bold" -v plain="$$plain" 'BEGIN {FS = ":.*## "} \
	/^##@ / {print "\n" substr($$0, 5)} \
	/^[a-z-]+:.*## / { \
		line = sprintf("  %smake %-15s%s", bold, $$1, plain); width = 22; \
		for (i = 1; i <= split($$2, words, " "); i++) { \
			if (width + length(words[i]) > 78) {print line; line = sprintf("%22s", ""); width = 22} \
			line = line " " words[i]; width += length(words[i]) + 1 \
		} \
		print line \
	}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Make .venv with everything in it, .venv/bin/bingx-spot included

$(READY): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "bingx-spot needs Python 3.11 or later; none was found. Name one: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version), which takes a minute or two ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: demo
demo: $(READY) ## Start the sandbox, cancel real orders on it through the signed SDK, show what happened
	@$(BIN)/python examples/demo.py

.PHONY: test
test: $(READY) $(PEERS_READY) $(TRUST_READY) ## Run the tests
	$(BIN)/python -m pytest

##@ Change the code

.PHONY: pythons
pythons: $(READY) $(TRUST_READY) ## Try the wheel on every Python at hand, with the oldest and the newest dependencies
	@rm -rf build/pythons/wheel
	@$(BIN)/python -m build --wheel --no-isolation --outdir build/pythons/wheel >/dev/null
	@$(TRUST)/venv/bin/python -m tools.pythons

.PHONY: audit
audit: $(READY) $(TRUST_READY) ## Ask the OSV database whether anything that is locked is known to be vulnerable
	@$(BIN)/python -m tools.audit $(AUDIT)

.PHONY: check
check: lint types lint-spec check-page spec-diff surface-diff check-generated check-vectors conformance bench-smoke test ## What CI runs

.PHONY: lint
lint: $(READY) ## Lint, check the format and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

.PHONY: format
format: $(READY) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: types
types: $(READY) ## Check the types (mypy --strict)
	$(BIN)/mypy

.PHONY: surface-diff
surface-diff: $(READY) ## Say what has changed in the SDK's public names since its last release, and fail if that breaks callers
	$(BIN)/python -m tools.surface

.PHONY: release-surface
release-surface: $(READY) ## Keep the SDK's public names as they stand as those of a release
	$(BIN)/python -m tools.surface --release

##@ Change the contract

.PHONY: generate
generate: $(READY) ## Make generated/ from spec/
	$(BIN)/python -m generator

.PHONY: check-generated
check-generated: $(READY) ## Fail if generated/ is not what spec/ gives
	$(BIN)/python -m generator --check

.PHONY: lint-spec
lint-spec: $(READY) ## Check spec/ against OpenAPI, the extensions' schemas, our rules and Redocly CLI's
	$(BIN)/python -m generator.commands lint

.PHONY: check-page
check-page: $(READY) ## Fail where spec/openapi.yaml is not what the exchange's own pages in spec/pages/ say
	$(BIN)/python -m generator.commands page

.PHONY: spec-diff
spec-diff: $(READY) ## Say what has changed in spec/ since its last release, and fail if that breaks callers
	$(BIN)/python -m generator.commands diff

.PHONY: release-spec
release-spec: $(READY) ## Freeze spec/ as a release: make release-spec VERSION=1.2.0
	@test -n "$(VERSION)" || { echo "Name the version: make release-spec VERSION=1.2.0" >&2; exit 1; }
	$(BIN)/python -m generator.commands release "$(VERSION)"

.PHONY: vectors
vectors: $(READY) ## Make spec/vectors/signing.json anew, with openssl
	$(BIN)/python spec/vectors/make.py

.PHONY: check-vectors
check-vectors: $(READY) ## Fail if spec/vectors/signing.json is not what openssl gives
	$(BIN)/python spec/vectors/make.py --check

.PHONY: spec-kit
spec-kit: $(READY) ## Pack the spec, for every language, into dist/ (needs Node.js)
	$(BIN)/python -m generator.commands kit

.PHONY: conformance
conformance: $(READY) ## Let every language pass the vectors and cancel an order; a table of what each has shown
	$(BIN)/python -m tools.conformance

##@ Measure and show

.PHONY: chaos
chaos: $(READY) ## Ten thousand cancels among faults, and a table of what became of them
	$(BIN)/python -m tools.chaos

.PHONY: reliability
reliability: $(READY) ## Write the README's table of failures from the outcome matrix
	$(BIN)/python -m tests.e2e.outcome.table

.PHONY: mutation
mutation: $(READY) ## Change the code that decides in 1600 ways, and see whether the tests notice
	$(BIN)/python -m tools.mutation

.PHONY: screenshot
screenshot: $(READY) ## Make the README's picture of the sandbox's page anew, in Chromium
	$(BIN)/python -m tests.sandbox.page.screenshot

.PHONY: bench
bench: $(READY) $(PEERS_READY) ## How fast one cancel is, beside other clients; writes the README's table and plot
	$(BIN)/python -m benchmarks.speed

.PHONY: bench-smoke
bench-smoke: $(READY) $(PEERS_READY) ## The same with a few calls, to see that it works; it judges nothing
	$(BIN)/python -m benchmarks.speed --smoke

.PHONY: bench-limits
bench-limits: $(READY) ## How much of the permitted rate is used: one process, four on one Redis, skewed clocks, a file
	$(BIN)/python -m benchmarks.limits

.PHONY: bench-bulk
bench-bulk: $(READY) ## Ten thousand orders through cancel-many, a million rows through its dry run
	$(BIN)/python -m benchmarks.bulk

##@ Build and keep

.PHONY: docs
docs: $(READY) ## Build the documentation into build/docs: a site that needs no network, and a man page
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs
	$(BIN)/python -m sphinx -q -W --keep-going -b man docs build/docs/man
	@echo "build/docs/index.html, build/docs/man/bingx-spot.1"

.PHONY: build
build: $(READY) ## Build the wheel into dist/, and list what is in it
	$(BIN)/python -m build --wheel --no-isolation
	@for wheel in dist/*.whl; do $(BIN)/python -m zipfile --list $$wheel; done

.PHONY: peers
peers: $(PEERS_READY) ## Install the public clients that the sandbox is tested with

$(PEERS_READY): requirements/peers.txt | $(READY)
	@echo "Setting up $(PEERS) with the public clients of requirements/peers.in ..."
	@rm -rf $(PEERS) && $(BIN)/python -m venv $(PEERS)/venv
	@$(PEERS)/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt \
		|| echo "The public clients could not be installed; their tests will be skipped." >&2
	@touch $@

# nox, pip-audit and what they need: only `make pythons` and `make audit` use them.
$(TRUST_READY): requirements/trust.txt | $(READY)
	@echo "Setting up $(TRUST) with the tools of requirements/trust.txt ..."
	@rm -rf $(TRUST) && $(BIN)/python -m venv $(TRUST)/venv
	@$(TRUST)/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/trust.txt \
		|| echo "The tools of requirements/trust.txt could not be installed; their tests will be skipped." >&2
	@touch $@

# The lock files pin versions and hashes and name no address to download from.
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: lock
lock: $(READY) ## Pin newer versions in requirements/*.txt
	$(BIN)/python -m pip install --quiet uv==0.13.9
	$(LOCK) --upgrade pyproject.toml --group dev --extra fast --extra redis --extra sandbox -o requirements/dev.txt
	$(LOCK) --upgrade --resolution lowest-direct pyproject.toml --group test --extra fast --extra redis --extra sandbox -o requirements/lowest.txt
	$(LOCK) --upgrade --group pyproject.toml:trust -o requirements/trust.txt
	$(LOCK) --upgrade requirements/peers.in -o requirements/peers.txt

.PHONY: clean
clean: ## Remove what make has made, .venv too
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
