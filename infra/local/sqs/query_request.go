package sqs

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"slipway/infra/local/awsjson"
)

// jsonName returns what the JSON protocol calls a list of the query protocol, whose
// elements are numbered as in "AttributeName.1"; "" when SQS has no such list.
func jsonName(list string) string {
	switch list {
	case "Attribute", "AttributeName", "MessageAttributeName", "MessageSystemAttributeName", "MessageAttribute":
		return list + "s"
	case "SendMessageBatchRequestEntry", "DeleteMessageBatchRequestEntry":
		return "Entries"
	default:
		return ""
	}
}

// queryRequest returns a form as a request of the JSON protocol. What SQS has no
// parameter of that name for is kept, so that it is refused by name.
func queryRequest(form url.Values) ([]byte, error) {
	parameters := maps.Clone(form)
	for _, ofProtocol := range []string{"Action", "Version"} {
		delete(parameters, ofProtocol)
	}
	request, err := members(parameters)
	if err != nil {
		return nil, err
	}
	return awsjson.Encode(request)
}

// members returns parameters, or those of one element of a list, as the members of an object.
func members(parameters url.Values) (map[string]any, error) {
	object, lists := map[string]any{}, map[string]map[int]url.Values{}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		list, element, isElement := strings.Cut(name, ".")
		if !isElement || jsonName(list) == "" {
			value, err := scalar(name, parameters.Get(name))
			if err != nil {
				return nil, err
			}
			object[name] = value
			continue
		}
		number, member, _ := strings.Cut(element, ".")
		i, err := strconv.Atoi(number)
		if err != nil {
			return nil, awsjson.Errorf("MalformedQueryString", "The parameter %s is no element of a list: want %s.1 and so on", name, list)
		}
		if lists[list] == nil {
			lists[list] = map[int]url.Values{}
		}
		if lists[list][i] == nil {
			lists[list][i] = url.Values{}
		}
		lists[list][i].Set(member, parameters.Get(name))
	}
	for list, elements := range lists {
		value, err := listed(list, elements)
		if err != nil {
			return nil, err
		}
		object[jsonName(list)] = value
	}
	return object, nil
}

// listed returns the elements of a list in the order of their numbers: message
// attributes by name, the entries of batches as objects, and names as text.
func listed(list string, elements map[int]url.Values) (any, error) {
	var entries []any
	attributes := map[string]any{}
	for _, i := range slices.Sorted(maps.Keys(elements)) {
		switch {
		case list == "Attribute":
			attributes[elements[i].Get("Name")] = elements[i].Get("Value")
		case list == "MessageAttribute":
			attributes[elements[i].Get("Name")] = attributeValue(elements[i])
		case jsonName(list) == "Entries":
			entry, err := members(elements[i])
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry)
		default:
			entries = append(entries, elements[i].Get(""))
		}
	}
	if list == "MessageAttribute" || list == "Attribute" {
		return attributes, nil
	}
	return entries, nil
}

// attributeValue returns the value of a message attribute, whose members stand as "Value.StringValue" and so on.
func attributeValue(element url.Values) map[string]string {
	value := map[string]string{}
	for member := range element {
		if member != "Name" {
			value[strings.TrimPrefix(member, "Value.")] = element.Get(member)
		}
	}
	return value
}

// scalar returns the value of a parameter, of which some are whole numbers.
func scalar(name, value string) (any, error) {
	switch name {
	case "DelaySeconds", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds", "MaxResults":
		number, err := strconv.Atoi(value)
		if err != nil {
			return nil, invalidValue("Value %s for parameter %s is invalid. Reason: Must be an integer.", value, name)
		}
		return number, nil
	}
	return value, nil
}
