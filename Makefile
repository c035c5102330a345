# `make` prints this list. Everything runs through uv, which keeps .venv in step with uv.lock.
.DEFAULT_GOAL := help
RUN := uv run
# Without bytecode pytest rewrites all its plugins at every start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check fast test lint types contracts
check: lint types contracts test ## everything that must be green

fast: ## rules, laws and plugins only: no database, no browser
	$(RUN) pytest -q -m "not browser and not database and not slow"

test: ## all tests on two cores (needs Chromium for the browser tests, else they skip)
	$(RUN) pytest -n 2

lint: ## ruff: rules and format
	$(RUN) ruff check
	$(RUN) ruff format --check

types: ## mypy, strict
	$(RUN) mypy

contracts: ## import-linter: floors, rooms, doors, purity, cycles
	$(RUN) lint-imports --no-logo

.PHONY: requirements glossary catalogue migrations-baseline
requirements: ## each requirement with the tests that prove it, or «open»
	@$(RUN) pytest --requirements

glossary: ## collect the field's terms from the docstrings into docs/glossary.md
	$(RUN) python docs/glossary.py

# The English catalogue is filled by hand in src/yiwang/locale/en; this brings in new words and compiles it.
WORDS := src/yiwang/locale
catalogue: ## collect the words of the interface into the English catalogue and compile it
	@mkdir -p build
	$(RUN) pybabel -q extract -F babel.cfg -k mark --no-location --sort-output --project=yiwang -o build/yiwang.pot .
	$(RUN) pybabel -q update -i build/yiwang.pot -d $(WORDS) -D yiwang -l en \
		--init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(RUN) pybabel compile -d $(WORDS) -D yiwang --statistics

migrations-baseline: ## before the first release: each system's tables.sql becomes its first migration
	@for tables in src/yiwang/*/tables.sql; do \
		first="$${tables%tables.sql}migrations/0001_tables.sql"; \
		mkdir -p "$${first%/*}" && cp "$$tables" "$$first" && echo "$$first"; \
	done

.PHONY: demo bench shots
demo: ## the whole system with sample data, one process tree, one Ctrl-C
	$(RUN) yiwang demo

bench: ## what an act costs, beside the same rows by the bare driver
	$(RUN) yiwang bench

shots: ## pictures of the pages that the journeys see, into docs/pictures
	YIWANG_PICTURES=docs/pictures $(RUN) pytest -q tests/journeys
	$(RUN) python docs/pictures.py
