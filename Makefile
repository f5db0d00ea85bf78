# One command each. `make up` and `make demo` need Rust and Python 3.11 and nothing else; `make test` holds
# the pages against a browser, for which it needs Node and, unless there is one, Debian's Chromium.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
TOOLS := $(VENV)/.installed
CARGO_TOOLS := $(VENV)/bin/cargo-deny
PAGE_TOOLS := tests/e2e/node_modules/.installed
PEERS := tests/bench/peers
DENY_VERSION := 0.20.2
MACHETE_VERSION := 0.9.2
MUTANTS_TOOL := $(VENV)/bin/cargo-mutants
MUTANTS_VERSION := 27.1.0

# cargo-lambda builds for an explicit target; the tests do the same, so that nothing is compiled twice.
HOST := $(shell rustc -vV | sed -n 's/^host: //p')
export CARGO_BUILD_TARGET ?= $(HOST)

# The template has loops (`Fn::ForEach`), which SAM reads when it is told to.
export SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS := 1

.PHONY: help demo test test-fast soak fuzz mutants replay check openapi up down deploy bench advisories pictures browser
help:
	@sed -n 's/^\([a-z-]*\):.*## /make \1  /p' Makefile

up: $(TOOLS) ## the whole system on this machine, in the background
	@$(VENV)/bin/python local/up.py

demo: $(TOOLS) ## one claim's life, from the partner's request to the partner's data
	@$(VENV)/bin/python local/demo.py

down: $(TOOLS) ## stops what `make up` started
	@$(VENV)/bin/python local/down.py

.PHONY: install
install: ## the program cpor: the API on the command line, bundles checked and deadlines drawn without a server
	cargo install --path tools/cpor --locked

.PHONY: invoke
invoke: $(TOOLS) ## one function with a sample event, on the stack of `make up`: make invoke FUNCTION=claims EVENT=submit
	@$(VENV)/bin/python local/invoke.py "$(FUNCTION)" "$(EVENT)"

# The tests with a database in their process use the processors, the end-to-end tests mostly wait: they run
# beside each other, once everything is built. What the second ones print comes last. Properties draw the same inputs
# each time, so that a test that is red was made so by the change; `make soak` draws new ones.
test: export PROPTEST_RNG_SEED ?= 2026
E2E_LOG := .local/e2e.log
test: $(TOOLS) $(PAGE_TOOLS) browser ## everything: unit, property, embedded engine, end to end on a stack of its own
	cargo test --workspace --locked --no-run
	@mkdir -p $(dir $(E2E_LOG))
	@$(VENV)/bin/python -m pytest tests/e2e > $(E2E_LOG) 2>&1 & e2e=$$!; \
	  nice cargo test --workspace --locked || failed=1; \
	  wait $$e2e || failed=1; cat $(E2E_LOG); exit $${failed:-0}

# Without the simulation, the crashes at every call, the model and the runnable examples: those are for `make test`.
SLOW := simulation:: mail_scanners:: contract::no_answer
test-fast: ## the loop while writing: rules, units, and the functions on the embedded engine
	cargo test --quiet --locked --lib --tests -p domain -p language -p web -p notice -p store -p app -p runtime -p integration \
	  -- $(SLOW:%=--skip %)

SEEDS ?= 10000
CASES ?= 1000
soak: ## the simulation for many more seeds and the properties with new inputs, optimized: make soak [SEEDS=10000] [CASES=1000]
	SEEDS=$(SEEDS) PROPTEST_CASES=$(CASES) REQUESTS=10000 CHANGES=3000 cargo test --release --locked -p integration --test integration -- \
	  simulation::scheduler simulation::invariants mail_scanners:: closing::the_closing contract::no_answer bundle::bytes --nocapture

INPUTS ?= 1000000
TARGET ?=
fuzz: ## every parser of outside text under a million inputs each, optimized: make fuzz [INPUTS=1000000] [TARGET=name]
	INPUTS=$(INPUTS) cargo test --profile fuzz --locked -p domain -p notice --test fuzz -- --nocapture $(TARGET)
	INPUTS=$(INPUTS) cargo test --profile fuzz --locked --workspace --lib -- --nocapture fuzz::$(TARGET)

SIMULATION := simulation::scheduler::no_seed_loses_a_no_closes_early_forgets_a_timer_or_leaves_a_version_untold
replay: ## one seed of the simulation again: make replay SEED=n
	SEED=$${SEED:?which one} cargo test --locked -p integration --test integration -- --exact $(SIMULATION) --nocapture

# Each change is compiled anew, which takes about half a minute on two quiet processors.
RULES ?= decide.rs evolve.rs eligibility.rs transition.rs commands.rs event/forms.rs decision.rs decision/*.rs commands/*.rs states/*.rs
mutants: $(MUTANTS_TOOL) ## changes the rules in one place at a time, to see that a test fails: make mutants [RULES=commands/undo.rs]
	@mkdir -p .local
	PROPTEST_CASES=24 $(MUTANTS_TOOL) mutants --package domain --cap-lints=true --timeout 300 --output .local \
	  $(foreach file,$(RULES),--file 'shared/domain/src/$(file)') -- --locked --lib --test rules

# The generator is a Java program out of the registry of Python.
GENERATOR := $(VENV)/bin/openapi-generator-cli
.PHONY: clients-all
clients-all: $(TOOLS) $(PAGE_TOOLS) $(GENERATOR) ## clients in TypeScript, Python, Go and Rust out of the contract, each with a claim's life (needs Java and Go)
	$(VENV)/bin/python -m pytest tests/e2e/e2e_clients.py tests/e2e/all_clients.py

$(GENERATOR): tests/e2e/clients/requirements.txt | $(TOOLS)
	@command -v java >/dev/null && command -v go >/dev/null || { echo "Java 11 and Go 1.19 or newer are needed: apt-get install default-jre-headless golang-go"; exit 1; }
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/e2e/clients/requirements.txt
	@touch $@

pictures: $(TOOLS) $(PAGE_TOOLS) browser ## the pictures of the README, from the pages as they are
	CPOR_PICTURES=1 $(VENV)/bin/python -m pytest tests/e2e/e2e_browser.py -k picture

check: $(TOOLS) $(CARGO_TOOLS) ## format, lints, documentation, contract, licences, unused dependencies, template, known vulnerabilities
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	@$(BUILD_OPENAPI)
	$(OPENAPI) | diff $(CONTRACT) - || { echo "The contract has changed: run make openapi"; exit 1; }
	$(VENV)/bin/cargo-deny --locked check bans licenses sources
	$(VENV)/bin/cargo-machete --skip-target-dir
	$(VENV)/bin/cfn-lint template.yaml
	SAM_CLI_TELEMETRY=0 $(VENV)/bin/sam validate --lint --template-file template.yaml --region eu-central-1
	@$(MAKE) --no-print-directory advisories ADVISORIES_S=10

CONTRACT := docs/openapi.json
# With the features of the whole workspace, so that the tests find what this has compiled.
BUILD_OPENAPI := cargo build --workspace --locked --example openapi
OPENAPI := $(or $(CARGO_TARGET_DIR),target)/$(CARGO_BUILD_TARGET)/debug/examples/openapi
openapi: ## writes the contract, docs/openapi.json, from the code
	@$(BUILD_OPENAPI)
	$(OPENAPI) > $(CONTRACT)

STACK ?= cpor
.PHONY: people
people: $(TOOLS) ## who may sign in: make people STACK=cpor DO="add petra --email petra@alpine.example --role partner_admin --party p-alpine"
	@$(VENV)/bin/python tools/people.py --stack '$(STACK)' $${DO:-list}

QUEUE ?=
.PHONY: redrive
redrive: $(TOOLS) ## what waits in a dead-letter queue goes to its reader again: make redrive STACK=cpor QUEUE=DeliveryDeadLetters [MOST=1]
	@$(VENV)/bin/python tools/redrive.py --stack '$(STACK)' --queue '$(QUEUE)' $(if $(MOST),--most '$(MOST)')

.PHONY: smoke
smoke: $(TOOLS) ## whether a deployed stack is as it should be, one line for each thing: make smoke STACK=cpor
	@$(VENV)/bin/python tools/smoke.py --stack '$(STACK)'

WAIT ?= 120
.PHONY: rotate-links
rotate-links: $(TOOLS) ## a new key for links, or with CURSORS=1 for cursors; old ones stay: make rotate-links STACK=cpor [WAIT=120]
	@$(VENV)/bin/python tools/rotate_links.py --stack '$(STACK)' --wait '$(WAIT)' $(if $(CURSORS),--cursors) $(if $(NEW_PROCESSES),--new-processes)

.PHONY: restore-claim
restore-claim: $(TOOLS) ## one claim as a restored table has it: make restore-claim STACK=cpor FROM=cpor-restored CLAIM=... [LOSE_LATER=1]
	@$(VENV)/bin/python tools/restore_claim.py --stack '$(STACK)' --source '$(FROM)' --claim '$(CLAIM)' $(if $(LOSE_LATER),--lose-later)

LIST ?= erased.txt
.PHONY: erase-again
erase-again: ## erases again after a restore: TOKEN=... make erase-again API=https://... LIST=erased.txt
	@$(PYTHON) tools/erase_again.py "$${API:?the address of the API}" "$(LIST)"

# What cannot be asked is said last; what is found fails.
ADVISORIES_S ?= 120
advisories: $(CARGO_TOOLS) ## known vulnerabilities; says so when their database cannot be reached
	@if timeout $(ADVISORIES_S) $(VENV)/bin/cargo-deny --locked fetch db >/dev/null 2>&1; \
	  then $(VENV)/bin/cargo-deny --locked check --disable-fetch advisories; \
	  else echo "SKIPPED: the database of advisories could not be reached within $(ADVISORIES_S) s"; fi

# The benchmarks need a quiet machine and some minutes; what they find, they put into docs/performance.md.
BENCH := target/$(HOST)/release/bench
.PHONY: benchmark
benchmark:
	cargo build --release --locked --workspace --bins --examples

bench: peers benchmark ## start, first and warm request, memory and size of every function, beside two of the jobs in Python
	$(BENCH) pace

bench-scale: benchmark ## a million windows that end in one quarter of an hour, and what one close costs
	$(BENCH) scale

bench-load: benchmark ## a minute of mixed requests, a third of it with a table that refuses every other call
	$(BENCH) load

.PHONY: bench-import
bench-import: $(TOOLS) ## 2,000 claims from a file on a local stack of its own, interrupted in the middle
	$(VENV)/bin/python -m pytest -s tests/e2e/bench_import.py

# For AWS: make deploy STACK=cpor SENDER=notices@example.com CONTACT=help@example.com NAME="Example Ltd." \
#   DOMAIN=claims.example.com CERTIFICATE=arn:aws:acm:... [COLOR=#14507d] [LOGO=logo.png] [ARCH=x86_64] [ARGS="--guided"]
FUNCTIONS := $(notdir $(wildcard functions/*))
ARCH ?= arm64
COLOR ?= \#14507d
LOGO ?=
ARGS ?=
# The functions that write mails and pages find the logo beside their binaries.
BRANDED := decision overview notify
deploy: $(TOOLS) ## builds for Lambda, deploys to the AWS account of the environment, and protects what is no sandbox
	@: $${SENDER:?the address that notices come from} $${CONTACT:?the address that notices give for questions} $${NAME:?the company that notices come from}
	cargo run --quiet --locked -p notice --example check_brand -- '$(COLOR)' '$(LOGO)'
	unset CARGO_BUILD_TARGET; PATH="$(CURDIR)/$(VENV)/bin:$$PATH" cargo lambda build --release $(FUNCTIONS:%=--package %) $(if $(filter arm64,$(ARCH)),--arm64,--x86-64)
	@rm -f $(BRANDED:%=target/lambda/%/logo)
	@$(if $(LOGO),for function in $(BRANDED); do cp '$(LOGO)' target/lambda/$$function/logo; done)
	@$(VENV)/bin/python tools/deploy_stack.py --stack '$(STACK)' --parameter Architecture=$(ARCH) --parameter "SenderAddress=$$SENDER" \
	  --parameter "OperatorContact=$$CONTACT" --parameter "OperatorName=$$NAME" --parameter BrandColor='$(COLOR)' \
	  $(if $(DOMAIN),--parameter DomainName='$(DOMAIN)' --parameter CertificateArn='$(CERTIFICATE)') \
	  --parameters '$(PARAMETERS)' -- $(ARGS)

.PHONY: undeploy
undeploy: $(TOOLS) ## deletes a sandbox with all its data, and asks for its name first: make undeploy STACK=cpor-test
	@$(VENV)/bin/python tools/undeploy.py --stack '$(STACK)' $(if $(YES),--yes '$(YES)')

$(TOOLS): local/requirements.txt
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r local/requirements.txt
	@touch $@

$(PAGE_TOOLS): tests/e2e/package-lock.json
	@npm ci --silent --prefix tests/e2e
	@touch $@

# Only the pins are written by hand: each requirements.txt has what requirements.in pins, with the hash of every file of
# the release, so that it installs on any machine and nowhere anything else.
PINNED := local shared/domain/data $(PEERS)/python tests/e2e/clients tools/hashes
.PHONY: hashes
hashes: $(TOOLS) ## writes each requirements.txt out of its requirements.in, with the hashes of the package index
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tools/hashes/requirements.txt
	@for folder in $(PINNED); do (cd $$folder && $(CURDIR)/$(VENV)/bin/uv pip compile --quiet --no-deps --generate-hashes --no-annotate \
	  --python-version 3.11 --custom-compile-command "make hashes" --output-file requirements.txt requirements.in); done

# The packages have an environment of their own: no version of theirs binds the tools.
CALENDARS := shared/domain/data
.PHONY: calendars
calendars: $(CALENDARS)/.venv/.installed ## writes the calendar data out of its pinned sources; the same versions give the same bytes
	@$(CALENDARS)/.venv/bin/python $(CALENDARS)/generate.py

$(CALENDARS)/.venv/.installed: $(CALENDARS)/requirements.txt
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Two of the jobs in Python, as they would be deployed.
.PHONY: peers
peers: $(PEERS)/python/site/.installed

$(PEERS)/python/site/.installed: $(PEERS)/python/requirements.txt
	@rm -rf $(@D)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $(@D) -r $<
	@touch $@

# Any Chromium will do; CHROMIUM names one that is elsewhere.
browser:
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] || AS_ROOT=sudo; $${AS_ROOT:-} apt-get update -qq; \
	    $${AS_ROOT:-} apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }

# In debug mode: minutes faster to compile, and fast enough for what they do here.
$(CARGO_TOOLS): Makefile | $(TOOLS)
	unset CARGO_BUILD_TARGET; CARGO_TARGET_DIR=target/tools cargo install --quiet --debug --locked --root $(VENV) \
	  cargo-deny@$(DENY_VERSION) cargo-machete@$(MACHETE_VERSION)
	@touch $@

$(MUTANTS_TOOL): Makefile | $(TOOLS)
	unset CARGO_BUILD_TARGET; CARGO_TARGET_DIR=target/tools cargo install --quiet --debug --locked --root $(VENV) \
	  cargo-mutants@$(MUTANTS_VERSION)
	@touch $@
