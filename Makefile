# Everything that a person or a machine does with this repository; `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check -c constraints.txt
NPM := npm --prefix frontend

# A stamp lies inside what it vouches for, so that deleting the one deletes the other.
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed
PACKAGES := frontend/node_modules/.installed
PEER := .venv-bench/.installed
PAGE := backend/gradtape/page/index.html
BENCH_PAGE := build/bench-page/index.html
# Folders count too: a file that is deleted or renamed changes its folder's time.
PAGE_SOURCES := $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts \
	frontend/vite.replay.config.ts frontend/svelte.config.js frontend/tsconfig.json ! -name '*.test.ts' 2>/dev/null)

.PHONY: help serve test check format build schema golden bench screenshots gallery wheel clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

serve: $(RUNTIME) $(PAGE) ## Set everything up and serve http://127.0.0.1:8000 (PORT=... for another)
	$(BIN)/gradtape serve --host 127.0.0.1 --port $(PORT)

test: $(DEVELOPMENT) $(PACKAGES) $(PAGE) ## Set everything up and run all tests
	@scripts/ensure_chromium > /dev/null
	$(NPM) test
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(DEVELOPMENT) $(PACKAGES) build/schema.gen.ts ## Lint, types, floors, formatting, generated code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(NPM) run check:lint
	$(NPM) run check:types
	$(NPM) run check:format
	@diff -u frontend/src/api/schema.gen.ts build/schema.gen.ts \
		|| { echo "frontend/src/api/schema.gen.ts is stale: run 'make schema'." >&2; exit 1; }

format: $(DEVELOPMENT) $(PACKAGES) ## Put every file into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run format

build: $(PAGE) ## Build the page into the Python package

schema: build/schema.gen.ts ## Write the page's types anew from the server's OpenAPI document
	cp build/schema.gen.ts frontend/src/api/schema.gen.ts

golden: $(DEVELOPMENT) ## Write the golden tapes in tests/zoo/golden anew; read the diff
	$(BIN)/python -m tests.zoo.golden

bench: $(DEVELOPMENT) $(PEER) $(PAGE) $(BENCH_PAGE) ## Measure; print one table and write bench.json
	@scripts/ensure_chromium > /dev/null
	$(BIN)/python -m bench

screenshots: $(DEVELOPMENT) $(PAGE) ## Photograph the page; renew the picture in the README
	@scripts/ensure_chromium > /dev/null
	$(BIN)/python -m pytest tests/browser/test_screenshots.py
	cp build/screenshots/readme.png docs/screenshot.png

gallery: $(DEVELOPMENT) $(PAGE) ## Photograph ten scenes in two themes and three sizes; renew docs/gallery
	@scripts/ensure_chromium > /dev/null
	$(BIN)/python -m pytest tests/browser/test_gallery.py -k overlaps
	cp build/screenshots/gallery/*.webp docs/gallery/

wheel: $(DEVELOPMENT) $(PAGE) ## Build the wheel, page included, into dist/
	$(BIN)/python -m build --wheel

clean: ## Remove all that was installed or built
	rm -rf .venv .venv-bench frontend/node_modules backend/gradtape/page build dist

$(RUNTIME): pyproject.toml constraints.txt
	@scripts/check_versions $(PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(PIP_INSTALL) --editable .
	@touch $@

$(DEVELOPMENT): $(RUNTIME)
	$(BIN)/python $(PIP_INSTALL) --editable '.[dev]'
	@touch $@

$(PACKAGES): frontend/package.json frontend/package-lock.json
	@scripts/check_versions $(PYTHON)
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): $(PACKAGES) $(PAGE_SOURCES)
	$(NPM) run build
	@touch $@

$(BENCH_PAGE): $(PACKAGES) $(PAGE_SOURCES) frontend/vite.bench.config.ts $(wildcard frontend/bench/*)
	$(NPM) run bench:build
	@touch $@

$(PEER): bench/constraints-peer.txt
	@scripts/check_versions $(PYTHON)
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
		-c bench/constraints-peer.txt torchlens torch
	@touch $@

# Always made anew: what it depends on is the running code, not a list of files.
.PHONY: build/schema.gen.ts
build/schema.gen.ts: $(DEVELOPMENT) $(PACKAGES)
	@mkdir -p build
	@$(BIN)/python -m gradtape.server.openapi > build/openapi.json
	@$(NPM) exec --offline -- openapi-typescript $(CURDIR)/build/openapi.json -o $(CURDIR)/$@ > build/schema.log \
		|| { cat build/schema.log >&2; exit 1; }
