package stack_test

import (
	"slices"
	"strings"
	"testing"

	"slipway/infra/stack"
)

func TestEveryFunctionHasALine(t *testing.T) {
	var lines, handlers []string
	for _, f := range stack.Functions() {
		lines = append(lines, f.Name)
		if strings.ToLower(f.ID) != f.Name {
			t.Errorf("function %s has the id %s, want the same letters", f.Name, f.ID)
		}
	}
	for _, f := range load(t).of(t, "AWS::Lambda::Function") {
		handlers = append(handlers, f.at("Handler").(string))
	}
	slices.Sort(handlers)
	if !slices.Equal(lines, handlers) {
		t.Errorf("functions.go lists %v, the template has %v", lines, handlers)
	}
}

func TestEveryFunctionHasItsOwnRoleAndLogAndIsTraced(t *testing.T) {
	d := load(t)
	owners := map[string]string{}
	for id, f := range d.of(t, "AWS::Lambda::Function") {
		role, log := target(f.at("Role")), target(f.at("LoggingConfig", "LogGroup"))
		for _, owned := range []string{role, log} {
			if owners[owned] != "" {
				t.Errorf("%s and %s share %s", owners[owned], id, owned)
			}
			owners[owned] = id
		}
		if d.Resources[role].Type != "AWS::IAM::Role" {
			t.Errorf("%s has no role of the stack", id)
		}
		if d.Resources[log].at("RetentionInDays") != 90.0 {
			t.Errorf("%s logs to %q, want a log group that keeps its lines for 90 days", id, log)
		}
		if f.at("TracingConfig", "Mode") != "Active" {
			t.Errorf("%s is not traced", id)
		}
	}
}

func TestEveryFunctionRunsTheOneBinaryOnArm(t *testing.T) {
	for id, f := range load(t).of(t, "AWS::Lambda::Function") {
		if f.at("Runtime") != "provided.al2023" || f.at("Architectures", 0) != "arm64" ||
			target(f.at("Code", "S3Bucket")) != "CodeBucket" || target(f.at("Code", "S3Key")) != "CodeKey" {
			t.Errorf("%s runs %v on %v from %v", id, f.at("Runtime"), f.at("Architectures"), f.at("Code"))
		}
		for _, name := range []string{"TABLE", "BUS", "PACKAGES_BUCKET", "WORK_BUCKET", "PLATFORM", "ACCOUNT", "PARTITION"} {
			if f.at("Environment", "Variables", name) == nil {
				t.Errorf("%s has no variable %s", id, name)
			}
		}
	}
}

func TestEveryFunctionThatEventsInvokeHasAPlaceForFailures(t *testing.T) {
	d := load(t)
	kept := map[string]bool{} // function → its failed events are kept
	for id, c := range d.of(t, "AWS::Lambda::EventInvokeConfig") {
		queue := target(c.at("DestinationConfig", "OnFailure", "Destination"))
		if d.Resources[queue].Type != "AWS::SQS::Queue" {
			t.Errorf("%s sends failures to %q, want a queue", id, queue)
		}
		kept[target(c.at("FunctionName"))] = true
	}
	for id, rule := range d.rulesTo(t, "AWS::Lambda::Function") {
		if function := target(rule.at("Targets", 0, "Arn")); !kept[function] {
			t.Errorf("rule %s invokes %s, which loses what it fails on", id, function)
		}
	}
	for id, source := range d.of(t, "AWS::Lambda::EventSourceMapping") {
		if d.Resources[target(source.at("DestinationConfig", "OnFailure", "Destination"))].Type != "AWS::SQS::Queue" {
			t.Errorf("%s loses the records that fail", id)
		}
	}
}

func TestFunctionURLsTakeSignedRequestsOnly(t *testing.T) {
	for id, url := range load(t).of(t, "AWS::Lambda::Url") {
		if url.at("AuthType") != "AWS_IAM" {
			t.Errorf("%s has the authorization %v", id, url.at("AuthType"))
		}
	}
}
