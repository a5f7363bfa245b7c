package dynamodb

import (
	"encoding/json"

	"slipway/infra/local/awsjson"
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
		return awsjson.Errorf("ResourceInUseException", "Table already exists: %s", spec.Name)
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"TableDescription": e.description(created, usage{}, nil)}, nil
}
