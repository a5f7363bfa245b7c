package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
)

func TestAStreamRecordIsWhatLambdaReceives(t *testing.T) {
	b := newBench(t)
	b.put(with(key("a", "1"), "v", number("1.50")))
	records := b.records()
	if len(records) != 1 {
		t.Fatalf("got %d records, want 1", len(records))
	}
	want := `{
		"eventID": "` + eventID(t, records[0].JSON) + `", "eventName": "INSERT", "eventVersion": "1.1",
		"eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
		"dynamodb": {
			"ApproximateCreationDateTime": ` + fmt.Sprint(start.Unix()) + `,
			"Keys": {"pk": {"S": "a"}, "sk": {"N": "1"}},
			"NewImage": {"pk": {"S": "a"}, "sk": {"N": "1"}, "v": {"N": "1.5"}},
			"SequenceNumber": "000000000000000000001", "SizeBytes": 18, "StreamViewType": "NEW_AND_OLD_IMAGES"
		},
		"eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/releases/stream/2026-11-02T09:00:00.000"
	}`
	if diff := cmp.Diff(parse(t, want), parse(t, string(records[0].JSON))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var event events.DynamoDBEventRecord
	b.must(json.Unmarshal(records[0].JSON, &event))
	if !event.Change.ApproximateCreationDateTime.Equal(start) {
		t.Errorf("aws-lambda-go reads time %v, want %v", event.Change.ApproximateCreationDateTime, start)
	}
}

// eventID returns the record's id, which must have 32 digits.
func eventID(t *testing.T, record []byte) string {
	id := parse(t, string(record)).(map[string]any)["eventID"].(string)
	if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		t.Errorf("got eventID %q, want 32 hexadecimal digits", id)
	}
	return id
}

func parse(t *testing.T, raw string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEachChangeHasOneRecordAndNoChangeHasNone(t *testing.T) {
	b := newBench(t)
	b.put(key("a", "1"))
	b.put(key("a", "1"))
	b.put(with(key("a", "1"), "v", text("x")))
	for range 2 {
		_, err := b.client.DeleteItem(t.Context(), &sdk.DeleteItemInput{TableName: &spec.Name, Key: key("a", "1")})
		b.must(err)
	}
	var names []string
	for _, r := range b.records() {
		names = append(names, parse(t, string(r.JSON)).(map[string]any)["eventName"].(string))
	}
	if got := strings.Join(names, " "); got != "INSERT MODIFY REMOVE" {
		t.Errorf("got %s", got)
	}
}

func TestAViewHasOnlyItsImages(t *testing.T) {
	for view, want := range map[string]string{
		"KEYS_ONLY": "", "NEW_IMAGE": "NewImage", "OLD_IMAGE": "OldImage", "NEW_AND_OLD_IMAGES": "NewImage OldImage",
	} {
		b := newBench(t)
		viewed := spec
		viewed.Name, viewed.StreamViewType = "viewed", view
		b.must(b.engine.CreateTable(viewed))
		for _, v := range []string{"x", "y"} {
			_, err := b.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &viewed.Name, Item: with(key("a", "1"), "v", text(v))})
			b.must(err)
		}
		records, err := b.engine.Records(viewed.Name, "000000000000000000001", 10)
		b.must(err)
		change := parse(t, string(records[0].JSON)).(map[string]any)["dynamodb"].(map[string]any)
		var got []string
		for _, image := range []string{"NewImage", "OldImage"} {
			if change[image] != nil {
				got = append(got, image)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("view %s has %v, want %s", view, got, want)
		}
	}
}

func TestRecordsAreReadInOrder(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		b.put(key("a", fmt.Sprint(i)))
	}
	first, err := b.engine.Records(spec.Name, "", 2)
	b.must(err)
	rest, err := b.engine.Records(spec.Name, first[1].SequenceNumber, 10)
	b.must(err)
	if len(first) != 2 || len(rest) != 3 || rest[0].SequenceNumber != "000000000000000000003" {
		t.Fatalf("got %d and %d records, the latter from %s", len(first), len(rest), rest[0].SequenceNumber)
	}
}

func TestARecordGoesWithTheFirstWriteOnceItIsOlderThanADay(t *testing.T) {
	b := newBench(t)
	for _, step := range []struct {
		at   time.Duration
		left string // the sequence numbers of the records after a write
	}{
		{500 * time.Millisecond, "1"}, {time.Hour, "1 2"}, {24*time.Hour + 500*time.Millisecond, "1 2 3"}, {24*time.Hour + time.Second, "2 3 4"},
		{26 * time.Hour, "3 4 5"}, {100 * time.Hour, "6"},
	} {
		b.clock.RunUntil(start.Add(step.at))
		b.put(key("a", fmt.Sprint(int(step.at))))
		var left []string
		for _, r := range b.records() {
			left = append(left, strings.TrimLeft(r.SequenceNumber, "0"))
		}
		if got := strings.Join(left, " "); got != step.left {
			t.Errorf("after a write at %v, the stream has %s, want %s", step.at, got, step.left)
		}
	}
}

func TestAWriteClearsAwayAtMostAHundredOldRecords(t *testing.T) {
	b := newBench(t)
	for i := range 250 {
		b.put(key("a", fmt.Sprint(i)))
	}
	b.clock.RunUntil(start.Add(25 * time.Hour))
	var left []int
	for range 3 {
		b.put(key("b", fmt.Sprint(len(left))))
		left = append(left, len(b.records()))
	}
	if diff := cmp.Diff([]int{151, 52, 3}, left); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestATransactionIsAnnouncedOnceAfterItsCommit(t *testing.T) {
	b := newBench(t)
	var seen []int
	b.engine.OnRecords(func(table string) { seen = append(seen, len(b.records())) })
	var actions []types.TransactWriteItem
	for i := range 3 {
		actions = append(actions, types.TransactWriteItem{Put: &types.Put{TableName: &spec.Name, Item: key("a", fmt.Sprint(i))}})
	}
	_, err := b.client.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{TransactItems: actions})
	b.must(err)
	if diff := cmp.Diff([]int{3}, seen); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAStreamIsRefusedWhereThereIsNone(t *testing.T) {
	b := newBench(t)
	silent := spec
	silent.Name, silent.StreamViewType = "silent", ""
	b.must(b.engine.CreateTable(silent))
	if _, err := b.engine.Records("silent", "", 1); err == nil || !strings.Contains(err.Error(), "silent: the table has no stream") {
		t.Errorf("Records: got %v", err)
	}
	if _, err := b.engine.Records("nope", "", 1); err == nil {
		t.Error("Records of no table succeeded")
	}
	if arn := b.engine.StreamARN("silent"); arn != "" {
		t.Errorf("StreamARN: got %s", arn)
	}
}

func TestATokenMakesATransactionHappenOnceInTenMinutes(t *testing.T) {
	b := newBench(t)
	add := func(amount, token string) error {
		_, err := b.client.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{
			ClientRequestToken: aws.String(token),
			TransactItems: []types.TransactWriteItem{{Update: &types.Update{TableName: &spec.Name, Key: key("a", "1"),
				UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: attributes{":n": number(amount)}}}}})
		return err
	}
	expect := func(want string) {
		t.Helper()
		if got := b.get(key("a", "1"))["n"].(*types.AttributeValueMemberN).Value; got != want {
			t.Errorf("n is %s, want %s", got, want)
		}
	}
	b.must(add("1", "first"))
	b.must(add("1", "first"))
	expect("1")
	if err := add("2", "first"); err == nil || !strings.Contains(err.Error(), "IdempotentParameterMismatchException") {
		t.Errorf("another transaction under the token: got %v", err)
	}
	b.must(add("1", "second"))
	expect("2")
	b.clock.RunUntil(start.Add(10 * time.Minute))
	b.must(add("1", "first"))
	expect("3")
}
