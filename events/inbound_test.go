package events_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/events"
)

// inbound returns a new detail for an event of AWS by its detail-type, or nil.
func inbound(detailType string) any {
	switch detailType {
	case "Object Created":
		return new(events.ObjectCreated)
	case "ECR Image Action":
		return new(events.ImageAction)
	case "CodeBuild Build State Change":
		return new(events.BuildStateChange)
	case "Step Functions Execution Status Change":
		return new(events.ExecutionStatusChange)
	case "AWS API Call via CloudTrail":
		return new(events.APICall)
	}
	return nil
}

// take decodes the inbound example of that name.
func take[Detail any](t *testing.T, name string) events.Envelope[Detail] {
	t.Helper()
	var e events.Envelope[Detail]
	decode(t, name, read(t, filepath.Join("examples", "inbound", name+".json")), &e)
	return e
}

func TestAnObjectCreatedTellsWhichVersionOfWhichObject(t *testing.T) {
	e := take[events.ObjectCreated](t, "object-created")
	o := e.Detail.Object
	if e.Source != "aws.s3" || !e.Time.Equal(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)) || e.Detail.Bucket.Name != "slipway-packages-111122223333" ||
		o.Key != "packages/web/1.4.0/web.zip" || o.VersionID != "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e" || o.Size != 48213 ||
		o.Sequencer != "617f08299329d189" || e.Detail.Requester != "111122223333" || e.Detail.Reason != "PutObject" {
		t.Errorf("decoded %+v", e)
	}
}

func TestTheKeyOfAnObjectIsNotURLEncoded(t *testing.T) {
	o := take[events.ObjectCreated](t, "object-created-multipart").Detail.Object
	if o.Key != "packages/web/1.5.0/site für März.zip" || o.VersionID != "" {
		t.Errorf("decoded %+v", o)
	}
}

func TestAnImageActionTellsTheDigestOfTheTag(t *testing.T) {
	want := events.ImageAction{Result: "SUCCESS", ActionType: "PUSH", RepositoryName: "storefront/api", ImageTag: "1.4.0",
		ImageDigest: "sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d"}
	if got := take[events.ImageAction](t, "image-action").Detail; got != want {
		t.Errorf("decoded %+v", got)
	}
}

func TestABuildTellsItsVariables(t *testing.T) {
	b := take[events.BuildStateChange](t, "build-state-change").Detail
	if b.BuildStatus != "SUCCEEDED" || b.ProjectName != "slipway-scripts" || b.BuildID == "" {
		t.Errorf("decoded %+v", b)
	}
	for name, want := range map[string]string{"SLIPWAY_JOB": "jobs/storefront_12_staging_1/smoke/1/job.json", "slipway_job": "", "": ""} {
		if got := b.Variable(name); got != want {
			t.Errorf("Variable(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAnExecutionTellsHowItEnded(t *testing.T) {
	failed := take[events.ExecutionStatusChange](t, "execution-status-change").Detail
	if failed.Name != "storefront_12_staging_1" || failed.Status != "FAILED" || failed.Error != "States.Runtime" || failed.Cause == "" {
		t.Errorf("decoded %+v", failed)
	}
	aborted := take[events.ExecutionStatusChange](t, "execution-aborted").Detail
	if aborted.Status != "ABORTED" || aborted.Error != "" || aborted.Cause != "" {
		t.Errorf("decoded %+v", aborted)
	}
}

func TestACallTellsWhoMadeIt(t *testing.T) {
	call := take[events.APICall](t, "api-call").Detail
	if call.UserIdentity.ARN != "arn:aws:sts::111122223333:assumed-role/ReleaseManager/manager1" || call.ErrorCode != "" ||
		call.ResponseElements.ExecutionARN != "arn:aws:states:eu-central-1:111122223333:execution:Approve-production:0e2a1c5e-7e0c-4d5b-9a55-3f0a6ad6b1f4" {
		t.Errorf("decoded %+v", call)
	}
}

func TestARefusedCallStartedNothing(t *testing.T) {
	call := take[events.APICall](t, "api-call-refused").Detail
	if call.ErrorCode != "AccessDenied" || call.UserIdentity.UserName != "developer1" || call.ResponseElements.ExecutionARN != "" {
		t.Errorf("decoded %+v", call)
	}
}

func TestInboundEventsMayGainFields(t *testing.T) {
	for file, data := range inboundExamples(t) {
		var whole object
		decode(t, file, data, &whole)
		detail := whole["detail"].(object)
		before, err := details(whole)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for place, o := range objects("", detail) {
			o["added-later"] = []any{1, object{}}
			after, err := details(whole)
			delete(o, "added-later")
			// What a call asked for is kept as it came.
			if diff := cmp.Diff(before, after); place != "/requestParameters" && (err != nil || diff != "") {
				t.Errorf("%s with a new field in %q: %v\n%s", file, place, err, diff)
			}
		}
	}
}

// details returns what Slipway reads of an event of AWS.
func details(whole object) (any, error) {
	data, err := json.Marshal(whole["detail"])
	if err != nil {
		return nil, err
	}
	detail := inbound(whole["detail-type"].(string))
	return detail, json.Unmarshal(data, detail)
}

func inboundExamples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("examples/inbound/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("examples/inbound: %d files, %v", len(files), err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = data
	}
	return all
}

func TestEveryInboundExampleIsOfAKnownType(t *testing.T) {
	for file, data := range inboundExamples(t) {
		var e events.Raw
		decode(t, file, data, &e)
		if inbound(e.DetailType) == nil {
			t.Errorf("%s: no event of type %q is taken in", file, e.DetailType)
		}
	}
}

// FuzzInbound decodes what claims to be an event of AWS. What decodes must say the
// same when it is written and read again: nothing that Slipway reads is lost.
func FuzzInbound(f *testing.F) {
	for _, data := range inboundExamples(f) {
		f.Add(data)
	}
	f.Add([]byte(`{"detail-type":"AWS API Call via CloudTrail","detail":{"requestParameters":null,"responseElements":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e events.Raw
		if json.Unmarshal(data, &e) != nil || e.Detail == nil {
			return
		}
		detail := inbound(e.DetailType)
		if detail == nil || json.Unmarshal(e.Detail, detail) != nil {
			return
		}
		written, err := json.Marshal(detail)
		if err != nil {
			t.Fatalf("what was decoded can't be encoded: %v", err)
		}
		again := inbound(e.DetailType)
		if err := json.Unmarshal(written, again); err != nil {
			t.Fatalf("what was encoded can't be decoded: %v", err)
		}
		rewritten, err := json.Marshal(again)
		if err != nil || !reflect.DeepEqual(written, rewritten) {
			t.Errorf("%s became %s (%v)", written, rewritten, err)
		}
	})
}
