# Everything here needs Go, git and make only, but for what says that it needs more.
SHELL := /bin/bash
GO    ?= go
BIN   := bin/conformance
OUT   ?= reports/latest
FUZZTIME ?= 5s

# What runs in several goroutines is tested with the race detector, which needs a C compiler and five times as long.
CONCURRENT := ./internal/runner ./internal/httpclient ./internal/inbox ./internal/mailcatcher ./internal/reference ./internal/redact ./internal/app
RACE       := $(if $(shell command -v $$($(GO) env CC) 2>/dev/null),-race)
empty      :=
space      := $(empty) $(empty)

# What is given empty reaches the tool, which says so: nobody means the embedded reference by URL=.
given = $(if $(filter undefined,$(origin $(1))),,--$(2) '$($(1))')
flags = $(call given,URL,url) $(call given,CONFIG,config) $(call given,INBOX,inbox) \
        $(call given,PROFILE,profile) $(call given,ONLY,only) --out '$(OUT)'

.DEFAULT_GOAL := help
.PHONY: help build conformance test test-kubernetes lint bin/prove prove evidence mutants bench crowd cross pages release-snapshot reproducible golden sample picture fuzz contract vuln clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  make conformance takes URL= CONFIG= INBOX= PROFILE= ONLY= OUT="

# The go command records commit and version where this folder is a git checkout, whatever GOFLAGS says.
stamp = -buildvcs=$(shell prefix=$$(git rev-parse --show-prefix 2>/dev/null) && [ -z "$$prefix" ] && echo true || echo false)

build: ## build bin/conformance
	@[ -e $(BIN) ] || echo "building $(BIN); the first time, Go fetches and compiles some 400 packages, which takes minutes"
	@CGO_ENABLED=0 $(GO) build $(stamp) -trimpath -o $(BIN) ./cmd/conformance

conformance: build ## judge URL=… or CONFIG=…; without them the embedded reference deployment
	@$(BIN) run $(flags)

test: lint cross ## run everything that CI runs
	$(if $(RACE),,@echo "no C compiler is here: the race detector is left out")
	$(GO) test $(RACE) -count=1 -timeout 30m $(CONCURRENT)
	$(GO) test -count=1 -timeout 30m $$($(GO) list ./... | grep -vE '/($(subst $(space),|,$(notdir $(CONCURRENT))))$$')
	cd tools/image && $(GO) test -count=1 ./...
	cd tools/kubernetes && $(GO) test -count=1 ./...

test-kubernetes: ## judge 40 deployments on a Kubernetes node of its own (Linux, root; 20 minutes the first time)
	tools/kubernetes/check
	cd tools/kubernetes && $(GO) test -count=1 -run TestServer ./...

lint: ## go vet, staticcheck, gofmt and go mod tidy
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

bin/prove: build
	@CGO_ENABLED=0 $(GO) build $(stamp) -trimpath -o $@ ./cmd/prove

prove: bin/prove ## judge every fault and every variant (PART=1/4: a quarter of them)
	@bin/prove --matrix reports/matrix.md $(if $(PART),--part '$(PART)') $(if $(FAULT),--only '$(FAULT)')

evidence: bin/prove ## store the evidence of faults and variants that lack it (FAULT=a,b: of those anew; ALL=1: of all)
	@$(if $(ALL),rm -rf suites/testdata/evidence)
	@bin/prove --evidence suites/testdata/evidence $(if $(FAULT),--only '$(FAULT)')

mutants: ## what the tests of the judge would not notice (FILE=answer: in files of that name)
	$(GO) run ./internal/mutants $(if $(FILE),-only '$(FILE)')

bench: build ## measure runs side by side: a Markdown table
	@GOGC=25 CONFORMANCE=$(CURDIR)/$(BIN) $(GO) test -run '^$$' -bench '$(or $(BENCH),.)' -benchtime $(or $(TIMES),5)x -timeout 30m ./internal/bench | $(GO) run ./internal/bench

crowd: ## 25 runs at once from 25 machines, four rounds each, of right and guilty deployments
	CROWD=$(or $(ROUNDS),4) $(GO) test ./internal/hostile -run TestCrowd -v -count 1 -timeout 60m

cross: ## build for Linux, macOS and Windows
	@for os in linux darwin windows; do echo "build for $$os"; GOOS=$$os CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/conformance || exit 1; done

pages: ## write man pages and completions to bin/pages
	@mkdir -p bin && rm -rf bin/pages
	@CGO_ENABLED=0 $(GO) build $(stamp) -trimpath -tags pages -o bin/write-pages ./cmd/conformance
	@bin/write-pages pages bin/pages
	@mkdir bin/pages/man.gz && for page in bin/pages/man/*; do gzip -9 -n < $$page > bin/pages/man.gz/$$(basename $$page).gz; done

# Built from their own go.mod, not from this module's: that of the tool stays small.
goreleaser = $(GO) run github.com/goreleaser/goreleaser/v2@v2.15.1

release-snapshot: ## make all that a release holds, in dist/; nothing is pushed
	@echo "the first time, Go fetches and compiles goreleaser and the tool for six platforms: some ten minutes"
	$(goreleaser) release --snapshot --clean --parallelism 1
	cd tools/image && $(GO) run . -o ../../dist/conformance_image.tar $(addprefix ../../,dist/conformance_linux_amd64_v1/conformance dist/conformance_linux_arm64_v8.0/conformance) | tee ../../dist/image.digest

reproducible: ## make a release twice, in two folders, each with an empty build cache, and compare (some 30 minutes)
	deploy/release/twice

golden: ## write the golden files anew
	$(GO) test ./internal/report/... ./cmd/... -update
	$(GO) test ./suites -run "TestStoredEvidence|TestChangedEvidence|TestUndeclared|TestLabels" -update

sample: ## write the reports in reports/sample anew
	$(GO) test ./cmd/conformance -count=1 -run TestSamples -sample

CHROMIUM ?= chromium
picture: ## draw the page in README anew, from reports/sample (needs Chromium)
	@$(CHROMIUM) --headless=new --no-sandbox --hide-scrollbars --force-device-scale-factor=1 --window-size=860,600 \
	  --screenshot=docs/page.png 'file://$(CURDIR)/reports/sample/failures/report.html' 2> /dev/null

fuzz: ## a short round of every fuzz target (FUZZTIME=5s, FUZZ=internal/redact: of one package)
	@grep -rlE '^func Fuzz' --include='*_test.go' $(or $(FUZZ),.) | while read -r file; do \
	  for target in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9]*).*/\1/p' $$file); do \
	    echo "$$target in $$(dirname $$file)"; \
	    $(GO) test ./$$(dirname $$file) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) || exit 1; \
	  done; \
	done

contract: ## try openapi.yaml with linters, client generators and Prism (needs npm)
	deploy/contract/check

vuln: ## look for known vulnerabilities (needs the Go vulnerability database)
	$(GO) run golang.org/x/vuln/cmd/govulncheck@latest ./...

clean: ## remove what was built and reported
	rm -rf bin reports/latest
