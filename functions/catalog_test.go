package functions_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"slipway/functions"
)

func TestEveryFolderIsAFunctionOfTheCatalog(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "lambda" { // the binary that they share
			folders = append(folders, e.Name())
		}
	}
	var names []string
	for _, f := range functions.Catalog() {
		names = append(names, f.Name)
	}
	if !slices.IsSorted(names) {
		t.Errorf("the catalog is not sorted: %v", names)
	}
	for _, name := range folders {
		if !slices.Contains(names, name) {
			t.Errorf("functions/%s has no line in functions/catalog.go", name)
		}
	}
	for _, name := range names {
		if !slices.Contains(folders, name) {
			t.Errorf("functions/catalog.go has a line %q without a folder", name)
		}
	}
}

func TestAFunctionWithoutItsSettingsNamesThem(t *testing.T) {
	for _, f := range functions.Catalog() {
		_, err := f.New(functions.Installation{Getenv: func(string) string { return "" }})
		if err == nil || !strings.Contains(err.Error(), f.Name) || !strings.Contains(err.Error(), "environment variable") {
			t.Errorf("%s made of nothing gives %v", f.Name, err)
		}
	}
}
