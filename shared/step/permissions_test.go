package step_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipway/shared/step"
)

// callersOf returns the patterns of the files with the calls of a kind.
func callersOf(kind string) []string {
	switch kind {
	case "lambda":
		return []string{"lambda*.go", "alarm*.go"}
	case "restore":
		return []string{"restor*.go", "backupplace.go"}
	case "s3-site":
		return []string{"s3site*.go"}
	}
	return []string{strings.ReplaceAll(kind, "-", "") + "*.go"}
}

// request is a request to AWS as the code writes it: the package of the service and the operation.
var request = regexp.MustCompile(`&([a-z0-9]+)\.([A-Za-z]+)Input\{`)

// requests returns the requests of a kind, such as "ecs:UpdateService", by the packages
// of the services.
func requests(t *testing.T, kind string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, pattern := range callersOf(kind) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files %s: %v", kind, pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range request.FindAllStringSubmatch(string(text), -1) {
				if !strings.HasSuffix(file, "_test.go") {
					found[match[1]] = append(found[match[1]], match[1]+":"+match[2])
				}
			}
		}
	}
	return found
}

// actionsOf returns the actions that IAM asks for where they are not named as the request
// is, per the Service Authorization Reference.
func actionsOf(request string) []string {
	switch request {
	case "sts:GetCallerIdentity": // allowed to everybody
		return nil
	case "lambda:Invoke":
		return []string{"lambda:InvokeFunction"}
	case "s3:HeadBucket":
		return []string{"s3:ListBucket"}
	case "s3:ListObjectVersions":
		return []string{"s3:ListBucketVersions"}
	case "s3:DeleteObjects":
		return []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}
	}
	if operation, ok := strings.CutPrefix(request, "sfn:"); ok {
		return []string{"states:" + operation}
	}
	return []string{request}
}

// further returns the actions of a kind that come of no request in its own files, with
// what they come of.
func further(kind string) map[string]string {
	pass := "a role is named in a request"
	switch kind {
	case "automation", "backup":
		return map[string]string{"iam:PassRole": pass}
	case "cleanup":
		return map[string]string{"s3:ListBucket": "package objects", "s3:DeleteObject": "package objects"}
	case "cloudformation":
		return map[string]string{"iam:PassRole": pass, "cloudformation:TagResource": "tags in CreateChangeSet",
			"cloudformation:DetectStackResourceDrift": "DetectStackDrift"}
	case "ecs":
		return map[string]string{"iam:PassRole": pass, "ecs:TagResource": "tags in RegisterTaskDefinition"}
	case "restore":
		return map[string]string{"iam:PassRole": pass, "s3:GetObject": "package objects"}
	}
	return nil
}

// TestTheDeployRoleMayDoWhatAKindCalls holds permissions and services of each kind against the
// requests in its files: none is missing, and none is too many.
func TestTheDeployRoleMayDoWhatAKindCalls(t *testing.T) {
	for _, kind := range step.Kinds() {
		privileged, ok := kind.(step.Privileged)
		if !ok || kind.Name() == "s3-site" { // all of whose calls are of package objects
			continue
		}
		allowed, needed := map[string]bool{}, map[string]bool{}
		for _, p := range privileged.Permissions() {
			for _, action := range p.Actions {
				allowed[action] = true
			}
		}
		for action := range further(kind.Name()) {
			needed[action] = true
		}
		services := []string{}
		for service, all := range requests(t, kind.Name()) {
			services = append(services, signingName(service))
			for _, request := range all {
				for _, action := range actionsOf(request) {
					needed[action] = true
				}
			}
		}
		if kind.Name() == "cleanup" {
			services = append(services, "s3")
		}
		if !maps.Equal(allowed, needed) {
			t.Errorf("%s: its permissions are %q, and it needs %q", kind.Name(), slices.Sorted(maps.Keys(allowed)), slices.Sorted(maps.Keys(needed)))
		}
		if slices.Sort(services); !slices.Equal(privileged.Services(), services) {
			t.Errorf("%s: its services are %q, and it calls %q", kind.Name(), privileged.Services(), services)
		}
	}
}

// signingName returns the name under which requests of the SDK's package are signed.
func signingName(service string) string {
	switch service {
	case "cloudwatch":
		return "monitoring"
	case "sfn":
		return "states"
	}
	return service
}
