# Each verb is one line that a person could type.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# A thousand tests at once would all wait for one another; a few keep two cores as busy.
WIDTH = $(if $(shell swift test --help-hidden | grep -e '--experimental-maximum-parallelization-width'),--experimental-maximum-parallelization-width 8)
SOURCES := $(wildcard Sources Tests Fuzz Examples Snippets Package.swift)

.DEFAULT_GOAL := help
.PHONY: help demo serve build test format lint check fuzz bench attack model browser foreign screenshots docs

help:    ## This list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 13
demo:    ## A token's life and a person's sign-in, step by step (installs what is missing; KEEP=1 stays)
	@KEEP=$(KEEP) scripts/demo
serve:   ## A server for development on https://localhost:8443, data in ./out/serve
	@scripts/serve
build:   ## Compile everything
	SWIFT_DETERMINISTIC_HASHING=1 swift build $(SWIFT_FLAGS)
test:    ## All tests of the packages
	@scripts/python-environment smtp aiosmtpd==1.4.6 >/dev/null || echo "make: the tests of mail will be skipped"
	@scripts/test $(WIDTH)
format:  ## Rewrite the sources in the one format
	swift format format --in-place --recursive $(SOURCES)
lint:    ## Refuse sources in another format
	swift format lint --strict --recursive $(SOURCES)
check:   ## The cheap rules: format, floors, ambient time and randomness, access, requirements, snippets
	@scripts/check
fuzz:    ## Every parser against random input (SECONDS=60 for each target)
	scripts/fuzz $(or $(SECONDS),60)
bench:   ## Cost of the hot paths, as ratios within one run (release build)
	@scripts/bench
attack:  ## The attack cases against a running server
	@scripts/attack
model:   ## The rotation of refresh tokens, every state of it, and bugs that must be caught (spin)
	@scripts/model
browser: ## The pages, driven by Debian's Chromium, with a real mail server
	@scripts/browser
foreign: ## Authlib, Apache and readers of metadata against a server of ours
	@scripts/foreign-clients
screenshots: ## Pictures of the pages, phone and desktop, light and dark, in out/screenshots
	@scripts/browser --screenshots
docs:    ## Regenerate what is generated from the code
	@scripts/docs
