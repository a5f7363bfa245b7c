package dynamodb

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// createTableRequest is CreateTable on the wire. Tables cost nothing here and
// never throttle, so BillingMode, ProvisionedThroughput and TableClass have no
// effect; nor have Tags, SSESpecification and DeletionProtectionEnabled, as
// nothing reads tags, stores in the clear elsewhere, or deletes a table.
type createTableRequest struct {
	TableName              string
	AttributeDefinitions   []attributeDefinition
	KeySchema              []keyElement
	GlobalSecondaryIndexes []indexRequest
	StreamSpecification    *streamSpecification

	BillingMode, ProvisionedThroughput, TableClass    json.RawMessage
	Tags, SSESpecification, DeletionProtectionEnabled json.RawMessage
}

type attributeDefinition struct{ AttributeName, AttributeType string }

type keyElement struct{ AttributeName, KeyType string }

type indexRequest struct {
	IndexName             string
	KeySchema             []keyElement
	Projection            projectionMembers
	ProvisionedThroughput json.RawMessage // without effect
}

type projectionMembers struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

type streamSpecification struct {
	StreamEnabled  bool
	StreamViewType string `json:",omitempty"`
}

// spec returns what the request asks for.
func (r createTableRequest) spec() (TableSpec, error) {
	spec := TableSpec{Name: r.TableName}
	var err error
	if spec.Key, err = r.key(r.KeySchema); err != nil {
		return spec, err
	}
	for _, x := range r.GlobalSecondaryIndexes {
		key, err := r.key(x.KeySchema)
		if err != nil {
			return spec, err
		}
		spec.Indexes = append(spec.Indexes, IndexSpec{x.IndexName, key,
			Projection{x.Projection.ProjectionType, x.Projection.NonKeyAttributes}})
	}
	if s := r.StreamSpecification; s != nil {
		if s.StreamEnabled != (s.StreamViewType != "") {
			return spec, invalid("One or more parameter values were invalid: " +
				"StreamSpecification must have both StreamEnabled and a StreamViewType, or neither")
		}
		spec.StreamViewType = s.StreamViewType
	}
	if r.GlobalSecondaryIndexes != nil && len(r.GlobalSecondaryIndexes) == 0 {
		return spec, invalid("One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty")
	}
	if err := spec.check(); err != nil {
		return spec, err
	}
	return spec, r.checkDefinitions(spec)
}

// key builds a key schema from its elements and the definitions of their attributes.
func (r createTableRequest) key(elements []keyElement) (KeySchema, error) {
	var key KeySchema
	for i, element := range elements {
		kind, ok := r.definition(element.AttributeName)
		switch {
		case !ok:
			return key, invalid("One or more parameter values were invalid: Some index key attributes are not defined in "+
				"AttributeDefinitions. Keys: [%s]", element.AttributeName)
		case i == 0 && element.KeyType == "HASH":
			key.Hash = Attribute{element.AttributeName, kind}
		case i == 1 && element.KeyType == "RANGE":
			key.Range = Attribute{element.AttributeName, kind}
		default:
			return key, invalid("Invalid KeySchema: it must be a HASH element and, optionally, a RANGE element after it; element %d is %s of type %q",
				i+1, element.AttributeName, element.KeyType)
		}
	}
	return key, nil
}

func (r createTableRequest) definition(name string) (kind string, ok bool) {
	for _, d := range r.AttributeDefinitions {
		if d.AttributeName == name {
			return d.AttributeType, true
		}
	}
	return "", false
}

// checkDefinitions refuses definitions of attributes that no key has.
func (r createTableRequest) checkDefinitions(spec TableSpec) error {
	for _, d := range r.AttributeDefinitions {
		used := spec.Key.has(d.AttributeName)
		for _, x := range spec.Indexes {
			used = used || x.Key.has(d.AttributeName)
		}
		if !used {
			return invalid("One or more parameter values were invalid: Some AttributeDefinitions are not used. Unused: [%s]", d.AttributeName)
		}
	}
	return nil
}

func (e *Engine) serveCreateTable(r createTableRequest) (any, error) {
	spec, err := r.spec()
	if err != nil {
		return nil, err
	}
	created, err := e.createTable(spec, func(table) error {
		return &apiError{shape: "ResourceInUseException", message: "Table already exists: " + spec.Name}
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"TableDescription": e.description(created, usage{}, nil)}, nil
}

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
			return &apiError{shape: "ResourceNotFoundException",
				message: "Requested resource not found: Table: " + r.TableName + " not found"}
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
	CreationDateTime       float64
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
		CreationDateTime:     float64(t.Created.UnixMilli()) / float64(time.Second/time.Millisecond),
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

type listTablesRequest struct {
	ExclusiveStartTableName string
	Limit                   *int
}

type listTablesAnswer struct {
	TableNames             []string
	LastEvaluatedTableName string `json:",omitempty"`
}

func (e *Engine) listTables(r listTablesRequest) (*listTablesAnswer, error) {
	limit := 100
	if r.Limit != nil {
		limit = *r.Limit
	}
	if limit < 1 || limit > 100 {
		return nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100", limit)
	}
	answer := &listTablesAnswer{TableNames: []string{}}
	err := e.store.View(func(tx store.Tx) error {
		for name := range tx.Scan(tablesTable, []byte(r.ExclusiveStartTableName)) {
			if string(name) == r.ExclusiveStartTableName {
				continue
			}
			if len(answer.TableNames) == limit {
				answer.LastEvaluatedTableName = answer.TableNames[limit-1]
				break
			}
			answer.TableNames = append(answer.TableNames, string(name))
		}
		return nil
	})
	return answer, err
}
