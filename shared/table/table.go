// Package table keeps the domain in one DynamoDB table: one file a noun, every
// key in keys.go, every write through [Table.Change].
package table

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/shared/pipeline"
)

// A Table is the one table.
type Table struct {
	client *dynamodb.Client
	name   string
	now    func() time.Time
}

// Open returns the table of that name; it makes no call. Now dates the records.
func Open(client *dynamodb.Client, name string, now func() time.Time) *Table {
	return &Table{client, name, now}
}

// get reads the item under k into noun, strongly consistent. What it is, for the
// message of [pipeline.ErrNotFound], is told by the format and its arguments.
func (t *Table) get(ctx context.Context, k key, noun any, format string, args ...any) error {
	return t.read(ctx, k, true, noun, format, args...)
}

// getFrozen is [Table.get] for what never changes once it is there, at half the
// price: it asks again, strongly consistent, only if there seems to be nothing.
func (t *Table) getFrozen(ctx context.Context, k key, noun any, format string, args ...any) error {
	out, err := t.item(ctx, k, false)
	if err == nil && out != nil {
		return decode(out, noun)
	}
	return t.read(ctx, k, true, noun, format, args...)
}

func (t *Table) read(ctx context.Context, k key, consistent bool, noun any, format string, args ...any) error {
	out, err := t.item(ctx, k, consistent)
	switch {
	case err != nil:
		return fmt.Errorf("read %s: %w", fmt.Sprintf(format, args...), err)
	case out == nil:
		return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), pipeline.ErrNotFound)
	}
	return decode(out, noun)
}

func (t *Table) item(ctx context.Context, k key, consistent bool) (item, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &t.name, Key: k.attributes(), ConsistentRead: &consistent})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// A selection is a query within one partition.
type selection struct {
	pk       string
	prefix   string // of the sort key
	before   string // with backward: only sort keys below it, if set
	after    string // without backward: only sort keys above it, if set
	backward bool
	limit    int32  // items a page; 0: as many as fit
	only     string // events of this type, if set
}

// query yields the selected items, strongly consistent, page by page as they are
// asked for. After an error it yields nothing more.
func (t *Table) query(ctx context.Context, s selection) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		pages := dynamodb.NewQueryPaginator(t.client, s.input(t.name))
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, fmt.Errorf("query %s %s: %w", s.pk, s.prefix, err))
				return
			}
			for _, i := range page.Items {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

// filtered is how many items a page of a filtered query looks at, so that a few
// that match cost about as much as they are far apart, and not a page of 1 MB.
const filtered = 50

// highest sorts after every character that a sort key holds.
const highest = "\U0010FFFF"

func (s selection) input(table string) *dynamodb.QueryInput {
	low, high := s.prefix, s.prefix+highest
	if s.before != "" {
		high = s.before
	}
	if s.after != "" {
		low = s.after
	}
	in := &dynamodb.QueryInput{
		TableName: &table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!s.backward),
		KeyConditionExpression:    aws.String("pk = :pk AND sk BETWEEN :low AND :high"),
		ExpressionAttributeValues: item{":pk": text(s.pk), ":low": text(low), ":high": text(high)},
	}
	if s.limit > 0 {
		in.Limit = &s.limit
	}
	if s.only != "" {
		in.FilterExpression = aws.String("#type = :type")
		in.ExpressionAttributeNames = map[string]string{"#type": "type"}
		in.ExpressionAttributeValues[":type"] = text(s.only)
		if s.limit == 0 {
			in.Limit = aws.Int32(filtered)
		}
	}
	return in
}

// sortKey returns the sort key of i without prefix.
func sortKey(i item, prefix string) string {
	sk, _ := plain(i["sk"]).(string)
	return strings.TrimPrefix(sk, prefix)
}

// collect decodes up to n items (0: all) of the sequence.
func collect[Noun any](items iter.Seq2[item, error], n int) ([]Noun, error) {
	var all []Noun
	for i, err := range items {
		if err != nil {
			return nil, err
		}
		var noun Noun
		if err := decode(i, &noun); err != nil {
			return nil, err
		}
		if all = append(all, noun); len(all) == n {
			break
		}
	}
	return all, nil
}

// A put is a write of one item with its condition.
type put struct {
	item      item
	condition string // "": none
	names     map[string]string
	values    item
}

func (p put) write(table string) types.TransactWriteItem {
	w := &types.Put{TableName: &table, Item: p.item, ExpressionAttributeNames: p.names, ExpressionAttributeValues: p.values}
	if p.condition != "" {
		w.ConditionExpression = &p.condition
	}
	return types.TransactWriteItem{Put: w}
}

// once is the condition of an item that is written once and never changes.
const once = "attribute_not_exists(pk)"
