# Understudy: everything a person or a CI job types. `make` alone tells what there is.
#
# `make run` needs cargo, a C compiler and nothing else. `make test` and `make bench` fetch the programs
# they drive (see scripts/install) where those are missing, and need no network where they are there.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

CARGO ?= cargo
# What `make run` runs, and with what: make run SCENARIO=scenarios/mine.toml ARGS=--ephemeral
SCENARIO ?= scenarios/five-products.toml
ARGS ?=
# `dev` is built in half the time and shares all of it with `make test`; what is slow is optimised there too.
PROFILE ?= dev
# Which tests: make test FILTER=lockout
FILTER ?=

CARGO_DENY := .tools/bin/cargo-deny
CARGO_DENY_VERSION := 0.20.2
CARGO_FUZZ := .tools/bin/cargo-fuzz
CARGO_FUZZ_VERSION := 0.13.2
# How long each fuzz target runs: make fuzz FUZZ_SECONDS=3600
FUZZ_SECONDS ?= 60

.PHONY: help run test ci bench golden setup fmt lint deny fuzz

help: ## tell what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the five products on this machine; Ctrl-C stops them
	$(CARGO) run --profile $(PROFILE) --locked --package understudy -- serve $(SCENARIO) $(ARGS)

test: ## prove it all, with real clients
	@scripts/install test
	$(CARGO) test --workspace --locked $(FILTER)

ci: fmt lint test ## what must pass before a change goes in

bench: ## measure it beside its peers: one table, and JSON
	@scripts/install bench
	$(CARGO) build --release --locked --package bench --package understudy
	UNDERSTUDY_BINARY=target/release/understudy target/release/bench $(ARGS)

golden: ## rewrite the golden files; the diff is the review
	@scripts/install test
	UPDATE_GOLDEN=1 $(CARGO) test --workspace --locked $(FILTER)
	@git status --short tests/golden || true

setup: ## install what the tests and the benchmark drive, now
	@scripts/install test
	@scripts/install bench

fmt: ## is the code laid out as rustfmt does it?
	$(CARGO) fmt --all -- --check

lint: ## does clippy agree?
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

# Not part of `ci`: building cargo-deny takes minutes, and the list of advisories
# comes from the network. Run it where a dependency changes.
deny: $(CARGO_DENY) ## check licences, sources and known faults of the dependencies
	$(CARGO_DENY) check --hide-inclusion-graph

$(CARGO_DENY):
	$(CARGO) install --locked --root .tools --version $(CARGO_DENY_VERSION) cargo-deny

# Not part of `ci`: `make test` feeds the same readers with some hundreds of inputs. The fuzzer's flags are for
# nightly compilers; RUSTC_BOOTSTRAP lets the stable one take them. There is no unsafe code, so no sanitizer either.
fuzz: $(CARGO_FUZZ) ## feed command line, policy and scenario readers with anything, a minute each
	@mkdir -p fuzz/target/corpus/{command_line,policy,scenario}
	@for policy in crates/product-*/product.toml; do cp "$$policy" "fuzz/target/corpus/policy/$$(basename "$$(dirname "$$policy")")"; done
	@cp scenarios/*.toml fuzz/target/corpus/scenario/
	@for target in command_line policy scenario; do \
		RUSTC_BOOTSTRAP=1 $(CARGO_FUZZ) run --sanitizer none "$$target" "fuzz/target/corpus/$$target" -- \
			-max_total_time=$(FUZZ_SECONDS) -max_len=65536; \
	done

$(CARGO_FUZZ):
	$(CARGO) install --locked --root .tools --version $(CARGO_FUZZ_VERSION) cargo-fuzz
