# Needs Python 3.11 or newer, git and make. Another Python: make PYTHON=python3.12 …
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: demo test bench soak setup clean

# The whole product with the demo city; Ctrl-C stops it, its data stays in var/.
demo: setup
	@exec $(BIN)/huhang demo $(ARGS)

# Every check and test. COVERAGE=1 measures branches; ARGS="tests/kernel -x" goes to pytest.
test: setup
	@$(BIN)/python tools/check.py $(if $(COVERAGE),--coverage) $(ARGS)

# Timings at 100,000 and 1,000,000 cases beside the bare query, then of the register and the map at 100,000 subjects.
bench: setup
	@$(BIN)/python -m bench $(ARGS)

# The long runs of SAFEGUARDS: a hundred crashes, thousands of sequences, 200 keys × 50 posts at once, more of each draw.
soak: setup
	@$(BIN)/python -m pytest -m soak $(ARGS)
	@HUHANG_PAIRS=1000 HUHANG_FUZZ=3000 HUHANG_LIVES=1000 HUHANG_SENT_KEYS=200 HUHANG_AT_ONCE=50 $(BIN)/python -m pytest \
		tests/reading/figures/test_honest.py tests/doors/api/test_fuzz.py tests/doors/cli/test_city_replay.py \
		tests/safeguards/test_once.py

setup:
	@$(PYTHON) tools/setup.py

# Removes what setup made. The data in var/ stays, apart from the fetched assets.
clean:
	@rm -rf .venv assets/node_modules var/assets var/static .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
	@find src -name '*.mo' -delete
