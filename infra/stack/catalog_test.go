package stack_test

import (
	"slices"
	"testing"

	"slipway/functions"
	"slipway/infra/stack"
)

func TestEveryFunctionOfTheCatalogHasALineInTheStack(t *testing.T) {
	var declared []string
	for _, f := range stack.Functions() {
		declared = append(declared, f.Name)
	}
	for _, f := range functions.Catalog() {
		if !slices.Contains(declared, f.Name) {
			t.Errorf("function %s is in functions/catalog.go but has no line in infra/stack/functions.go", f.Name)
		}
	}
	for _, name := range declared {
		if _, ok := functions.Lookup(name); !ok {
			t.Errorf("function %s has a line in infra/stack/functions.go but is not in functions/catalog.go", name)
		}
	}
}
