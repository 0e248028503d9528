# Two commands do all the set-up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
LOWEST := .venv-lowest
NEWEST := .venv-newest
FUZZ := .venv-fuzz
NODE := node_modules/.installed
APT := apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qy
# What must not contain the words of .codespell-words.txt.
PLAIN := harness docs README.md CHANGELOG.md CONTRIBUTING.md ARCHITECTURE.md SECURITY.md
NO_BROWSER := -q -n auto --dist worksteal --ignore tests/browser --ignore tests/benchmarks
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Bytecode of tests is kept, see `compiled-tests`.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-lowest test-newest check browser update offline bench record-shipped clean

# Replay the shipped scenarios and say where the report is.
run: $(RUN)
	$(BIN)/coze-harness run --no-progress

# Everything: style, types, architecture, then every test. Fast tests come first.
test: $(DEV) $(NODE) browser
	@$(MAKE) --no-print-directory --jobs 2 check compiled-tests
	$(BIN)/pytest -q -n auto --dist worksteal

# Or each of the processes that run tests would compile all of them.
.PHONY: compiled-tests
compiled-tests: $(DEV)
	@listed=$$($(BIN)/pytest --collect-only -qqq) || { echo "$$listed"; exit 1; }

# The tests that need no browser (benchmarks do), with the lowest versions that pyproject.toml allows.
test-lowest: $(LOWEST)/.lowest
	$(LOWEST)/bin/pytest $(NO_BROWSER)

# The package with the newest versions of the day. Nothing is locked: for information only.
test-newest: $(DEV) | $(NEWEST)/bin/python
	$(BIN)/uv pip install --quiet --python $(NEWEST) --upgrade --editable . \
	  --requirement pyproject.toml --all-extras --group test
	$(NEWEST)/bin/pytest $(NO_BROWSER)

# All tests in full, and longer ones: more seeds, more processes, more bytes. Takes ten minutes.
.PHONY: soak
soak: $(DEV)
	COZE_TEST_SCALE=1 $(BIN)/pytest -q -n auto --dist worksteal tests tests/soak
	$(BIN)/python tests/soak/soak_false_positives.py

# Fuzzing guided by coverage, a while for each target; what breaks one is written to a file. atheris
# is in no lock: it is installed on demand, and not available for every version of Python.
FUZZ_SECONDS := 60
.PHONY: fuzz
fuzz: $(FUZZ)/.fuzz
	for target in cassette event_stream scenario; do \
	  $(FUZZ)/bin/python tests/fuzz/run_atheris.py $$target -max_total_time=$(FUZZ_SECONDS) \
	    -timeout=5 -rss_limit_mb=1024 -max_len=20000 || exit 1; \
	done

$(FUZZ)/.fuzz: requirements/run.txt pyproject.toml | $(FUZZ)/bin/python
	$(INSTALL)
	@$(FUZZ)/bin/python -m pip install --quiet --only-binary :all: atheris || { echo \
	  "make fuzz needs atheris, which cannot be installed for this Python and system (see above)" >&2; \
	  exit 1; }
	@touch $@

check: $(DEV) $(NODE)
	$(BIN)/ruff format --check --diff .
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/codespell --dictionary .codespell-words.txt $(PLAIN)
	node_modules/.bin/tsc --noEmit
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coze-harness check

# Renew the generated tables of the documentation.
.PHONY: docs
docs: $(DEV)
	PYTHONPATH=tests $(BIN)/python tests/docs/kind_tables.py

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
	  review=$(REPORTING)/browser/comparison.js playground=$(REPORTING)/browser/rejudging.js \
	  playback=$(REPORTING)/browser/streaming.js \
	  report=$(REPORTING)/templates/controls.css listing=$(REPORTING)/browser/listing.js \
	  listing=$(REPORTING)/templates/listing.css
	$(BIN)/python -c 'import pathlib, coze_harness.reporting.html.page_templates as page_templates; \
	  page_templates.compile_templates(pathlib.Path("$(ASSETS)"))'

check: check-assets
check-assets: $(DEV) $(NODE)
	@built=$$(mktemp -d) && trap 'rm -rf "$$built"' EXIT && \
	$(MAKE) --silent assets ASSETS="$$built" && \
	diff --recursive --brief --exclude=__pycache__ $(ASSETS) "$$built" || \
	{ echo "$(ASSETS) is out of date: run \`make assets\` and commit the result." >&2; exit 1; }

# A browser for the tests of the report's page. Where it cannot be installed (no Debian, no rights)
# those tests are skipped and say so; with CI set they fail instead. Chromium without a window takes
# half the processor time.
browser:
	@command -v chromium-headless-shell >/dev/null || { test -z "$(CI)" && command -v chromium >/dev/null; } || \
	{ $(APT) chromium-headless-shell fonts-noto-cjk; } || { $(APT) chromium fonts-noto-cjk; } || echo \
	  "Chromium is missing and could not be installed: the page will not be tested in a browser" >&2

# The shipped scenarios with the network taken away (Linux).
offline: $(RUN)
	unshare -rn $(BIN)/coze-harness run --no-progress

# Whole processes against the peers, in one run, as ratios.
bench: $(DEV)
	$(BIN)/python -m benchmarks

# Renew the locks: requirements/*.txt.
update: $(DEV)
	$(LOCK) requirements/dev.txt --all-extras --group dev
	$(LOCK) requirements/run.txt --group build --constraint requirements/dev.txt
	$(LOCK) requirements/lowest.txt --all-extras --group test --resolution lowest-direct

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --only-binary :all: --no-emit-index-url --no-emit-find-links --annotation-style line \
  --custom-compile-command "make update" pyproject.toml --output-file

# An environment: exactly the locked versions, then the project itself.
INSTALL = $(@D)/bin/python -m pip install --quiet --only-binary :all: --require-hashes --requirement $< && \
  $(@D)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .

$(RUN): requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL)
	$(BIN)/python -m compileall -q harness
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL)
	@touch $@ $(RUN)

$(LOWEST)/.lowest: requirements/lowest.txt pyproject.toml | $(LOWEST)/bin/python
	$(INSTALL)
	@touch $@

# Debian keeps the module `venv` in a package of its own.
%/bin/python:
	$(PYTHON) -m venv $* || { rm -rf $*; $(APT) python3-venv && $(PYTHON) -m venv $*; }

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
	    $(CURDIR)/$(BIN)/coze-harness record --public-address https://api.coze.com --reports $$(mktemp -d)); \
	  kill -INT $$server; wait $$server || true; \
	done

clean:
	rm -rf $(VENV) $(LOWEST) $(NEWEST) $(FUZZ) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
