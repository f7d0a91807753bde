# Everything a person does with this checkout. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
# The tests start hundreds of processes, which would each compile all of Holdfast anew.
unexport PYTHONDONTWRITEBYTECODE
DATA ?=
TESTS ?= tests

help:  ## say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: .venv/set-up  ## run the main job: mirror, keep and compare (DATA=folder: on real yeast data)
	@$(PY) -m demo $(if $(DATA),--data $(DATA))

test: check  ## run all checks and the whole test suite
	@# Read by one process, the tests are compiled once, and not by each of the five at the same time.
	@$(PY) -m pytest --collect-only -q $(TESTS) > /dev/null || true
	$(PY) -m pytest -n 5 --dist loadgroup $(TESTS)

thorough:  ## run the tests with nothing sampled: every point of each sweep, the demo on real data
	HOLDFAST_THOROUGH=1 $(MAKE) test

check: .venv/set-up  ## lint, types, import rules, doctests, the manual's examples, the viewer's tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q -p no:randomly -n 2 --dist loadfile --doctest-modules src/holdfast docs README.md
	$(PY) scripts/reference.py --check
	$(PY) hatch_build.py test

bench: .venv/set-up-bench  ## run the benchmarks beside their peers and print the figures (DATA=folder)
	$(PY) -m benchmarks $(if $(DATA),--data $(DATA))

serve: .venv/set-up  ## show the finished plots of HOLDFAST_HOME in a browser, on loopback
	@$(PY) -m holdfast serve

viewer: .venv/set-up  ## build the dot-plot page again
	$(PY) hatch_build.py

clean:  ## remove what was built, the virtual environment and the demo's output
	rm -rf .venv build dist demo-output viewer/node_modules src/holdfast/web/static
	rm -f src/holdfast/base/compiled/*.so
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

COMPILED := $(wildcard $(addprefix src/holdfast/base/compiled/,*.c *.h build.py))

.venv/set-up: pyproject.toml hatch_build.py scripts/set-up $(COMPILED) $(shell find viewer -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	@scripts/set-up test,check
	@touch $@

.venv/set-up-bench: .venv/set-up
	@scripts/set-up test,check,bench
	@touch $@

.PHONY: help demo test thorough check bench serve viewer clean
