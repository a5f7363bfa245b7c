package local_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"slipway/events"
	"slipway/infra/local"
	"slipway/infra/template"
	"slipway/shared/pipeline"
)

// inbox is the name of the queue that gets what the stack notifies of.
const inbox = "Slipway-Inbox"

// newWorldWithInbox starts the stack with a queue that is subscribed to its notifications.
func newWorldWithInbox(t *testing.T, faults *local.Rehearsal) *world {
	t.Helper()
	var source struct {
		Parameters, Outputs map[string]any
		Resources           map[string]map[string]any
		Description         string
	}
	if err := json.Unmarshal(template.JSON, &source); err != nil {
		t.Fatal(err)
	}
	topic := source.Outputs["NotificationsTopic"].(map[string]any)["Value"]
	source.Resources["Inbox"] = map[string]any{"Type": "AWS::SQS::Queue"}
	source.Resources["InboxSubscription"] = map[string]any{"Type": "AWS::SNS::Subscription", "Properties": map[string]any{"TopicArn": topic,
		"Protocol": "sqs", "Endpoint": map[string]any{"Fn::GetAtt": []string{"Inbox", "Arn"}}, "RawMessageDelivery": true}}
	changed, err := json.Marshal(source)
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOf(t, changed, 1, faults)
}

// A notification is what people are told of an approval.
type notification struct {
	Message, Approve, Reject, Console string
	Quorum                            int
	Approvers                         []string
	Input                             json.RawMessage
}

// inbox returns what the queue has got so far.
func (w *world) inbox() (all []notification) {
	w.t.Helper()
	queues, err := w.stack.Messages()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, body := range queues[inbox] {
		all = append(all, parseNotification(w.t, body))
	}
	return all
}

func parseNotification(t testing.TB, body string) (n notification) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&n); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return n
}

// subscribe has a mail address told of what the stack notifies of, and returns the
// subscription's ARN.
func (w *world) subscribe(address string) string {
	w.t.Helper()
	out, err := sns.NewFromConfig(w.stack.Configuration(manager)).Subscribe(context.Background(), &sns.SubscribeInput{
		TopicArn: aws.String(w.stack.Outputs()["NotificationsTopic"]), Protocol: aws.String("email"), Endpoint: &address, ReturnSubscriptionArn: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.SubscriptionArn
}

// release pushes a version of the project shop and lets it come to its approval.
func (w *world) release(version string) {
	w.push("shop", version, site(version))
	w.run(time.Hour)
}

func TestApproversAreToldOnceAndApproveWithWhatTheyAreTold(t *testing.T) {
	w := newWorldWithInbox(t, nil)
	w.apply("shop", threePhases("shop").String())
	w.release("1.0.0")
	told := w.inbox()
	if len(told) != 1 {
		t.Fatalf("%d notifications: %+v", len(told), told)
	}
	n := told[0]
	if n.Message != "shop 1.0.0 waits for approval to go to production." || n.Quorum != 1 || len(n.Approvers) == 0 {
		t.Errorf("the notification is %+v", n)
	}
	if !strings.HasPrefix(n.Console, "https://") || !strings.HasSuffix(n.Console, "Approve-production") {
		t.Errorf("the console is at %q", n.Console)
	}
	if !strings.HasSuffix(n.Approve, "slipway approve shop_1_production_1") || !strings.HasSuffix(n.Reject, "slipway reject shop_1_production_1") {
		t.Errorf("the commands are %q and %q", n.Approve, n.Reject)
	}
	w.startApproval(manager, "production", string(n.Input))
	w.run(time.Hour)
	if d := w.deployment("shop_1_production_1"); d.Status != string(pipeline.StatusSucceeded) || d.Approvals[0].By != manager {
		t.Errorf("the deployment is %s, with the approvals %+v", d.Status, d.Approvals)
	}
	if n := len(w.inbox()); n != 1 {
		t.Errorf("%d notifications after the approval", n)
	}
}

func TestSubscriptionsOutliveARestartAndNothingIsToldTwice(t *testing.T) {
	w := newWorldWithInbox(t, nil)
	w.subscribe("jane@example.com")
	w.apply("shop", threePhases("shop").String())
	w.release("1.0.0")
	w.restart()
	w.run(24 * time.Hour)
	if len(w.inbox()) != 1 || len(w.mails) != 1 {
		t.Fatalf("after a restart %d notifications and %d mails, want one each", len(w.inbox()), len(w.mails))
	}
	w.release("1.1.0")
	if len(w.inbox()) != 2 || len(w.mails) != 2 {
		t.Fatalf("after another release %d notifications and %d mails, want two each", len(w.inbox()), len(w.mails))
	}
	if got := w.mails[1]; got.To != "jane@example.com" || parseNotification(t, got.Message).Message != "shop 1.1.0 waits for approval to go to production." {
		t.Errorf("the mail is %+v", got)
	}
}

// loseAnswerOnce lets the first call that puts an event of a type take effect and
// loses its answer, as when publishevents dies at that moment.
func loseAnswerOnce(t *testing.T, kind string) *local.Rehearsal {
	lost := false
	return &local.Rehearsal{Call: func(_ string, next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if lost || operation(r) != "PutEvents" {
				return next.RoundTrip(r)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			answer, err := next.RoundTrip(r)
			if err != nil || !bytes.Contains(body, []byte(kind)) {
				return answer, err
			}
			lost = true
			if err := answer.Body.Close(); err != nil {
				t.Error(err)
			}
			return nil, errCrashed{}
		})
	}}
}

// An event is put at least once, and so is a message; the record in the table, not
// the message, is what counts.
func TestAMessageThatComesTwiceApprovesOnce(t *testing.T) {
	w := newWorldWithInbox(t, loseAnswerOnce(t, events.DeploymentAwaitingApproval{}.Type()))
	w.apply("shop", threePhases("shop").String())
	w.release("1.0.0")
	told := w.inbox()
	if len(told) != 2 || string(told[0].Input) != string(told[1].Input) {
		t.Fatalf("the notifications are %+v, want the same twice", told)
	}
	for _, n := range told {
		w.startApproval(manager, "production", string(n.Input))
	}
	w.run(time.Hour)
	if d := w.deployment("shop_1_production_1"); d.Status != string(pipeline.StatusSucceeded) || len(d.Approvals) != 1 {
		t.Errorf("the deployment is %s, with the approvals %+v", d.Status, d.Approvals)
	}
}

func TestALinkEndsASubscription(t *testing.T) {
	w := newWorldWithInbox(t, nil)
	arn := w.subscribe("jane@example.com")
	answer, err := w.stack.Configuration("").HTTPClient.Do(get(t, "/?Action=Unsubscribe&SubscriptionArn="+arn))
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("unsubscribe: %s, %v", answer.Status, err)
	}
	w.apply("shop", threePhases("shop").String())
	w.release("1.0.0")
	if len(w.mails) != 0 {
		t.Errorf("mails are still sent: %+v", w.mails)
	}
}

// get returns a request that nobody has signed.
func get(t *testing.T, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:4566"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// relay is a template with a rule that sends a text to a queue.
const relay = `{"Resources": {
	"Inbox": {"Type": "AWS::SQS::Queue"},
	"Images": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "storefront/api"}},
	"Pushed": {"Type": "AWS::Events::Rule", "Properties": {"State": "ENABLED", "EventPattern": {"source": ["aws.ecr"]}, "Targets": [{"Id": "inbox",
		"Arn": {"Fn::GetAtt": ["Inbox", "Arn"]}, "InputTransformer": {"InputPathsMap": {"tag": "$.detail.image-tag"}, "InputTemplate": "\"pushed <tag>\""}}]}}}}`

func TestARuleSendsToAQueueWhatItsTransformerMakes(t *testing.T) {
	w := newWorldOf(t, []byte(relay), 1, nil)
	const kind = "application/vnd.oci.image.index.v1+json"
	status, body := ask(t, w.stack, http.MethodPut, "/v2/storefront/api/manifests/1.0.0", "ecr", map[string]string{"Content-Type": kind},
		`{"schemaVersion":2,"mediaType":"`+kind+`","manifests":[]}`)
	if status != http.StatusCreated {
		t.Fatalf("push: %d %s", status, body)
	}
	w.run(time.Minute)
	if got := w.deadLetters(); len(got) != 1 || got[0] != inbox+`: "pushed 1.0.0"` {
		t.Errorf("the queue has %q", got)
	}
}
