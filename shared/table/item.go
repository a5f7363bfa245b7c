package table

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An item's attributes are the JSON of its noun, so that one set of tags serves
// the table, the API and the events.

type item = map[string]types.AttributeValue

// encode returns the item of noun under k.
func encode(k key, noun any) (item, error) {
	data, err := json.Marshal(noun)
	if err != nil {
		return nil, fmt.Errorf("encode item %s %s: %w", k.pk, k.sk, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return nil, fmt.Errorf("encode item %s %s: %w", k.pk, k.sk, err)
	}
	all := k.attributes()
	for name, value := range fields {
		all[name] = attribute(value)
	}
	return all, nil
}

func attribute(value any) types.AttributeValue {
	switch v := value.(type) {
	case string:
		return text(v)
	case json.Number:
		return &types.AttributeValueMemberN{Value: v.String()}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i := range v {
			list[i] = attribute(v[i])
		}
		return &types.AttributeValueMemberL{Value: list}
	case map[string]any:
		fields := make(item, len(v))
		for name := range v {
			fields[name] = attribute(v[name])
		}
		return &types.AttributeValueMemberM{Value: fields}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// decode reads the attributes of i into noun.
func decode(i item, noun any) error {
	data, err := json.Marshal(plainMap(i))
	if err == nil {
		err = json.Unmarshal(data, noun)
	}
	if err != nil {
		return fmt.Errorf("decode item %v %v: %w", plain(i["pk"]), plain(i["sk"]), err)
	}
	return nil
}

func plainMap(i item) map[string]any {
	fields := make(map[string]any, len(i))
	for name, value := range i {
		fields[name] = plain(value)
	}
	return fields
}

func plain(value types.AttributeValue) any {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return json.Number(v.Value)
	case *types.AttributeValueMemberBOOL:
		return v.Value
	case *types.AttributeValueMemberB:
		return v.Value
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i := range v.Value {
			list[i] = plain(v.Value[i])
		}
		return list
	case *types.AttributeValueMemberM:
		return plainMap(v.Value)
	}
	return nil
}
