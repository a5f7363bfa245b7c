package dynamodb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var unexported = cmpopts.IgnoreUnexported(types.AttributeValueMemberS{}, types.AttributeValueMemberN{},
	types.AttributeValueMemberBOOL{}, types.AttributeValueMemberL{}, types.AttributeValueMemberM{},
	types.AttributeValueMemberSS{}, types.AttributeValueMemberNS{}, types.AttributeValueMemberBS{},
	types.AttributeValueMemberB{}, types.AttributeValueMemberNULL{})

func TestAnItemComesBackAsItWasPut(t *testing.T) {
	b := newBench(t)
	put := with(key("a", "1"), "all", &types.AttributeValueMemberM{Value: attributes{
		"s": text("<ü&>"), "n": number("-0.5"), "b": &types.AttributeValueMemberB{Value: []byte{0, 255}},
		"t": &types.AttributeValueMemberBOOL{Value: true}, "z": &types.AttributeValueMemberNULL{Value: true},
		"l":  &types.AttributeValueMemberL{Value: []types.AttributeValue{text(""), number("1")}},
		"ss": &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		"ns": &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
		"bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}},
	}})
	b.put(put)
	if diff := cmp.Diff(put, b.get(key("a", "1")), unexported); diff != "" {
		t.Errorf("(-put +got)\n%s", diff)
	}
}

func TestAFailedConditionIsTypedAndShowsTheItem(t *testing.T) {
	b := newBench(t)
	b.put(key("a", "1"))
	_, err := b.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &spec.Name, Item: key("a", "1"),
		ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok || failed.ErrorMessage() != "The conditional request failed" {
		t.Fatalf("got %v, want ConditionalCheckFailedException", err)
	}
	if diff := cmp.Diff(key("a", "1"), failed.Item, unexported); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestACancelledTransactionChangesNothingAndTellsAReasonForEachAction(t *testing.T) {
	b := newBench(t)
	b.put(key("a", "1"))
	put := func(it attributes) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: &spec.Name, Item: it,
			ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}
	}
	_, err := b.client.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{put(key("new", "1")), put(key("a", "1"))}})
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		t.Fatalf("got %v, want TransactionCanceledException", err)
	}
	if want := "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"; cancelled.ErrorMessage() != want {
		t.Errorf("got message %q, want %q", cancelled.ErrorMessage(), want)
	}
	want := []types.CancellationReason{{Code: aws.String("None")}, {Code: aws.String("ConditionalCheckFailed"),
		Message: aws.String("The conditional request failed"), Item: key("a", "1")}}
	if diff := cmp.Diff(want, cancelled.CancellationReasons, unexported, cmpopts.IgnoreUnexported(types.CancellationReason{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if it := b.get(key("new", "1")); it != nil {
		t.Errorf("the cancelled transaction wrote %v", it)
	}
	if n := len(b.records()); n != 1 {
		t.Errorf("the stream has %d records, want 1", n)
	}
}

func TestPagesOfAQueryMeetEndToEnd(t *testing.T) {
	for _, forward := range []bool{true, false} {
		t.Run(fmt.Sprint(forward), func(t *testing.T) {
			b := newBench(t)
			for i := range 10 {
				b.put(key("a", fmt.Sprint(i)))
			}
			pages := sdk.NewQueryPaginator(b.client, &sdk.QueryInput{TableName: &spec.Name, Limit: aws.Int32(3),
				ScanIndexForward: &forward, KeyConditionExpression: aws.String("pk = :p"),
				ExpressionAttributeValues: attributes{":p": text("a")}})
			var got []string
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				b.must(err)
				for _, it := range page.Items {
					got = append(got, it["sk"].(*types.AttributeValueMemberN).Value)
				}
			}
			want := "0 1 2 3 4 5 6 7 8 9"
			if !forward {
				want = "9 8 7 6 5 4 3 2 1 0"
			}
			if strings.Join(got, " ") != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestNumbersSortByValue(t *testing.T) {
	b := newBench(t)
	ordered := []string{"-10000000000000000000000000000000000000000", "-100", "-99.5", "-2", "-1.5", "-0.01", "-0.001",
		"0", "0.001", "0.01", "1", "1.000000000000000000000000001", "9", "10", "99.5", "10000000000000000000000000000000000000000"}
	for i := range ordered { // in another order than theirs
		b.put(key("a", ordered[i*7%len(ordered)]))
	}
	found, err := b.client.Query(t.Context(), &sdk.QueryInput{TableName: &spec.Name,
		KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: attributes{":p": text("a")}})
	b.must(err)
	var got []string
	for _, it := range found.Items {
		got = append(got, it["sk"].(*types.AttributeValueMemberN).Value)
	}
	if diff := cmp.Diff(ordered, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSegmentsOfAScanShareAllItems(t *testing.T) {
	b := newBench(t)
	for i := range 40 {
		b.put(key(fmt.Sprint(i), "1"))
	}
	seen := map[string]int{}
	for segment := range int32(4) {
		found, err := b.client.Scan(t.Context(), &sdk.ScanInput{TableName: &spec.Name, Segment: &segment, TotalSegments: aws.Int32(4)})
		b.must(err)
		for _, it := range found.Items {
			seen[it["pk"].(*types.AttributeValueMemberS).Value]++
		}
	}
	for pk, times := range seen {
		if times != 1 {
			t.Errorf("item %s was in %d segments", pk, times)
		}
	}
	if len(seen) != 40 {
		t.Errorf("the segments have %d items, want 40", len(seen))
	}
}

func TestAPageEndsAfterOneMegabyte(t *testing.T) {
	b := newBench(t)
	for i := range 4 {
		b.put(with(key("a", fmt.Sprint(i)), "v", text(strings.Repeat("x", 400000))))
	}
	found, err := b.client.Query(t.Context(), &sdk.QueryInput{TableName: &spec.Name, KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: attributes{":p": text("a")}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	b.must(err)
	if len(found.Items) != 3 || found.LastEvaluatedKey == nil {
		t.Errorf("got %d items and key %v, want 3 and a key", len(found.Items), found.LastEvaluatedKey)
	}
	if units := *found.ConsumedCapacity.CapacityUnits; units != 146.5 {
		t.Errorf("the page counts %v units, want 146.5", units)
	}
}

func TestABatchEndsAfterSixteenMegabytes(t *testing.T) {
	b := newBench(t)
	var keys []attributes
	for i := range 50 {
		keys = append(keys, key("a", fmt.Sprint(i)))
		b.put(with(key("a", fmt.Sprint(i)), "v", text(strings.Repeat("x", 400000))))
	}
	found, err := b.client.BatchGetItem(t.Context(), &sdk.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{spec.Name: {Keys: keys}}})
	b.must(err)
	if got, rest := len(found.Responses[spec.Name]), len(found.UnprocessedKeys[spec.Name].Keys); got != 41 || rest != 9 {
		t.Errorf("got %d items and %d unprocessed keys, want 41 and 9", got, rest)
	}
}

func TestAnIndexHoldsOnlyItemsWithItsKey(t *testing.T) {
	b := newBench(t)
	b.put(with(key("a", "1"), "owner", text("me")))
	b.put(key("a", "2"))
	count := func() int32 {
		found, err := b.client.Query(t.Context(), &sdk.QueryInput{TableName: &spec.Name, IndexName: aws.String("by-owner"),
			KeyConditionExpression: aws.String("#o = :o"), ExpressionAttributeNames: map[string]string{"#o": "owner"},
			ExpressionAttributeValues: attributes{":o": text("me")}})
		b.must(err)
		return found.Count
	}
	if n := count(); n != 1 {
		t.Errorf("the index has %d items, want 1", n)
	}
	b.put(key("a", "1"))
	if n := count(); n != 0 {
		t.Errorf("the index has %d items after the key's removal, want 0", n)
	}
}

func TestDescribeTableTellsWhatTheTableIs(t *testing.T) {
	b := newBench(t)
	b.put(key("a", "1"))
	d, err := b.client.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: &spec.Name})
	b.must(err)
	switch table := d.Table; {
	case *table.TableArn != "arn:aws:dynamodb:us-east-1:000000000000:table/releases",
		*table.LatestStreamArn != b.engine.StreamARN(spec.Name),
		!table.CreationDateTime.Equal(start),
		*table.ItemCount != 1, *table.TableSizeBytes != 7,
		len(table.GlobalSecondaryIndexes) != 1, len(table.AttributeDefinitions) != 3:
		t.Errorf("got %+v", table)
	}
}
