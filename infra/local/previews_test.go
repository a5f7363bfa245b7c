package local_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/template"
	"slipway/shared/pipeline"
)

// A stackServer is a CloudFormation of one stack, shop, which answers in AWS's place.
type stackServer struct {
	*httptest.Server
	mutex  sync.Mutex
	refuse string         // why no change set is made; "" when they are
	slow   int            // looks at a change set until it is made
	change string         // the resource that it adds
	asked  map[string]int // requests by action
	set    string         // name of the change set
	looks  int            // at the change set
	token  string         // of the request that has executed it
}

func newStackServer(t testing.TB) *stackServer {
	s := &stackServer{asked: map[string]int{}, change: "Queue"}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

const (
	shopStack = "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1f"
	shopSet   = "arn:aws:cloudformation:us-east-1:000000000000:changeSet/"
)

// ServeHTTP answers in the query protocol.
func (s *stackServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	action := r.FormValue("Action")
	s.asked[action]++
	result, code, message := s.answer(action, r)
	if code != "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
		return
	}
	fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", action, result)
}

func (s *stackServer) answer(action string, r *http.Request) (result, code, message string) {
	switch action {
	case "DescribeStacks":
		return s.stack()
	case "CreateChangeSet":
		if s.refuse != "" {
			return "", "ValidationError", s.refuse
		}
		s.set, s.looks = r.FormValue("ChangeSetName"), 0
		return "<Id>" + shopSet + s.set + "</Id><StackId>" + shopStack + "</StackId>", "", ""
	case "DescribeChangeSet":
		if name := strings.TrimPrefix(r.FormValue("ChangeSetName"), shopSet); name != s.set {
			return "", "ChangeSetNotFound", "ChangeSet [" + name + "] does not exist"
		}
		return s.changeSet(), "", ""
	case "ExecuteChangeSet":
		s.token = r.FormValue("ClientRequestToken")
		return "", "", ""
	case "DescribeStackEvents":
		return "<StackEvents><member><EventId>1</EventId><StackId>" + shopStack + "</StackId><PhysicalResourceId>" + shopStack + "</PhysicalResourceId>" +
			"<ResourceStatus>CREATE_COMPLETE</ResourceStatus><Timestamp>2026-11-22T09:30:00Z</Timestamp><ClientRequestToken>" + s.token + "</ClientRequestToken></member></StackEvents>", "", ""
	}
	return "", "InvalidAction", action + " is not expected"
}

// stack describes the stack: under review once it has a change set, made once that is executed.
func (s *stackServer) stack() (result, code, message string) {
	status := "REVIEW_IN_PROGRESS"
	switch {
	case s.set == "":
		return "", "ValidationError", "Stack with id shop does not exist"
	case s.token != "":
		status = "CREATE_COMPLETE"
	}
	return "<Stacks><member><StackName>shop</StackName><StackId>" + shopStack + "</StackId><StackStatus>" + status + "</StackStatus></member></Stacks>", "", ""
}

func (s *stackServer) changeSet() string {
	s.looks++
	status, execution := "CREATE_COMPLETE", "AVAILABLE"
	switch {
	case s.looks <= s.slow:
		status, execution = "CREATE_IN_PROGRESS", "UNAVAILABLE"
	case s.token != "":
		execution = "EXECUTE_COMPLETE"
	}
	return "<ChangeSetId>" + shopSet + s.set + "</ChangeSetId><ChangeSetName>" + s.set + "</ChangeSetName><StackId>" + shopStack + "</StackId>" +
		"<Status>" + status + "</Status><ExecutionStatus>" + execution + "</ExecutionStatus><CreationTime>2026-11-22T09:00:00Z</CreationTime>" +
		"<Changes><member><Type>Resource</Type><ResourceChange><Action>Add</Action><LogicalResourceId>" + s.change + "</LogicalResourceId>" +
		"<ResourceType>AWS::SQS::Queue</ResourceType></ResourceChange></member></Changes>"
}

// count returns how often that action was asked for.
func (s *stackServer) count(action string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.asked[action]
}

// stackShop is a project that deploys the stack shop to staging, with approval.
const stackShop = `
project: shop
packages: { shop: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles:
  default:
    - { phase: acceptance, environments: [staging], deploy: automatic, approval: { quorum: 1, approvers: [release-managers], timeout: 2h } }
process:
  - { name: stack, uses: cloudformation, with: { stack: shop, package: shop, template: shop.json } }
`

// shopOf returns a world whose environment staging is at s, in which release 1.0.0 of
// stackShop is on its way.
func shopOf(t *testing.T, s *stackServer) *world {
	t.Helper()
	const here = `{\"name\":\"staging\"}`
	there := strings.Replace(here, "}", `,\"endpoint\":\"`+s.URL+`\"}`, 1)
	source := bytes.ReplaceAll(template.JSON, []byte(here), []byte(there))
	if bytes.Equal(source, template.JSON) {
		t.Fatal("the template has no environment staging to move")
	}
	w := newWorldOf(t, source, 1, nil)
	w.apply("shop", stackShop)
	w.push("shop", "1.0.0", map[string]string{"shop.json": `{"Resources":{}}`})
	return w
}

func TestTheChangeSetIsShownInThePlanAndExecutedOnceApproved(t *testing.T) {
	s := newStackServer(t)
	s.slow = 3
	w := shopOf(t, s)
	w.run(time.Minute)
	d := w.deployment("shop_1_staging_1")
	if d.Status != string(pipeline.StatusAwaitingApproval) || s.count("ExecuteChangeSet") > 0 {
		t.Fatalf("the deployment is %s: %s; requests %v", d.Status, d.Reason, s.asked)
	}
	for _, path := range []string{"/deployments/" + d.ID + "/plan", "/projects/shop/releases/1.0.0/plan/staging"} {
		got := read[api.PlanReport](w, path)
		if want := []string{"Add Queue (AWS::SQS::Queue)"}; got.Hash != d.Plan || !slices.Equal(got.Plan.Steps[0].Preview, want) || len(got.Verdicts) == 0 {
			t.Errorf("GET %s: %+v; want plan %s with %q", path, got, d.Plan, want)
		}
	}
	w.approve(manager, d)
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_staging_1 succeeded")
	if s.count("CreateChangeSet") != 1 || s.count("ExecuteChangeSet") != 1 {
		t.Errorf("%d change sets are made and %d executed, want 1 of each", s.count("CreateChangeSet"), s.count("ExecuteChangeSet"))
	}
	if got := read[api.PlanReport](w, "/deployments/"+d.ID+"/plan"); got.Hash != d.Plan || len(got.Verdicts) > 0 {
		t.Errorf("after its end the plan is %s with the verdicts %+v, want %s and none", got.Hash, got.Verdicts, d.Plan)
	}
}

func TestAnApprovalOfChangesThatAreOthersByNowIsVoid(t *testing.T) {
	s := newStackServer(t)
	w := shopOf(t, s)
	w.run(time.Minute)
	d := w.deployment("shop_1_staging_1")
	s.mutex.Lock()
	s.change = "Topic"
	s.mutex.Unlock()
	w.approve(manager, d)
	w.run(time.Minute)
	asked := w.deployment(d.ID)
	if asked.Status != string(pipeline.StatusAwaitingApproval) || asked.Plan == d.Plan || s.count("ExecuteChangeSet") > 0 {
		t.Fatalf("the deployment is %s with plan %s, before %s", asked.Status, asked.Plan, d.Plan)
	}
	w.approve(manager, asked)
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_staging_1 succeeded")
}

func TestATemplateThatIsRefusedFailsTheDeploymentAtItsPlan(t *testing.T) {
	s := newStackServer(t)
	s.refuse = "Template format error: at least one Resources member must be defined."
	w := shopOf(t, s)
	w.run(time.Hour)
	w.check()
	d := w.deployment("shop_1_staging_1")
	if want := "Refused: preview step stack of shop_1_staging_1: ValidationError: stack shop: " + s.refuse; d.Status != string(pipeline.StatusFailed) || !strings.HasPrefix(d.Reason, want) {
		t.Errorf("the deployment is %s: %s, want it failed: %s", d.Status, d.Reason, want)
	}
	if len(happened[events.StepStarted](w)) > 0 {
		t.Error("a step has started")
	}
	var refused api.Error
	if status := w.ask("", http.MethodGet, "/deployments/"+d.ID+"/plan", nil, &refused); status != http.StatusNotFound || !strings.Contains(refused.Error.Message, "has no plan") {
		t.Errorf("its plan: %d %s", status, refused.Error.Message)
	}
}

func TestAChangeSetThatIsNotMadeInTimeFailsTheDeployment(t *testing.T) {
	s := newStackServer(t)
	s.slow = 1 << 20
	w := shopOf(t, s)
	w.run(4 * time.Minute)
	if d := w.deployment("shop_1_staging_1"); d.Status != string(pipeline.StatusRequested) {
		t.Errorf("after 4 minutes the deployment is %s: %s", d.Status, d.Reason)
	}
	w.run(time.Hour)
	w.check()
	if d := w.deployment("shop_1_staging_1"); d.Status != string(pipeline.StatusFailed) || !strings.Contains(d.Reason, "not found out within 5m0s") {
		t.Errorf("after an hour the deployment is %s: %s", d.Status, d.Reason)
	}
}

func TestAStackIsRefusedAtThePlanWhereNothingAnswersInPlaceOfAWS(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", stackShop)
	w.push("shop", "1.0.0", map[string]string{"shop.json": `{"Resources":{}}`})
	w.run(time.Hour)
	w.check()
	d := w.deployment("shop_1_staging_1")
	if d.Status != string(pipeline.StatusFailed) || !strings.Contains(d.Reason, "its kind cloudformation acts on AWS (cloudformation)") || !strings.Contains(d.Reason, "endpoint") {
		t.Errorf("the deployment is %s: %s", d.Status, d.Reason)
	}
}
