# Everything from a fresh clone: each target makes what it needs, and nothing that is still valid is made again.
# Needs Python 3.10-3.12, JDK 17 and Maven; `make help` lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-java test-python check style format joins bench venv jars jars-checksums lock wheel clean \
  prerequisites spotless

PYTHON := .venv/bin/python
DEPENDENCIES := .venv/.dependencies
PACKAGE := .venv/.package
CONNECTORS := jars/connectors/target/.built
CONNECTORS_TESTED := jars/connectors/target/.tested
MAVEN := mvn -q -B -Dstyle.color=never
UV := uv==0.13.9
# Each has a Kafka, a Cassandra and a JVM of its own, about 3 GB; what two do on two cores leaves a third of them idle.
TEST_PROCESSES := 3

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-16s %s\n", $$1, $$2}'

demo: venv jars ## Start Kafka and Cassandra, feed real data, run, query, and verify against a recount
	.venv/bin/tally demo

# Half of the time is waiting, for Maven, for servers, for event time: so what needs nothing of each other runs at once.
test: venv ## Set-up, all checks, all tests
	@$(MAKE) --no-print-directory --jobs=2 style jars
	@$(MAKE) --no-print-directory --jobs=2 test-java test-python

test-python: jars ## The tests in tests/
	$(PYTHON) -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

test-java: spotless $(CONNECTORS_TESTED) ## Style and tests of the connectors in jars/

check: style spotless ## Style and types, of Python and Java

style: venv ## Style and types, of Python
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

format: venv ## Bring Python and Java into the style that check wants
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format
	$(MAVEN) -f jars/connectors spotless:apply

joins: venv jars ## Joins of SEEDS random updating streams (10), against DuckDB, bounded and live
	SEEDS=$${SEEDS:-10} $(PYTHON) -m pytest --numprocesses 0 tests/e2e/test_joins.py

bench: venv jars ## Measure, and print the figures
	$(PYTHON) -m benchmarks

venv: $(PACKAGE) ## The virtual environment in .venv, with the package and its locked dependencies

jars: venv $(CONNECTORS) ## Third-party jars as pinned, and tally's connectors built
	@.venv/bin/tally jars
	@.venv/bin/tally archives

jars-checksums: venv ## Write jars/checksums.sha256 anew, after a change of jars/pom.xml
	.venv/bin/tally jars --pin

lock: venv ## Write requirements.lock anew, after a change of pyproject.toml
	$(PYTHON) -m venv .venv/uv && .venv/uv/bin/pip install -q $(UV)
	.venv/uv/bin/uv pip compile --quiet --universal --python-version 3.10 --no-annotate \
	  --extra demo --extra dev --custom-compile-command "make lock" pyproject.toml -o requirements.lock

wheel: jars ## dist/tally-*.whl, for projects elsewhere
	$(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## Remove all that make made; .tally with your data stays
	rm -rf .venv jars/lib jars/connectors/target dist build .pytest_cache .mypy_cache .ruff_cache

prerequisites:
	@scripts/check-prerequisites.sh

spotless: | prerequisites
	$(MAVEN) -f jars/connectors spotless:check

.venv/bin/python: | prerequisites
	@python=$$(scripts/find-python.sh) && echo "making .venv with $$python" && "$$python" -m venv --clear .venv

$(DEPENDENCIES): requirements.lock | .venv/bin/python
	$(PYTHON) -m pip install --quiet --use-pep517 -r requirements.lock
	@touch $@

# The version and the dependencies stand in pyproject.toml; the code itself is read where it is.
$(PACKAGE): pyproject.toml hatch_build.py $(DEPENDENCIES)
	$(PYTHON) -m pip install --quiet --no-deps -e .
	@touch $@

$(CONNECTORS): jars/connectors/pom.xml $(shell find jars/connectors/src -type f) | $(PACKAGE)
	.venv/bin/tally jars
	$(MAVEN) -f jars/connectors package -DskipTests
	@touch $@

# The tests start the Cassandra of the third-party jars. What libraries log meanwhile is shown only beside a failure.
$(CONNECTORS_TESTED): $(CONNECTORS)
	$(MAVEN) -f jars/connectors surefire:test -Dcassandra.jars=$(CURDIR)/jars/lib/cassandra > $(@D)/tests.log 2>&1 \
	  || { cat $(@D)/tests.log; exit 1; }
	@touch $@
