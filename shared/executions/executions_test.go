package executions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/infra/local/clock"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
	"slipway/shared/executions"
)

// definition waits for a token that a function is given.
const definition = `{"QueryLanguage":"JSONata","StartAt":"Ask","States":{"Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
	"Arguments":{"FunctionName":"ask","Payload":{"token":"{% $states.context.Task.Token %}"}},"TimeoutSeconds":3600,"End":true}}}`

// A bench is executions of one state machine on an engine with a virtual clock.
type bench struct {
	*executions.Executions
	*testing.T
	clock   *clock.Virtual
	client  *sfn.Client
	machine string
	tokens  []string // in the order in which they were handed out
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, clock: clock.NewVirtual(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))}
	ids := 0
	engine := stepfunctions.New(stepfunctions.Config{Store: store.NewMemory(), Clock: b.clock, Invoke: b.ask,
		NewID: func() string { ids++; return fmt.Sprintf("id-%06d", ids) }})
	b.must(engine.Create(stepfunctions.StateMachineSpec{Name: "Deploy", Definition: definition, RoleARN: "arn:aws:iam::000000000000:role/r"}))
	b.machine = engine.StateMachineARN("Deploy")
	b.client = sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://states.local"), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), HTTPClient: &http.Client{Transport: transport{engine}}})
	b.Executions = executions.New(b.client)
	return b
}

func (b *bench) ask(_ context.Context, _ string, payload []byte) ([]byte, error) {
	var in struct{ Token string }
	b.must(json.Unmarshal(payload, &in))
	b.tokens = append(b.tokens, in.Token)
	return []byte("null"), nil
}

// A transport ends in a handler instead of a socket.
type transport struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	t.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// start starts an execution and returns the token that it waits for.
func (b *bench) start(name string) string {
	b.Helper()
	b.must(b.Start(b.Context(), b.machine, name, map[string]string{"deployment": name}))
	b.clock.RunUntil(b.clock.Now())
	if len(b.tokens) == 0 {
		b.Fatal("the execution does not wait for a token")
	}
	return b.tokens[len(b.tokens)-1]
}

// found returns the executions there are by name, as the service describes them.
func (b *bench) found() map[string]*sfn.DescribeExecutionOutput {
	b.Helper()
	b.clock.RunUntil(b.clock.Now())
	list, err := b.client.ListExecutions(b.Context(), &sfn.ListExecutionsInput{StateMachineArn: &b.machine})
	b.must(err)
	all := map[string]*sfn.DescribeExecutionOutput{}
	for _, e := range list.Executions {
		all[*e.Name], err = b.client.DescribeExecution(b.Context(), &sfn.DescribeExecutionInput{ExecutionArn: e.ExecutionArn})
		b.must(err)
	}
	return all
}

func TestStartingTwiceStartsOnce(t *testing.T) {
	b := newBench(t)
	b.start("storefront_1_dev_1")
	b.must(b.Start(t.Context(), b.machine, "storefront_1_dev_1", map[string]string{"deployment": "storefront_1_dev_1"}))
	b.must(b.Start(t.Context(), b.machine, "storefront_1_dev_1", map[string]string{"another": "input"}))
	if all := b.found(); len(all) != 1 || *all["storefront_1_dev_1"].Input != `{"deployment":"storefront_1_dev_1"}` || len(b.tokens) != 1 {
		t.Errorf("there are %d executions, and %d tokens were handed out", len(all), len(b.tokens))
	}
}

func TestANameThatIsClosedStaysTheSameExecution(t *testing.T) {
	b := newBench(t)
	b.must(b.Succeed(t.Context(), b.start("storefront_1_dev_1"), struct{}{}))
	b.must(b.Start(t.Context(), b.machine, "storefront_1_dev_1", map[string]string{"deployment": "storefront_1_dev_1"}))
	if all := b.found(); len(all) != 1 || all["storefront_1_dev_1"].Status != types.ExecutionStatusSucceeded || len(b.tokens) != 1 {
		t.Errorf("there are %d executions, and %d tokens were handed out", len(all), len(b.tokens))
	}
}

func TestTheFirstAnswerCounts(t *testing.T) {
	b := newBench(t)
	token := b.start("x")
	b.must(b.Succeed(t.Context(), token, map[string]int{"n": 1}))
	b.must(b.Succeed(t.Context(), token, map[string]int{"n": 2}))
	b.must(b.Fail(t.Context(), token, "Rejected", "too late"))
	if x := b.found()["x"]; x.Status != types.ExecutionStatusSucceeded || *x.Output != `{"n":1}` {
		t.Errorf("it is %s with %s", x.Status, aws.ToString(x.Output))
	}
}

func TestAFailureHasItsNameAndCause(t *testing.T) {
	b := newBench(t)
	b.must(b.Fail(t.Context(), b.start("x"), "Rejected", "rejected by manager2: not today"))
	if x := b.found()["x"]; x.Status != types.ExecutionStatusFailed || *x.Error != "Rejected" || *x.Cause != "rejected by manager2: not today" {
		t.Errorf("it is %s with %s: %s", x.Status, aws.ToString(x.Error), aws.ToString(x.Cause))
	}
}

func TestACauseThatIsTooLongIsCutBetweenCharacters(t *testing.T) {
	for _, character := range []string{"x", "ä", "語", "🚢"} {
		b := newBench(t)
		cause := "because " + strings.Repeat(character, 40_000)
		b.must(b.Fail(t.Context(), b.start("x"), "StepFailed", "-"+cause))
		got := aws.ToString(b.found()["x"].Cause)
		if !strings.HasPrefix("-"+cause, got) || len(got) < 32_000 || len(got) > 32_768 {
			t.Errorf("of %q it has %d bytes and ends with %q", character, len(got), got[max(0, len(got)-8):])
		}
	}
}

func TestAnAnswerToATaskThatTimedOutIsNoError(t *testing.T) {
	b := newBench(t)
	token := b.start("x")
	b.clock.RunUntil(b.clock.Now().Add(2 * time.Hour))
	b.must(b.Succeed(t.Context(), token, struct{}{}))
	if x := b.found()["x"]; x.Status != types.ExecutionStatusFailed || *x.Error != "States.Timeout" {
		t.Errorf("it is %s with %s", x.Status, aws.ToString(x.Error))
	}
}

func TestWhatCannotBeRightIsAnError(t *testing.T) {
	b := newBench(t)
	token := b.start("x")
	for name, err := range map[string]error{
		"a machine that is not there":   b.Start(t.Context(), b.machine+"s", "y", struct{}{}),
		"an input that is no JSON":      b.Start(t.Context(), b.machine, "y", make(chan int)),
		"a name that is none":           b.Start(t.Context(), b.machine, "a/b", struct{}{}),
		"a token that is none":          b.Succeed(t.Context(), "nonsense", struct{}{}),
		"a failed token that is none":   b.Fail(t.Context(), "nonsense", "Rejected", ""),
		"an output that is no JSON":     b.Succeed(t.Context(), token, make(chan int)),
		"an output that is far too big": b.Succeed(t.Context(), token, strings.Repeat("x", 1<<18)),
	} {
		if err == nil {
			t.Errorf("%s is none", name)
		}
	}
}
