# `make help` lists the targets that are needed often, `make help-all` all of them. Everything runs in .venv:
# `make demo` puts there what running needs, and the first other target adds the development tools.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# The tests start Python hundreds of times; without bytecode files each start compiles everything.
unexport PYTHONDONTWRITEBYTECODE
# `make check` ends with the tests' own summary, also under `make -j`.
.NOTPARALLEL:

# The first Python of 3.11 or later that really runs (a version manager's shim may only pretend to).
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-to-run
READY := $(VENV)/.ready
PEERS := build/peers
PEERS_READY := $(PEERS)/.ready
TRUST := build/trust
TRUST_READY := $(TRUST)/.ready
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

# Each worker is a process; PYTEST_WORKERS=0 runs the tests in one. A file stays with one worker: the examples of
# a page build on each other, and the tests of a module share its sandbox. Files are begun in the order of their
# names, the slow ones of tests/e2e first: begun last, one of them would keep a single worker busy at the end.
PYTEST_WORKERS ?= auto
PYTEST = $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder

##@ Start

.PHONY: demo
demo: $(RUN_READY) ## Cancel orders on a local sandbox, step by step
	@$(BIN)/python examples/demo.py

# The text of a target that `make help` lists stands behind `##`; behind `###` that of one which only
# `make help-all` lists. A line that begins with `##@` is a section's title.
.PHONY: help
help: ### List the targets that are needed often
.PHONY: help-all
help-all: ## List every target
help-all: ALL := 1
help help-all:
	@if [ -t 1 ] && [ -z "$$NO_COLOR" ]; then bold='\033[1m'; plain='\033[0m'; fi; \
	awk -v bold="$$bold" -v plain="$$plain" -v all=$(ALL) 'BEGIN {FS = " ###? "} \
	/^##@ / {section = "\n" substr($$0, 5)} \
	/^[a-z-]+:[^#]* ## / || (all && /^[a-z-]+:[^#]* ### /) { \
		if (section != "") {print section; section = ""} \
		split($$1, name, ":"); line = sprintf("  %smake %-16s%s", bold, name[1], plain); width = 23; \
		for (i = 1; i <= split($$2, words, " "); i++) { \
			if (width + length(words[i]) > 78) {print line; line = sprintf("%23s", ""); width = 23} \
			line = line " " words[i]; width += length(words[i]) + 1 \
		} \
		print line \
	}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Install the development tools too

$(RUN_READY): requirements/run.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "bingx-spot needs Python 3.11 or later; none was found. Name one: make demo PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "[1/3] Creating .venv with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "[2/3] Installing $$(grep -c == requirements/run.txt) packages, about 30 MB"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/run.txt
	@echo "[3/3] Installing bingx-spot"
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(READY): requirements/dev.txt $(RUN_READY)
	@echo "Installing the development tools into .venv, about 600 MB, which takes a minute or two ..."
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

##@ Test

.PHONY: unit
unit: $(READY) ## Run the tests of single modules, in seconds
	$(PYTEST) -q -m "not slow" tests/unit

.PHONY: test
test: $(READY) ## Run all tests but the slow ones
	$(PYTEST) -m "not slow"

.PHONY: slow
slow: $(READY) $(PEERS_READY) $(TRUST_READY) ### Run the slow tests alone
	$(PYTEST) -m slow

.PHONY: check
check: $(TRUST_READY) lint types lint-spec check-page spec-diff surface-diff check-generated check-vectors agreement conformance bench-smoke fuzz-briefly ## Run all tests and all checks once, as CI does
	$(PYTEST) --hypothesis-profile=thorough

##@ Change the code

.PHONY: lint
lint: $(READY) ## Check style, format and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

.PHONY: format
format: $(READY) ## Format the code and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: types
types: $(READY) ## Check the types with mypy --strict
	$(BIN)/mypy

.PHONY: census
census: $(READY) ### Count files, lines, noqa, layers and import cycles
	@$(BIN)/python -m tools.census

.PHONY: call-path
call-path: $(READY) ### List the files of ours that one warm cancel passes
	@$(BIN)/python -m tools.call_path

.PHONY: surface-diff
surface-diff: $(READY) ### Show what changed in the public names since the last release; fail if it breaks callers
	$(BIN)/python -m tools.surface

.PHONY: release-surface
release-surface: $(READY) ### Store today's public names as those of a release
	$(BIN)/python -m tools.surface --release

##@ Change the contract

.PHONY: generate
generate: $(READY) ## Generate generated/ from spec/
	$(BIN)/python -m generator

.PHONY: check-generated
check-generated: $(READY) ### Fail if generated/ is not what spec/ generates
	$(BIN)/python -m generator --check

.PHONY: lint-spec
lint-spec: $(READY) ## Check spec/: OpenAPI, our schemas and rules, Redocly
	$(BIN)/python -m generator.commands lint

.PHONY: check-page
check-page: $(READY) ### Fail where spec/openapi.yaml differs from the exchange's own pages in spec/pages/
	$(BIN)/python -m generator.commands page

.PHONY: spec-diff
spec-diff: $(READY) ### Show what changed in spec/ since its last release; fail if it breaks callers
	$(BIN)/python -m generator.commands diff

.PHONY: release-spec
release-spec: $(READY) ### Freeze spec/ as a release: make release-spec VERSION=1.2.0
	@test -n "$(VERSION)" || { echo "Name the version: make release-spec VERSION=1.2.0" >&2; exit 1; }
	$(BIN)/python -m generator.commands release "$(VERSION)"

.PHONY: vectors
vectors: $(READY) ### Rebuild spec/vectors/signing.json with openssl, outcome.json from its scenarios
	$(BIN)/python spec/vectors/make.py
	$(BIN)/python -m tools.outcome_vectors

.PHONY: check-vectors
check-vectors: $(READY) ### Fail if signing.json or outcome.json of spec/vectors/ is out of date
	$(BIN)/python spec/vectors/make.py --check
	$(BIN)/python -m tools.outcome_vectors --check

.PHONY: spec-kit
spec-kit: $(READY) ### Pack the spec for other languages into dist/ (needs Node.js)
	$(BIN)/python -m generator.commands kit

.PHONY: agreement
agreement: $(READY) ### Compare the sandbox with the contract: Schemathesis sends what it allows and what it forbids
	$(BIN)/python -m tools.agreement

.PHONY: conformance
conformance: $(READY) ## Try every language's overlay on vectors and sandbox
	$(BIN)/python -m tools.conformance

.PHONY: generators
generators: $(READY) ### The same with what compiles for long, and write the table in spec/generators.md
	$(BIN)/python -m tools.conformance --write

##@ Prove and measure

.PHONY: simulate
simulate: $(READY) ## Cancel a million orders in virtual time, among faults
	$(BIN)/python -m tools.simulate

.PHONY: chaos
chaos: $(READY) ### Cancel three thousand orders among faults, over real sockets
	$(BIN)/python -m tools.chaos

.PHONY: fuzz
fuzz: $(READY) ### Send random bytes through the response gate and the journal reader, SECONDS=600 each
	@$(BIN)/python -m tools.fuzz --seconds $(or $(SECONDS),600)

.PHONY: fuzz-briefly
fuzz-briefly: $(READY) ### The same bytes each time, on every machine
	@$(BIN)/python -m tools.fuzz --seed 1

.PHONY: reliability
reliability: $(READY) ### Write the tables in docs/concepts/outcome.md
	$(BIN)/python -m tools.outcome_tables

.PHONY: mutation
mutation: $(READY) ### Change the code that decides in each small way; fail if the tests miss one
	$(BIN)/python -m tools.mutation

.PHONY: screenshot
screenshot: $(READY) ### Take the README's picture of the sandbox's page, in Chromium
	$(BIN)/python -m tests.sandbox.page.screenshot

.PHONY: bench
bench: $(READY) $(PEERS_READY) ## Measure one cancel beside other clients
	$(BIN)/python -m benchmarks.speed

.PHONY: bench-smoke
bench-smoke: $(READY) $(PEERS_READY) ### Run both with a few calls, to see that they work
	$(BIN)/python -m benchmarks.speed --smoke
	$(BIN)/python -m benchmarks.certainty --smoke

.PHONY: bench-certainty
bench-certainty: $(READY) $(PEERS_READY) ### Measure how long until a cancel is certain, among faults
	$(BIN)/python -m benchmarks.certainty

.PHONY: bench-limits
bench-limits: $(READY) ### Measure how much of the permitted rate is used: processes, Redis, skewed clocks, a file
	$(BIN)/python -m benchmarks.limits

.PHONY: fleet-drill
fleet-drill: $(READY) ### Let the store of a fleet fail in every way, and write the table in docs/how-to/fleet.md
	$(BIN)/python -m tests.e2e.shared_limits.drill

.PHONY: bench-bulk
bench-bulk: $(READY) ### Measure ten thousand orders through cancel-many, and a million rows in a dry run
	$(BIN)/python -m benchmarks.bulk

##@ Build and release

.PHONY: docs
docs: $(READY) ## Build the documentation into build/docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs
	$(BIN)/python -m sphinx -q -W --keep-going -b man docs build/docs/man
	@echo "build/docs/index.html, build/docs/man/bingx-spot.1"

.PHONY: build
build: $(READY) ## Build the wheel into dist/, and list its files
	$(BIN)/python -m build --wheel --no-isolation
	@for wheel in dist/*.whl; do $(BIN)/python -m zipfile --list $$wheel; done

.PHONY: pythons
pythons: $(READY) $(TRUST_READY) ### Test the wheel on every installed Python, with the oldest and the newest dependencies
	@rm -rf build/pythons/wheel
	@$(BIN)/python -m build --wheel --no-isolation --outdir build/pythons/wheel >/dev/null
	@$(TRUST)/venv/bin/python -m tools.pythons

.PHONY: audit
audit: $(READY) $(TRUST_READY) ### Look up every locked package in the OSV database of vulnerabilities
	@$(BIN)/python -m tools.audit $(AUDIT)

.PHONY: peers
peers: $(PEERS_READY) ### Install the public clients that the sandbox is tested with

$(PEERS_READY): requirements/peers.txt requirements/oldest-ccxt.txt | $(READY)
	@echo "Installing the public clients of requirements/peers.in into $(PEERS) ..."
	@rm -rf $(PEERS) && $(BIN)/python -m venv $(PEERS)/venv
	@$(PEERS)/venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements/peers.txt \
		&& $(PEERS)/venv/bin/python $(PIP_INSTALL) --require-hashes --no-deps --target $(PEERS)/oldest-ccxt \
			-r requirements/oldest-ccxt.txt \
		|| echo "The public clients could not be installed; their tests will be skipped." >&2
	@touch $@

# nox, pip-audit and what they need: only `make pythons` and `make audit` use them.
$(TRUST_READY): requirements/trust.txt | $(READY)
	@echo "Installing the tools of requirements/trust.txt into $(TRUST) ..."
	@rm -rf $(TRUST) && $(BIN)/python -m venv $(TRUST)/venv
	@$(TRUST)/venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements/trust.txt \
		|| echo "The tools of requirements/trust.txt could not be installed; their tests will be skipped." >&2
	@touch $@

# The lock files pin versions and hashes and name no address to download from.
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

READERS := tools/conformance/readers

.PHONY: lock
lock: $(READY) ### Update the pinned versions in requirements/*.txt
	$(BIN)/python $(PIP_INSTALL) uv==0.13.9
	$(LOCK) --upgrade pyproject.toml --group dev --extra redis --extra sandbox -o requirements/dev.txt
	$(LOCK) --upgrade --resolution lowest-direct pyproject.toml --group test --extra redis --extra sandbox -o requirements/lowest.txt
	$(LOCK) --upgrade pyproject.toml --group build --extra sandbox -c requirements/dev.txt -o requirements/run.txt
	$(LOCK) --upgrade --group pyproject.toml:trust -o requirements/trust.txt
	$(LOCK) --upgrade requirements/peers.in -o requirements/peers.txt
	$(LOCK) --upgrade $(READERS)/datamodel-code-generator/requirements.in -o $(READERS)/datamodel-code-generator/requirements.txt
	$(LOCK) --no-deps requirements/oldest-ccxt.in -o requirements/oldest-ccxt.txt

.PHONY: clean
clean: ### Remove what make has created, .venv too
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
