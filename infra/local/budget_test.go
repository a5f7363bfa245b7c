package local_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/infra/local"
)

// A meter counts what a deployment uses.
type meter struct {
	spent       map[string]spent           // by function and operation
	invocations map[string]map[string]bool // by function and request id
	scans       []string                   // functions that scan the table
}

// spent is what calls have used of the table.
type spent struct {
	calls         int
	reads, writes float64 // units
}

func newMeter() *meter {
	m := &meter{}
	m.reset()
	return m
}

func (m *meter) reset() {
	m.spent, m.invocations = map[string]spent{}, map[string]map[string]bool{}
}

// transport asks DynamoDB with every request of a deployment what it takes, and
// adds it up.
func (m *meter) transport(function string, next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if operation(r) == "Scan" {
			m.scans = append(m.scans, function)
		}
		if invocation, ok := lambdacontext.FromContext(r.Context()); !ok || !m.invoke(function, invocation.AwsRequestID) {
			return next.RoundTrip(r)
		}
		if !strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_") {
			return next.RoundTrip(r)
		}
		asking, err := askCapacity(r)
		if err != nil {
			return nil, err
		}
		answer, err := next.RoundTrip(asking)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		answer.Body = io.NopCloser(bytes.NewReader(body))
		return answer, m.add(function, operation(r), body)
	})
}

// askCapacity returns r with ReturnConsumedCapacity.
func askCapacity(r *http.Request) (*http.Request, error) {
	var request map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return nil, err
	}
	request["ReturnConsumedCapacity"] = json.RawMessage(`"TOTAL"`)
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	asking := r.Clone(r.Context())
	asking.Body, asking.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return asking, nil
}

// add adds the units that an answer tells. Only transactions tell reads and writes
// apart; of others, the operation does.
func (m *meter) add(function, operation string, answer []byte) error {
	type capacity struct{ CapacityUnits, ReadCapacityUnits, WriteCapacityUnits float64 }
	var told struct{ ConsumedCapacity json.RawMessage }
	if err := json.Unmarshal(answer, &told); err != nil {
		return err
	}
	var one capacity
	var several []capacity
	if len(told.ConsumedCapacity) > 0 && json.Unmarshal(told.ConsumedCapacity, &several) != nil {
		if err := json.Unmarshal(told.ConsumedCapacity, &one); err != nil {
			return err
		}
		several = []capacity{one}
	}
	s := m.spent[function+" "+operation]
	s.calls++
	for _, c := range several {
		switch operation {
		case "GetItem", "Query", "BatchGetItem", "TransactGetItems":
			s.reads += c.CapacityUnits
		default:
			s.writes += c.CapacityUnits
		}
	}
	m.spent[function+" "+operation] = s
	return nil
}

// total returns what all calls have used, and a line for each kind of them.
func (m *meter) total() (sum spent, breakdown string) {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(m.spent)) {
		s := m.spent[name]
		sum.calls, sum.reads, sum.writes = sum.calls+s.calls, sum.reads+s.reads, sum.writes+s.writes
		lines = append(lines, fmt.Sprintf("%s: %d calls, %g read units, %g write units", name, s.calls, s.reads, s.writes))
	}
	return sum, strings.Join(lines, "\n")
}

// invoked returns how often functions ran for the deployment, and how often each.
// Promote is not among them: it answers the event before, once, however many
// deployments it requests for it. Its reads and writes do count.
func (m *meter) invoked() (n int, breakdown map[string]int) {
	breakdown = map[string]int{}
	for function, requests := range m.invocations {
		if function == "promote" {
			continue
		}
		n += len(requests)
		breakdown[function] = len(requests)
	}
	return n, breakdown
}

// The budget of a deployment of one step, but for publishevents, whose invocations
// depend on how the stream is cut into batches.
const (
	budgetTransitions = 8
	budgetInvocations = 6
	budgetReads       = 24
	budgetWrites      = 24
)

// TestADeploymentOfOneStepKeepsItsBudget counts from the promotion, which requests
// the deployment, to the event of its end.
func TestADeploymentOfOneStepKeepsItsBudget(t *testing.T) {
	for kind, step := range map[string]string{"s3-site": siteStep, "script": scriptStep("smoke", "true")} {
		t.Run(kind, func(t *testing.T) {
			m := newMeter()
			w := newWorld(t, 1, &local.Rehearsal{Call: m.transport})
			w.travel(projectFile{"shop", []string{devPhase}, []string{step}})
			w.check()
			m.keep(t, w.transitions("shop_1_dev_1"))
		})
	}
}

// TestADeploymentCostsTheSameAfterManyReleases compares the second release with
// the twentieth.
func TestADeploymentCostsTheSameAfterManyReleases(t *testing.T) {
	m := newMeter()
	w := newWorld(t, 1, &local.Rehearsal{Call: m.transport})
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{siteStep}}.String())
	const releases = 20
	var cost [releases]spent
	for i := range releases {
		m.reset()
		version := fmt.Sprintf("1.%d.0", i)
		w.push("shop", version, site(version))
		w.run(time.Hour)
		cost[i], _ = m.total()
	}
	w.check()
	if second, last := cost[1], cost[releases-1]; second != last {
		t.Errorf("the second deployment takes %+v, the last %+v", second, last)
	}
}

// invoke notes an invocation and tells whether it is the deployment's: what leads
// to the release is not, nor is the second promotion, which comes after the end.
func (m *meter) invoke(function, request string) bool {
	known := m.invocations[function]
	switch function {
	case "api", "applyproject", "registerpackage", "createrelease", "publishevents", "sweepimages":
		return false
	case "promote":
		if len(known) > 0 && !known[request] {
			return false
		}
	}
	if known == nil {
		known = map[string]bool{}
		m.invocations[function] = known
	}
	known[request] = true
	return true
}

// keep asserts that what was counted is within the budget.
func (m *meter) keep(t *testing.T, transitions int) {
	t.Helper()
	sum, breakdown := m.total()
	invocations, functions := m.invoked()
	t.Logf("%d state transitions, %d invocations %v, %g read units, %g write units:\n%s",
		transitions, invocations, functions, sum.reads, sum.writes, breakdown)
	if transitions > budgetTransitions {
		t.Errorf("%d state transitions; the budget is %d", transitions, budgetTransitions)
	}
	if invocations > budgetInvocations {
		t.Errorf("%d invocations; the budget is %d", invocations, budgetInvocations)
	}
	if len(m.scans) > 0 {
		t.Errorf("%q scan the table", m.scans)
	}
	if sum.reads > budgetReads {
		t.Errorf("%g read units; the budget is %d", sum.reads, budgetReads)
	}
	if sum.writes > budgetWrites {
		t.Errorf("%g write units; the budget is %d", sum.writes, budgetWrites)
	}
}

// transitions returns how many states the execution of a deployment entered.
func (w *world) transitions(deployment string) (n int) {
	w.t.Helper()
	arn := w.deployARN(deployment)
	pages := sfn.NewGetExecutionHistoryPaginator(sfn.NewFromConfig(w.stack.Configuration("auditor")), &sfn.GetExecutionHistoryInput{ExecutionArn: &arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range page.Events {
			if strings.HasSuffix(string(e.Type), "StateEntered") {
				n++
			}
		}
	}
	return n
}
