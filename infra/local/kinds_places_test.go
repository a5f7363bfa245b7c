package local_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/infra/local"
	"slipway/infra/template"
)

// devIs returns the template of an installation whose environment dev has another place:
// members of the platform file, as JSON.
func devIs(t *testing.T, place string) []byte {
	t.Helper()
	place = strings.ReplaceAll(place, `"`, `\"`)
	changed := template.JSON
	for old, replacement := range map[string]string{
		`{\"name\":\"dev\"}`: `{\"name\":\"dev\",` + place + `}`,
		`"Resources": {`:     `"Resources": { "DeployDev": { "Type": "AWS::IAM::Role", "Properties": { "RoleName": "deploy-dev", "AssumeRolePolicyDocument": {} } },`,
	} {
		if !bytes.Contains(changed, []byte(old)) {
			t.Fatalf("the template has no %s", old)
		}
		changed = bytes.ReplaceAll(changed, []byte(old), []byte(replacement))
	}
	return changed
}

func TestAStepActsInTheDeployRoleOfItsEnvironment(t *testing.T) {
	var callers []string
	faults := &local.Rehearsal{Call: func(function string, next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if function == "runstep" && strings.Contains(r.Header.Get("Authorization"), "/monitoring/") {
				_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
				callers = append(callers, strings.SplitN(credential, "/", 2)[0])
			}
			return next.RoundTrip(r)
		})
	}}
	w := newOps(newWorldOf(t, devIs(t, `"role":"deploy-dev"`), 1, faults), runbook("try", []string{lookStep}))
	r := w.try(time.Minute)
	w.check()
	w.wantsOutputs(r, map[string]string{"alarms": apiErrors})
	if want := []string{"ASIA:deploy-dev:" + r.ID}; !slices.Equal(callers, want) {
		t.Errorf("CloudWatch is called by %q, want %q", callers, want)
	}
}

func TestARoleThatIsNotThereFailsTheStep(t *testing.T) {
	w := newOps(newWorldOf(t, devIs(t, `"role":"no-such-role"`), 1, nil), runbook("try", []string{lookStep}))
	r := w.try(time.Minute)
	w.check()
	w.wantsFailure(r, "StepRefused: step look: RoleRefused: the deploy role arn:aws:iam::000000000000:role/no-such-role of environment dev is not there")
}

// A systemsManager answers in AWS's place: every execution of a runbook succeeds at once.
func systemsManager(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const id = "11111111-2222-3333-4444-555555555555"
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		switch operation(r) {
		case "StartAutomationExecution":
			var in struct{ Parameters map[string][]string }
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !slices.Equal(in.Parameters["InstanceId"], []string{"i-1", "i-dev"}) {
				t.Errorf("start with %v, %v", in.Parameters, err)
			}
			fmt.Fprintf(w, `{"AutomationExecutionId":%q}`, id)
		case "GetAutomationExecution":
			fmt.Fprintf(w, `{"AutomationExecution":{"AutomationExecutionId":%q,"AutomationExecutionStatus":"Success","Outputs":{"Stop.State":["stopped"]}}}`, id)
		default:
			t.Errorf("%s is asked for", operation(r))
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestAKindThatOneMachineCannotDoIsDoneAtAnEndpoint(t *testing.T) {
	w := newOps(newWorldOf(t, devIs(t, `"endpoint":"`+systemsManager(t).URL+`"`), 1, nil),
		runbook("try", []string{`{ name: act, uses: automation, with: { document: AWS-StopEC2Instance, parameters: { InstanceId: [i-1, "i-{environment}"] } } }`}))
	r := w.try(time.Minute)
	w.check()
	w.wantsOutputs(r, map[string]string{"execution": "11111111-2222-3333-4444-555555555555", "Stop-State": "stopped"})
}
