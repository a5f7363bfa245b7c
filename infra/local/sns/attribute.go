package sns

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slipway/infra/local/awsjson"
)

const textArray = "String.Array"

var (
	attributeName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,256}$`)
	attributeType = regexp.MustCompile(`^(String|Number|Binary)(\..+)?$`)
	numberText    = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
)

// An Attribute is the value of a message attribute.
type Attribute struct {
	// DataType is String, String.Array (the text is a JSON array), Number or Binary,
	// or one of these with a label of the sender's behind a dot.
	DataType    string
	StringValue string `json:",omitempty"`
	BinaryValue []byte `json:",omitempty"`
}

func (a Attribute) binary() bool { return strings.HasPrefix(a.DataType, "Binary") }

func (a Attribute) number() bool { return strings.HasPrefix(a.DataType, "Number") }

// value returns the bytes that count for size.
func (a Attribute) value() []byte {
	if a.binary() {
		return a.BinaryValue
	}
	return []byte(a.StringValue)
}

// checkAttributes returns what SNS says of the first attribute that it would refuse.
func checkAttributes(attributes map[string]Attribute) error {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if err := attributes[name].check(name); err != nil {
			return err
		}
	}
	return nil
}

func (a Attribute) check(name string) error {
	lower := strings.ToLower(name)
	switch {
	case !attributeName.MatchString(name), strings.HasPrefix(lower, "aws."), strings.HasPrefix(lower, "amazon."):
		return invalidValue("The message attribute name '%s' is invalid.", name)
	case !attributeType.MatchString(a.DataType):
		return invalidValue("The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
	case len(a.value()) == 0:
		return invalidValue("The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, a.DataType)
	case a.DataType == textArray && !a.isArray():
		return invalidValue("The message attribute '%s' of type '%s' must be a JSON array of strings, numbers, true, false and null.", name, a.DataType)
	}
	if _, err := a.float(); a.number() && err != nil {
		return invalidValue("Could not cast message attribute '%s' value to number.", name)
	}
	return nil
}

// isArray tells whether the text of a is a JSON array of scalars.
func (a Attribute) isArray() bool {
	var values []any
	if err := json.Unmarshal([]byte(a.StringValue), &values); err != nil || values == nil {
		return false
	}
	return !slices.ContainsFunc(values, func(value any) bool {
		switch value.(type) {
		case []any, map[string]any:
			return true
		}
		return false
	})
}

func (a Attribute) float() (float64, error) {
	const bits = 64
	if !numberText.MatchString(a.StringValue) {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(a.StringValue, bits)
}

// filterable returns the attributes of m as the JSON object that filter policies
// look at: attributes of type Binary are not compared.
func (m Message) filterable() ([]byte, error) {
	values := map[string]any{}
	for name, a := range m.Attributes {
		switch {
		case a.binary():
		case a.number():
			number, err := a.float()
			if err != nil {
				return nil, err
			}
			values[name] = number
		case a.DataType == textArray:
			values[name] = json.RawMessage(a.StringValue)
		default:
			values[name] = a.StringValue
		}
	}
	return awsjson.Encode(values)
}
