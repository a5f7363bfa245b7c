package dynamodb

import (
	"fmt"
	"slices"
)

// A TableSpec is what a table is created with.
type TableSpec struct {
	Name           string
	Key            KeySchema
	Indexes        []IndexSpec `json:",omitempty"` // global secondary indexes
	StreamViewType string      `json:",omitempty"` // KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES; "" for no stream
	TTLAttribute   string      `json:",omitempty"` // holds the time, in seconds since 1970, after which an item expires; "" for no expiry
}

// A KeySchema names the attributes of a key.
type KeySchema struct {
	Hash  Attribute
	Range Attribute // no name: the key has no range attribute
}

// An Attribute is a key attribute; its type is S, N or B.
type Attribute struct{ Name, Type string }

// An IndexSpec is a global secondary index.
type IndexSpec struct {
	Name       string
	Key        KeySchema
	Projection Projection
}

// A Projection tells which attributes an index holds besides all keys: all of
// them (ALL), none (KEYS_ONLY) or those named (INCLUDE).
type Projection struct {
	Type    string
	NonKeys []string `json:",omitempty"`
}

// attributes are the one or two attributes of the key.
func (k KeySchema) attributes() []Attribute {
	if k.Range.Name == "" {
		return []Attribute{k.Hash}
	}
	return []Attribute{k.Hash, k.Range}
}

func (k KeySchema) has(name string) bool {
	return slices.ContainsFunc(k.attributes(), func(a Attribute) bool { return a.Name == name })
}

// index returns the index of that name.
func (s TableSpec) index(name string) (IndexSpec, bool) {
	i := slices.IndexFunc(s.Indexes, func(x IndexSpec) bool { return x.Name == name })
	if i < 0 {
		return IndexSpec{}, false
	}
	return s.Indexes[i], true
}

// check refuses a table that DynamoDB would not create.
func (s TableSpec) check() error {
	if err := checkTableName(s.Name); err != nil {
		return err
	}
	if err := s.Key.check(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, x := range s.Indexes {
		if err := x.check(); err != nil {
			return err
		}
		if seen[x.Name] {
			return invalid("One or more parameter values were invalid: Duplicate index name: %s", x.Name)
		}
		seen[x.Name] = true
	}
	views := []string{"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"}
	if s.StreamViewType != "" && !slices.Contains(views, s.StreamViewType) {
		return notInSet("streamSpecification.streamViewType", s.StreamViewType, views...)
	}
	return nil
}

func (k KeySchema) check() error {
	if k.Hash.Name == "" {
		return invalid("No Hash Key specified in schema.  All Dynamo DB tables must have exactly one hash key")
	}
	if k.Hash.Name == k.Range.Name {
		return invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	for _, a := range k.attributes() {
		if !kind(a.Type).ordered() {
			return notInSet("attributeDefinitions.member.attributeType", a.Type, "B", "N", "S")
		}
	}
	return nil
}

func (x IndexSpec) check() error {
	if err := checkTableName(x.Name); err != nil {
		return err
	}
	if err := x.Key.check(); err != nil {
		return err
	}
	switch x.Projection.Type {
	case "INCLUDE":
		if len(x.Projection.NonKeys) == 0 {
			return invalid("One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
		}
	case "ALL", "KEYS_ONLY":
		if len(x.Projection.NonKeys) > 0 {
			return invalid("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is specified", x.Projection.Type)
		}
	default:
		return notInSet("globalSecondaryIndexes.member.projection.projectionType", x.Projection.Type, "ALL", "INCLUDE", "KEYS_ONLY")
	}
	return nil
}

// checkTableName refuses what can't name a table or an index.
func checkTableName(name string) error {
	fits := func(c byte) bool { return isWordByte(c) || c == '-' || c == '.' }
	if len(name) < 3 || len(name) > 255 || run(name, fits) < len(name) {
		return invalid("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, " +
			"and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	}
	return nil
}

// difference names the first part in which two specs of the same table differ, or "".
func (s TableSpec) difference(other TableSpec) string {
	describe := func(what string, a, b any) string { return fmt.Sprintf("%s is %v, not %v", what, a, b) }
	switch {
	case s.Key != other.Key:
		return describe("the key schema", s.Key, other.Key)
	case s.StreamViewType != other.StreamViewType:
		return describe("the stream view type", s.StreamViewType, other.StreamViewType)
	case s.TTLAttribute != other.TTLAttribute:
		return describe("the TTL attribute", s.TTLAttribute, other.TTLAttribute)
	case len(s.Indexes) != len(other.Indexes):
		return describe("the number of indexes", len(s.Indexes), len(other.Indexes))
	}
	for _, x := range s.Indexes {
		y, ok := other.index(x.Name)
		switch {
		case !ok:
			return "index " + x.Name + " is not asked for"
		case x.Key != y.Key:
			return describe("the key schema of index "+x.Name, x.Key, y.Key)
		case x.Projection.Type != y.Projection.Type, !slices.Equal(x.Projection.NonKeys, y.Projection.NonKeys):
			return describe("the projection of index "+x.Name, x.Projection, y.Projection)
		}
	}
	return ""
}
