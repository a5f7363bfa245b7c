package cloudwatch

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"slipway/infra/local/awsjson"
)

// requestOfForm returns the parameters of the query protocol as a request of the JSON
// protocol. A list has its elements under "AlarmNames.member.1" and so on, and an
// element that is a structure its members under "Dimensions.member.1.Name". What
// CloudWatch has no parameter of that name for is kept, so that it is refused by name.
func requestOfForm(form url.Values) ([]byte, error) {
	request, lists := record{}, map[string]map[int]record{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		list, rest, isElement := strings.Cut(name, ".member.")
		if !isElement {
			value, err := scalarOfForm(name, form.Get(name))
			if err != nil {
				return nil, err
			}
			request[name] = value
			continue
		}
		number, member, _ := strings.Cut(rest, ".")
		i, err := strconv.Atoi(number)
		if err != nil {
			return nil, awsjson.Errorf("MalformedQueryString", "The parameter %s is no element of a list: want %s.member.1 and so on", name, list)
		}
		if lists[list] == nil {
			lists[list] = map[int]record{}
		}
		if lists[list][i] == nil {
			lists[list][i] = record{}
		}
		lists[list][i][member] = form.Get(name)
	}
	for list, elements := range lists {
		request[list] = listOfForm(elements)
	}
	return awsjson.Encode(request)
}

// listOfForm returns elements in the order of their numbers: one that has no members is a text.
func listOfForm(elements map[int]record) []any {
	list := []any{}
	for _, i := range slices.Sorted(maps.Keys(elements)) {
		if text, ok := elements[i][""]; ok && len(elements[i]) == 1 {
			list = append(list, text)
		} else {
			list = append(list, elements[i])
		}
	}
	return list
}

// scalarOfForm returns the value of a parameter, of which some are numbers or truth values.
func scalarOfForm(name, value string) (any, error) {
	var typed any = value
	var err error
	switch name {
	case "MaxRecords", "Period", "EvaluationPeriods", "DatapointsToAlarm":
		typed, err = strconv.Atoi(value)
	case "Threshold":
		err = json.Unmarshal([]byte(value), new(float64)) // which knows no NaN, unlike strconv
		typed = json.RawMessage(value)
	case "ActionsEnabled":
		typed, err = strconv.ParseBool(value)
	}
	if err != nil {
		return nil, awsjson.Errorf("MalformedInput", "The value %q of the parameter %s can not be read: %v", value, name, err)
	}
	return typed, nil
}
