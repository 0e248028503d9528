# Two commands do all the set-up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.run
DEV := $(VENV)/.dev

.PHONY: run test check offline bench record-shipped clean

# Replay the shipped scenarios and say where the report is.
run: $(STAMP)
	$(BIN)/coze-harness run --no-progress

# Everything: style, types, architecture, then every test. Fast tests come first.
test: check
	$(BIN)/pytest -q -n auto --dist worksteal

check: $(DEV)
	$(BIN)/ruff format --check --diff .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coze-harness check

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

# Record the shipped scenarios, and the one that `init` hands out, anew from the scripted server.
record-shipped: $(DEV)
	for project in . harness/starter; do \
	  $(BIN)/coze-harness serve --demo --port 8787 >/dev/null & server=$$!; \
	  until curl -s -o /dev/null http://127.0.0.1:8787/; do sleep 0.1; done; \
	  (cd $$project && COZE_API_BASE=http://127.0.0.1:8787 COZE_API_TOKEN=pat_not_a_real_one \
	    $(CURDIR)/$(BIN)/coze-harness record --reports $$(mktemp -d)); \
	  kill -INT $$server; wait $$server; \
	done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
