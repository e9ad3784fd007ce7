.DEFAULT_GOAL := help
.PHONY: help install run test test-fast lint docs bench chaos soak lock clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PORT ?= 8000
SANDBOX_PORT ?= 8010
export PORTAL_VAR_DIR ?= $(CURDIR)/var
export PORTAL_PORT = $(PORT)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

install: .venv/.installed ## prepare .venv (hash-locked) and nothing else

.venv/.installed: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

run: install ## start the portal, a worker and the provider sandbox, with demo data
	@$(BIN)/python -m nxportal.demo_env $(PORT) $(SANDBOX_PORT)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(BIN)/python manage.py seed_demo > /dev/null
	@trap : INT TERM; $(BIN)/python -m nxportal.announce $(PORT) & \
	$(BIN)/honcho start; $(BIN)/python -m nxportal.embedded_postgres

test: install lint ## check style and types, then run every test (browser tests where Chromium is)
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

# What test-fast runs: no processes, no browser, no whole pages. Left out are the files that take a minute of themselves:
# numbers of all regions, workbooks read in processes of their own, generated texts.
FAST := telephony sheets sandbox conformance dialer/support dialer/models dialer/ledger dialer/inbox \
	campaigns/planning test_architecture.py test_documents.py test_project.py test_roles.py
NOT_FAST := telephony/numbers/test_whose_number.py telephony/numbers/bulk/test_identical.py \
	telephony/numbers/test_phone_identity.py sheets/test_workbook_pages.py sheets/test_markup.py \
	sheets/test_text_properties.py sheets/test_workbooks.py

test-fast: install lint ## style, types, templates, pure and domain tests (another branch's database: ARGS=--create-db)
	$(BIN)/python manage.py check_templates
	$(BIN)/python -m pytest -n auto --dist loadfile --reuse-db $(FAST:%=tests/%) $(NOT_FAST:%=--ignore=tests/%) $(ARGS)

docs: install ## write docs/commands.md and docs/permissions.md from the code
	$(BIN)/python manage.py write_documents

lint: install ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install ## print the benchmarks (SIZE=full for the full sizes)
	$(BIN)/python -m tests.bench $(SIZE)

chaos: install ## a campaign while workers are killed and PostgreSQL restarts (SIZE=small for 2,000 numbers)
	$(BIN)/python -m tests.chaos $(SIZE)

soak: install ## agents signed in for five minutes while answers are lost and a worker is killed (SIZE=small for 30 s)
	$(BIN)/python -m tests.soak $(SIZE)

lock: install ## lock the dependencies of requirements*.in again, with hashes
	$(BIN)/uv pip compile --quiet --no-header --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --no-header --generate-hashes --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean: ## remove .venv and the demo's data
	rm -rf .venv var
