package eventbridge

import (
	"maps"
	"slices"
)

type busOutput struct {
	Name             string
	Arn              string
	CreationTime     int64 // seconds since 1970
	LastModifiedTime int64
}

func (e *Engine) describe(b *bus) busOutput {
	return busOutput{b.name, e.BusARN(b.name), b.created.Unix(), b.created.Unix()}
}

type listEventBusesInput struct {
	NamePrefix string
	Limit      *int
	NextToken  string
}

type listEventBusesOutput struct {
	EventBuses []busOutput
	NextToken  string `json:",omitempty"`
}

func (e *Engine) listEventBuses(in listEventBusesInput) (any, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	names := slices.Sorted(maps.Keys(e.buses))
	found, next, err := page(names, func(name string) string { return name }, in.NamePrefix, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := listEventBusesOutput{EventBuses: []busOutput{}, NextToken: next}
	for _, name := range found {
		out.EventBuses = append(out.EventBuses, e.describe(e.buses[name]))
	}
	return out, nil
}

type describeEventBusInput struct{ Name string }

func (e *Engine) describeEventBus(in describeEventBusInput) (any, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	b, err := e.bus(in.Name)
	if err != nil {
		return nil, err
	}
	return e.describe(b), nil
}
