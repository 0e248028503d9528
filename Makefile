# Two commands do all the set-up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.run
DEV := $(VENV)/.dev
NODE := node_modules/.installed
CHROMIUM := /usr/bin/chromium
APT := apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qy

.PHONY: run test check browser offline bench record-shipped clean

# Replay the shipped scenarios and say where the report is.
run: $(STAMP)
	$(BIN)/coze-harness run --no-progress

# Everything: style, types, architecture, then every test. Fast tests come first.
test: check browser
	$(BIN)/pytest -q -n auto --dist worksteal

check: $(DEV) $(NODE)
	$(BIN)/ruff format --check --diff .
	$(BIN)/ruff check .
	node_modules/.bin/tsc --noEmit
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coze-harness check

# What the reports' pages are made with: script and styles, bundled and minified by esbuild, and
# templates, compiled by jinja2. The results are committed, so that neither installing nor running
# needs Node.js, and no run compiles templates.
REPORTING := harness/coze_harness/reporting
ASSETS := $(REPORTING)/html/assets
ESBUILD := node_modules/.bin/esbuild --bundle --minify --format=iife --target=es2022 \
  --charset=utf8 --log-level=warning
.PHONY: assets check-assets

assets: $(DEV) $(NODE)
	rm -rf $(ASSETS)
	$(ESBUILD) --outdir=$(ASSETS) report=$(REPORTING)/browser/main.js \
	  report=$(REPORTING)/templates/controls.css listing=$(REPORTING)/templates/listing.css
	$(BIN)/python -c 'import pathlib, coze_harness.reporting.html.page_templates as page_templates; \
	  page_templates.compile_templates(pathlib.Path("$(ASSETS)"))'

check: check-assets
check-assets: $(DEV) $(NODE)
	@built=$$(mktemp -d) && trap 'rm -rf "$$built"' EXIT && \
	$(MAKE) --silent assets ASSETS="$$built" && \
	diff --recursive --brief --exclude=__pycache__ $(ASSETS) "$$built" || \
	{ echo "$(ASSETS) is out of date: run \`make assets\` and commit the result." >&2; exit 1; }

# A browser for the tests of the report's page. Where it cannot be installed (no Debian, no rights)
# those tests are skipped and say so; with CI set they fail instead.
browser:
	@test -x $(CHROMIUM) || { $(APT) chromium fonts-noto-cjk; } || echo \
	  "$(CHROMIUM) is missing and could not be installed: the page will not be tested in a browser" >&2

# The shipped scenarios with the network taken away (Linux).
offline: $(STAMP)
	unshare -rn $(BIN)/coze-harness run --no-progress

# Whole processes against the peers, in one run, as ratios.
bench: $(DEV)
	$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); apt-get update -q; \
	  apt-get install -qy python3-venv; $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --upgrade pip

$(STAMP): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	$(BIN)/python -m compileall -q harness
	@touch $@

$(DEV): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@ $(STAMP)

# Bundler, type checker and accessibility rules for the page's script: for development only.
$(NODE): package.json package-lock.json
	@command -v npm >/dev/null || { $(APT) nodejs && { command -v npm >/dev/null || $(APT) npm; }; } || { echo \
	  "npm is missing and could not be installed: install Node.js 20 or newer, then try again" >&2; \
	  exit 1; }
	npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

# Record the shipped scenarios, and the one that `init` hands out, anew from the scripted server.
record-shipped: $(DEV)
	for project in . harness/coze_harness/starter; do \
	  $(BIN)/coze-harness serve --demo --port 8787 >/dev/null & server=$$!; \
	  until curl -s -o /dev/null http://127.0.0.1:8787/; do sleep 0.1; done; \
	  (cd $$project && COZE_API_BASE=http://127.0.0.1:8787 COZE_API_TOKEN=pat_not_a_real_one \
	    $(CURDIR)/$(BIN)/coze-harness record --reports $$(mktemp -d)); \
	  kill -INT $$server; wait $$server; \
	done

clean:
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
