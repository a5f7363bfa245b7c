package local_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/infra/local"
	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
)

// feeds is a template with a repository and a schedule.
const feeds = `{"Resources": {
	"Images": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "storefront/api", "ImageTagMutability": "IMMUTABLE"}},
	"Sweeps": {"Type": "AWS::Scheduler::ScheduleGroup", "Properties": {"Name": "sweeps"}}}}`

// ask sends a request in the name of ci to a stack and returns the answer's status and body.
func ask(t *testing.T, s *local.Stack, method, path, service string, header map[string]string, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, "http://127.0.0.1:4566"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=ci/20261122/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := s.Configuration("ci").HTTPClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(data)
}

func startFeeds(t *testing.T, observe func(string, eventbridge.Event)) *local.Stack {
	t.Helper()
	v := clock.NewVirtual(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	s, err := local.Start(local.Config{Template: []byte(feeds), Store: store.NewMemory(), Clock: v, NewID: identifiers(1),
		Endpoint: "http://127.0.0.1:4566", Web: "http://127.0.0.1:8080", Observe: observe, Report: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnImageThatIsPushedIsAnEventOnTheDefaultBus(t *testing.T) {
	var seen []eventbridge.Event
	s := startFeeds(t, func(bus string, e eventbridge.Event) {
		if bus == "default" {
			seen = append(seen, e)
		}
	})
	index := `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`
	status, body := ask(t, s, http.MethodPut, "/v2/storefront/api/manifests/1.0.0", "ecr",
		map[string]string{"Content-Type": "application/vnd.oci.image.index.v1+json"}, index)
	if status != http.StatusCreated {
		t.Fatalf("push: %d %s", status, body)
	}
	if len(seen) != 1 || seen[0].Source != "aws.ecr" || seen[0].DetailType != "ECR Image Action" {
		t.Fatalf("events: %+v", seen)
	}
	var detail map[string]string
	if err := json.Unmarshal(seen[0].Detail, &detail); err != nil {
		t.Fatal(err)
	}
	if detail["repository-name"] != "storefront/api" || detail["image-tag"] != "1.0.0" || detail["action-type"] != "PUSH" || detail["result"] != "SUCCESS" {
		t.Errorf("detail: %v", detail)
	}
	status, body = ask(t, s, http.MethodPost, "/", "ecr", map[string]string{"X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.DescribeImages",
		"Content-Type": "application/x-amz-json-1.1"}, `{"repositoryName":"storefront/api"}`)
	if status != http.StatusOK || !strings.Contains(body, detail["image-digest"]) {
		t.Errorf("DescribeImages: %d %s, want %s", status, body, detail["image-digest"])
	}
}

func TestSchedulesAreReachedByTheirSignature(t *testing.T) {
	s := startFeeds(t, nil)
	if status, body := ask(t, s, http.MethodGet, "/schedule-groups", "scheduler", nil, ""); status != http.StatusOK || !strings.Contains(body, `"sweeps"`) {
		t.Errorf("list groups: %d %s", status, body)
	}
}

func TestAServiceThatIsNotThereIsNamedInItsOwnProtocol(t *testing.T) {
	s := startFeeds(t, nil)
	for _, c := range []struct{ service, method, path, target, want string }{
		{"apigateway", http.MethodGet, "/restapis", "", `"message":"local mode has no apigateway;`},
		{"route53", http.MethodGet, "/2013-04-01/hostedzone", "", "<Message>local mode has no route53;"},
		{"logs", http.MethodPost, "/", "Logs_20140328.DescribeLogGroups", `"message":"local mode has no logs;`},
		{"lambda", http.MethodGet, "/2018-10-31/layers", "", "GET /2018-10-31/layers is not supported"},
		{"kinesis", http.MethodPost, "/service/Kinesis/operation/ListStreams", "rpc", `"message":"local mode has no kinesis;`},
	} {
		header := map[string]string{}
		switch c.target {
		case "":
		case "rpc":
			header["Smithy-Protocol"] = "rpc-v2-cbor"
		default:
			header["X-Amz-Target"] = c.target
		}
		if status, body := ask(t, s, c.method, c.path, c.service, header, ""); status < 400 || !strings.Contains(body, c.want) {
			t.Errorf("%s %s: %d %s, want %s", c.service, c.path, status, body, c.want)
		}
	}
}

func TestQueuesAreReachedByTheOlderProtocol(t *testing.T) {
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if status, body := ask(t, startFeeds(t, nil), http.MethodPost, "/", "sqs", form, "Action=ListQueues&Version=2012-11-05"); status != http.StatusOK || !strings.Contains(body, "<ListQueuesResponse") {
		t.Errorf("list queues: %d %s", status, body)
	}
}

func TestWhatNoEngineKnowsIsNamed(t *testing.T) {
	start := func(template string) error {
		_, err := local.Start(local.Config{Template: []byte(template), Store: store.NewMemory(), Clock: clock.NewVirtual(time.Unix(0, 0)), NewID: identifiers(1),
			Endpoint: "http://127.0.0.1:4566", Web: "http://127.0.0.1:8080", Report: func(err error) { t.Error(err) }})
		return err
	}
	for template, want := range map[string][]string{
		`{"Resources": {"Server": {"Type": "AWS::EC2::Instance"}}}`:                                                                   {"Server", "AWS::EC2::Instance"},
		`{"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": true}}}}`:                                        {"T", "FifoTopic"},
		`{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": true}}}}`:                                        {"Q", "FifoQueue"},
		`{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "x"}}}}}`:                            {"Q", "Fn::Sub"},
		`{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Nothing"}}}}}`:                          {"Q", "Nothing"},
		`{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Condition": "C"}}}`:                                                         {"Condition"},
		`{"Resources": {}, "Mappings": {}}`:                                                                                           {"Mappings"},
		`{"Resources": {"A": {"Type": "AWS::SQS::Queue", "DependsOn": ["B"]}, "B": {"Type": "AWS::SQS::Queue", "DependsOn": ["A"]}}}`: {"refers to itself"},
		`{"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineName": "M", "RoleArn": "r",
			"DefinitionString": "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Activity\"}}}"}}}}`: {"M", "Activity"},
	} {
		err := start(template)
		if err == nil {
			t.Errorf("%s starts", template)
			continue
		}
		for _, name := range want {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v, want it to name %s", template, err, name)
			}
		}
	}
}
