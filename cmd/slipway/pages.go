package main

import (
	"context"

	"github.com/spf13/pflag"

	"slipway/cmd/slipway/client"
)

// A selection says which part of a list is asked for.
type selection struct {
	client.Page
	all bool // the rest of the list from Page on
}

// addSelectionFlags adds the flags of a command that lists.
func addSelectionFlags(flags *pflag.FlagSet) *selection {
	s := &selection{}
	flags.IntVar(&s.Limit, "limit", 20, "at most this `many`, 1 to 100")
	flags.StringVar(&s.Cursor, "cursor", "", "go on after the page that gave this `cursor`")
	flags.BoolVar(&s.all, "all", false, "page on to the end of the list")
	return s
}

// collect fetches the elements of s and the cursor of what follows, "" at the end.
func collect[T any](ctx context.Context, s selection, fetch func(context.Context, client.Page) ([]T, string, error)) ([]T, string, error) {
	elements := []T{}
	for {
		page, cursor, err := fetch(ctx, s.Page)
		if err != nil {
			return nil, "", err
		}
		elements = append(elements, page...)
		if !s.all || cursor == "" {
			return elements, cursor, nil
		}
		s.Cursor = cursor
	}
}

// more returns the line that tells people how to go on after cursor; "" at the end.
func more(command, cursor string) string {
	if cursor == "" {
		return ""
	}
	return "more: " + command + " --cursor " + cursor + "\n"
}
