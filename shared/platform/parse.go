package platform

import (
	_ "embed" // the schema
	"fmt"
	"slices"
	"sync"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// maxSource is the longest platform file, in bytes. A Lambda function's
// environment variables hold 4 KiB in all, which larger installations must mind.
const maxSource = 64 << 10

//go:embed schema.json
var schemaSource []byte

// Schema returns the JSON Schema (draft 2020-12) of the platform file, for editors.
func Schema() []byte { return slices.Clone(schemaSource) }

var structure = sync.OnceValues(func() (*document.Schema, error) { return document.Compile(schemaSource) })

// Parse reads a platform file. The error is a [document.Problems] with line and
// column, and so a [pipeline.ErrInvalid], when the file is at fault.
func Parse(data []byte) (Platform, error) {
	schema, err := structure()
	if err != nil {
		return Platform{}, fmt.Errorf("platform file: %w", err)
	}
	root, problems := document.Parse(data, maxSource)
	if err := problems.Err(); err != nil {
		return Platform{}, err
	}
	var r reader
	p := Platform{
		Environments: r.environments(root.Get("environments")),
		Groups:       r.groups(root.Get("groups")),
		Sites:        words(root.Get("sites")),
		Repositories: words(root.Get("repositories")),
		Networks:     r.networks(root.Get("networks")),
	}
	if err := r.problems.Join(schema.Check(root, "the platform file")).Err(); err != nil {
		return Platform{}, err
	}
	return p, nil
}

// A reader collects the rules that the file breaks; what the schema refuses it passes over.
type reader struct{ problems document.Problems }

func (r *reader) groups(n *document.Node) map[string][]string {
	all := make(map[string][]string)
	for _, f := range n.Pairs() {
		r.check(f.Position, pipeline.CheckName("group", f.Name))
		people := words(f.Value)
		slices.Sort(people)
		all[f.Name] = slices.Compact(people)
	}
	return all
}

func (r *reader) check(at document.Position, err error) {
	if err != nil {
		r.problems.AddRule(at, "", err)
	}
}

func text(n *document.Node, key string) string {
	value, _ := n.Get(key).String()
	return value
}

// words returns the texts of a list; a list that is absent is empty.
func words(n *document.Node) []string {
	all := []string{}
	for _, item := range n.List() {
		all = append(all, item.Text)
	}
	return all
}
