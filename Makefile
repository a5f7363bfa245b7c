# Everything that people and CI run. `make run` and `make test` are the two to begin with.

export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 20

GO      ?= go
TOOLS   := node_modules/.package-lock.json
LINTER  := honnef.co/go/tools/cmd/staticcheck@v0.7.0

.PHONY: run test lint golden synth deploy bench conformance integration clients

## run: set up and run the demonstration on this machine, without an AWS account
run:
	$(GO) run ./scripts/demo

## test: set up and pass all tests
test:
	$(GO) test ./...

## lint: formatting, vet and static analysis
lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not formatted: $$unformatted" >&2; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags clients,conformance,integration ./...
	$(GO) run $(LINTER) ./...
	$(GO) run $(LINTER) -tags clients,conformance,integration ./...

## golden: renew every golden file
golden:
	$(GO) run ./infra -golden
	$(GO) test $$(git grep -l 'flag.Bool("update"' -- '*_test.go' | xargs -n 1 dirname | sort -u | sed 's|^|./|') -update

## synth: synthesize the stack, with AWS's validation and cdk-nag, and validate the state machines
synth: $(TOOLS)
	$(GO) run ./infra
	node scripts/validate-workflows.mjs infra/workflows

## deploy: deploy the stack to the AWS account of the environment; CODE_BUCKET holds the functions' code
deploy: $(TOOLS)
	scripts/deploy "$(CODE_BUCKET)"

## bench: print speed, memory and cost
bench:
	$(GO) test ./... -run '^$$' -bench . -benchmem

## conformance: compare the local engines with reference implementations (needs Java 17, Maven, Python 3 and curl)
conformance:
	scripts/conformance/run

## integration: hold the adapters and step kinds against moto, an emulator of AWS (needs Python 3 and curl)
integration:
	scripts/integration/run

## clients: drive local mode with the real aws and skopeo, as the documentation tells
clients:
	scripts/clients/run

$(TOOLS): package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@
