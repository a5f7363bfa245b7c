package stepfunctions_test

import (
	"encoding/base64"
	"testing"
	"time"
)

const waiting = `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",` +
	`"Arguments":{"FunctionName":"f","Payload":{"Token":"{% $states.context.Task.Token %}"}},` +
	`"TimeoutSeconds":100,"HeartbeatSeconds":10,"End":true}`

// waitingRig returns a rig whose execution waits for the token that is returned too.
func waitingRig(t *testing.T) (*rig, string) {
	t.Helper()
	r := newRig(t, map[string][]answer{"f": {{Return: []byte("null")}}})
	r.create(machine(waiting))
	r.start("{}")
	r.clock.RunUntil(start)
	tokens := r.tokens()
	if len(tokens) != 1 {
		t.Fatalf("%d tokens, want 1", len(tokens))
	}
	return r, tokens[0]
}

func success(token string) map[string]string {
	return map[string]string{"taskToken": token, "output": `"done"`}
}

func TestATokenCountsOnce(t *testing.T) {
	r, token := waitingRig(t)
	if code := r.post("SendTaskSuccess", success(token), nil); code != "" {
		t.Fatalf("first SendTaskSuccess: %s", code)
	}
	for operation, in := range map[string]map[string]string{
		"SendTaskSuccess": success(token), "SendTaskFailure": {"taskToken": token}, "SendTaskHeartbeat": {"taskToken": token},
	} {
		if code := r.post(operation, in, nil); code != "TaskTimedOut" {
			t.Errorf("%s of a used token: %q, want TaskTimedOut", operation, code)
		}
	}
	if got := r.ending(); got.Status != "SUCCEEDED" || got.Output != `"done"` {
		t.Errorf("ended %s", describe(got))
	}
}

func TestAHeartbeatMovesTheDeadlineOfTheNextOne(t *testing.T) {
	r, token := waitingRig(t)
	for range 5 {
		r.clock.RunUntil(r.clock.Now().Add(9 * time.Second))
		if code := r.post("SendTaskHeartbeat", map[string]string{"taskToken": token}, nil); code != "" {
			t.Fatalf("SendTaskHeartbeat at %v: %s", r.clock.Now(), code)
		}
	}
	r.clock.Run()
	if got := r.ending(); got.Seconds != 55 || got.Error != "States.Timeout" {
		t.Errorf("ended %s, want States.Timeout after 45+10s", describe(got))
	}
	if code := r.post("SendTaskSuccess", success(token), nil); code != "TaskTimedOut" {
		t.Errorf("SendTaskSuccess after the time-out: %q, want TaskTimedOut", code)
	}
}

func TestHeartbeatsDoNotOutliveTheTimeOut(t *testing.T) {
	r, token := waitingRig(t)
	for r.ending().Status == "RUNNING" {
		r.clock.RunUntil(r.clock.Now().Add(9 * time.Second))
		r.post("SendTaskHeartbeat", map[string]string{"taskToken": token}, nil)
	}
	if got := r.ending(); got.Seconds != 100 {
		t.Errorf("ended %s, want after 100s", describe(got))
	}
}

func TestWhatIsNoTokenIsInvalid(t *testing.T) {
	r, token := waitingRig(t)
	for _, token := range []string{"", "x", "!!", token + "A", base64.RawURLEncoding.EncodeToString([]byte("{}"))} {
		if code := r.post("SendTaskSuccess", success(token), nil); code != "InvalidToken" && code != "TaskTimedOut" {
			t.Errorf("SendTaskSuccess(%q): %q, want InvalidToken", token, code)
		}
	}
	if got := r.ending(); got.Status != "RUNNING" {
		t.Errorf("ended %s, want RUNNING", describe(got))
	}
}

func TestAWrongOutputIsRefused(t *testing.T) {
	r, token := waitingRig(t)
	if code := r.post("SendTaskSuccess", map[string]string{"taskToken": token, "output": "{"}, nil); code != "InvalidOutput" {
		t.Errorf("output {: %q, want InvalidOutput", code)
	}
	if code := r.post("SendTaskSuccess", map[string]string{"taskToken": token}, nil); code != "ValidationException" {
		t.Errorf("no output: %q, want ValidationException", code)
	}
}

func TestATokenOutlivesARestart(t *testing.T) {
	r, token := waitingRig(t)
	r.restart()
	r.clock.RunUntil(start.Add(5 * time.Second))
	if code := r.post("SendTaskSuccess", success(token), nil); code != "" {
		t.Fatalf("SendTaskSuccess after a restart: %s", code)
	}
	if len(r.calls) != 1 {
		t.Errorf("%d calls, want 1: a function that has answered isn't invoked again", len(r.calls))
	}
}
