package dynamodb

import (
	"crypto/sha256"
	"fmt"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type describeTableRequest struct{ TableName string }

func (e *Engine) describeTable(r describeTableRequest) (any, error) {
	if err := checkTableMember(r.TableName); err != nil {
		return nil, err
	}
	var described tableDescription
	err := e.store.View(func(tx store.Tx) error {
		t, err := findTable(tx, r.TableName)
		if err != nil {
			return err
		}
		if t == nil {
			return awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found", r.TableName)
		}
		indexes := map[string]usage{}
		for _, x := range t.Indexes {
			if indexes[x.Name], err = usageOf(tx, indexTable(t.Name, x.Name)); err != nil {
				return err
			}
		}
		items, err := usageOf(tx, itemsTable(t.Name))
		described = e.description(*t, items, indexes)
		return err
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": described}, nil
}

// A usage is how many items a table or index holds, and their bytes.
type usage struct{ items, bytes int }

// usageOf counts; DynamoDB itself counts only every six hours.
func usageOf(tx store.Tx, from string) (usage, error) {
	var u usage
	for _, raw := range tx.Scan(from, nil) {
		it, err := decodeItem(from, raw)
		if err != nil {
			return u, err
		}
		u.items++
		u.bytes += itemSize(it)
	}
	return u, nil
}

type tableDescription struct {
	TableName              string
	TableArn               string
	TableId                string
	TableStatus            string
	CreationDateTime       awsjson.Time
	AttributeDefinitions   []attributeDefinition
	KeySchema              []keyElement
	ItemCount              int
	TableSizeBytes         int
	BillingModeSummary     map[string]string
	GlobalSecondaryIndexes []indexDescription   `json:",omitempty"`
	StreamSpecification    *streamSpecification `json:",omitempty"`
	LatestStreamArn        string               `json:",omitempty"`
	LatestStreamLabel      string               `json:",omitempty"`
}

type indexDescription struct {
	IndexName      string
	IndexArn       string
	IndexStatus    string
	KeySchema      []keyElement
	Projection     projectionMembers
	ItemCount      int
	IndexSizeBytes int
}

func (e *Engine) description(t table, items usage, indexes map[string]usage) tableDescription {
	d := tableDescription{
		TableName: t.Name, TableArn: e.tableARN(t.Name), TableId: e.tableID(t), TableStatus: "ACTIVE",
		CreationDateTime:     awsjson.Time(t.Created),
		AttributeDefinitions: t.definitions(), KeySchema: t.Key.elements(),
		ItemCount: items.items, TableSizeBytes: items.bytes,
		BillingModeSummary: map[string]string{"BillingMode": "PAY_PER_REQUEST"},
	}
	for _, x := range t.Indexes {
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, indexDescription{
			IndexName: x.Name, IndexArn: e.tableARN(t.Name) + "/index/" + x.Name, IndexStatus: "ACTIVE",
			KeySchema: x.Key.elements(), Projection: projectionMembers{x.Projection.Type, x.Projection.NonKeys},
			ItemCount: indexes[x.Name].items, IndexSizeBytes: indexes[x.Name].bytes,
		})
	}
	if t.StreamViewType != "" {
		d.StreamSpecification = &streamSpecification{true, t.StreamViewType}
		d.LatestStreamArn, d.LatestStreamLabel = e.streamARN(&t), t.streamLabel()
	}
	return d
}

// tableID is a UUID, the same for as long as the table lives.
func (e *Engine) tableID(t table) string {
	sum := sha256.Sum256([]byte(e.tableARN(t.Name) + t.streamLabel()))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (k KeySchema) elements() []keyElement {
	elements := []keyElement{{k.Hash.Name, "HASH"}}
	if k.Range.Name != "" {
		elements = append(elements, keyElement{k.Range.Name, "RANGE"})
	}
	return elements
}

// definitions are the attributes of all keys, each once.
func (s TableSpec) definitions() []attributeDefinition {
	attributes := s.Key.attributes()
	for _, x := range s.Indexes {
		attributes = append(attributes, x.Key.attributes()...)
	}
	var definitions []attributeDefinition
	seen := map[string]bool{}
	for _, a := range attributes {
		if !seen[a.Name] {
			definitions = append(definitions, attributeDefinition{a.Name, a.Type})
		}
		seen[a.Name] = true
	}
	return definitions
}
