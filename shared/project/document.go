// Package project reads the project file, slipway.yaml.
//
// Its structure is checked by a JSON Schema, which [Schema] returns for editors;
// the rules that bind its parts are checked here. Everything that is wrong with a
// file is found at once, with line and column.
package project

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// MaxSource is the longest project file, in bytes.
const MaxSource = 256 << 10

// A Problem is something in a project file that keeps it from being accepted.
type Problem = document.Problem

// Problems is everything that keeps a project file from being accepted, in the
// file's order; as an error it is a [pipeline.ErrInvalid].
type Problems = document.Problems

// A Document is a project file that [Parse] accepts.
type Document struct {
	Project pipeline.Project
	Source  []byte // the file's bytes
	Digest  string // "sha256:" and 64 hexadecimal digits, of Source
}

// Parse reads a project file. The error is a [Problems] when the file is at
// fault. Whether the platform has what the file names is for [Document.Check].
func Parse(source []byte) (Document, error) {
	schema, err := structure()
	if err != nil {
		return Document{}, err
	}
	root, problems := document.Parse(source, MaxSource)
	if err := problems.Err(); err != nil {
		return Document{}, err
	}
	r := reader{kinds: schema.kinds}
	p := r.project(root)
	found := r.problems.Join(schema.file.Check(root, "the file")).Join(r.parameters)
	if err := found.Err(); err != nil {
		return Document{}, err
	}
	sum := sha256.Sum256(source)
	return Document{Project: p, Source: source, Digest: "sha256:" + hex.EncodeToString(sum[:])}, nil
}

// again reads the source of a document that Parse has accepted.
func (d Document) again() (*document.Node, error) {
	root, problems := document.Parse(d.Source, MaxSource)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("read project file %s again: %w", d.Digest, err)
	}
	return root, nil
}
