package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// A tableCopy is a restored DynamoDB table.
type tableCopy struct {
	client *dynamodb.Client
	w      Work
	name   string
}

func newTableCopy(c aws.Config, w Work, name string) tableCopy {
	return tableCopy{dynamodb.NewFromConfig(c), w, name}
}

// describe returns the table, or nil when there is none.
func (t tableCopy) describe(ctx context.Context) (*types.TableDescription, error) {
	found, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.name})
	if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, backupRefused(err, restoreJob{}.Name(), t.w, "look at table "+t.name)
	}
	return found.Table, nil
}

// exists implements [restoredCopy].
func (t tableCopy) exists(ctx context.Context) (bool, error) {
	found, err := t.describe(ctx)
	return found != nil, err
}

// verify implements [restoredCopy].
func (t tableCopy) verify(ctx context.Context, e restoreExpectations) ([]restoreCheck, bool, error) {
	found, err := t.describe(ctx)
	if err != nil {
		return nil, false, err
	}
	if found == nil {
		return []restoreCheck{{Of: "table " + t.name, Want: "ACTIVE", Found: "nothing"}}, true, nil
	}
	if found.TableStatus != types.TableStatusActive {
		return nil, false, nil
	}
	count, err := t.count(ctx, e.min())
	if err != nil {
		return nil, false, err
	}
	checks := []restoreCheck{{"table " + t.name, "ACTIVE", string(found.TableStatus), true}, countCheck("items", count, e.min())}
	for _, key := range e.Keys {
		check, err := t.item(ctx, key)
		if err != nil {
			return nil, false, err
		}
		checks = append(checks, check)
	}
	return checks, true, nil
}

// count counts items until there are enough. The table's own count is hours old.
func (t tableCopy) count(ctx context.Context, enough int) (int, error) {
	count := 0
	pages := dynamodb.NewScanPaginator(t.client, &dynamodb.ScanInput{TableName: &t.name, Select: types.SelectCount, Limit: aws.Int32(int32(enough))})
	for count < enough && pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, backupRefused(err, restoreJob{}.Name(), t.w, "count the items of table "+t.name)
		}
		count += int(page.Count)
	}
	return count, nil
}

// countCheck returns the check of a count that ended when there were enough.
func countCheck(of string, count, enough int) restoreCheck {
	found := fmt.Sprint(count)
	if count >= enough {
		found = fmt.Sprintf("%d or more", enough)
	}
	return restoreCheck{Of: of, Want: fmt.Sprintf("%d or more", enough), Found: found, Passed: count >= enough}
}

// item looks whether the item with that key is there.
func (t tableCopy) item(ctx context.Context, key tableKey) (restoreCheck, error) {
	check := restoreCheck{Of: "item " + key.String(), Want: "there", Found: "not there"}
	attributes, err := key.attributes()
	if err != nil {
		return check, permanent("BadParameter", "verify: %s", err)
	}
	item, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: attributes, ConsistentRead: aws.Bool(true)})
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && api.ErrorCode() == "ValidationException": // such as a key that the table has not
		check.Found = api.ErrorMessage()
	case err != nil:
		return check, backupRefused(err, restoreJob{}.Name(), t.w, "read an item of table "+t.name)
	case len(item.Item) > 0:
		check.Found, check.Passed = "there", true
	}
	return check, nil
}

// remove implements [restoredCopy]. The table is gone some time after DynamoDB has taken
// the request.
func (t tableCopy) remove(ctx context.Context) (bool, error) {
	_, err := t.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &t.name})
	if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) {
		return true, nil
	}
	if busy := (*types.ResourceInUseException)(nil); errors.As(err, &busy) { // it is being deleted already, or still made
		found, err := t.describe(ctx)
		if err != nil || found == nil || found.TableStatus == types.TableStatusDeleting {
			return err == nil, err
		}
	}
	if err != nil {
		return false, backupRefused(err, restoreJob{}.Name(), t.w, "delete table "+t.name)
	}
	return true, nil
}

// attributes returns the key as DynamoDB takes it.
func (k tableKey) attributes() (map[string]types.AttributeValue, error) {
	if len(k) < 1 || len(k) > 2 {
		return nil, fmt.Errorf("it has %d attributes", len(k))
	}
	all := map[string]types.AttributeValue{}
	for name, raw := range k {
		var text string
		var number json.Number
		switch {
		case json.Unmarshal(raw, &text) == nil:
			all[name] = &types.AttributeValueMemberS{Value: text}
		case json.Unmarshal(raw, &number) == nil:
			all[name] = &types.AttributeValueMemberN{Value: number.String()}
		default:
			return nil, fmt.Errorf("%s is neither a text nor a number", name)
		}
	}
	return all, nil
}

// String returns the key as text, such as id="order-1".
func (k tableKey) String() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(k)) {
		all = append(all, name+"="+string(k[name]))
	}
	return strings.Join(all, " ")
}
