// Package s3 is Amazon S3 on one machine: buckets, versions, conditional
// writes, checksums and multipart uploads behind S3's own REST protocol, on
// the store and the clock that all local engines share.
//
// What it doesn't know it refuses: an operation, a query parameter or an
// x-amz header that it does not act on is answered with 501 NotImplemented
// and named.
package s3

import (
	"errors"
	"fmt"

	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// A Config holds what an [Engine] depends on. Store, Clock and NewID are required.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a new identifier at each call, of letters, digits, '-' and '_'
	// only: it becomes part of file names, version ids, upload ids and request ids.
	NewID func() string
	// Account is the owner of all buckets, "000000000000" when empty.
	Account string
	// Region is where all buckets are, "us-east-1" when empty.
	Region string
	// Blobs is the folder for object bodies, one synced file each, created when it
	// is not there. It belongs to the engine alone: at New, files that no record
	// names are removed. When Blobs is empty, bodies are kept in the store.
	Blobs string
	// Created, when not nil, is called inside the transaction that makes an object
	// in a bucket that has EventBridge on.
	Created func(tx store.Tx, o ObjectCreated)
}

// An Engine serves S3. All its state is in its store and its blob folder, and it
// has no background work, so that there is nothing to resume.
type Engine struct {
	Config
	bodies     bodies
	operations []operation
}

// New returns an engine on config's store. It removes the bodies of writes that
// a crash cut off.
func New(config Config) (*Engine, error) {
	if config.Store == nil || config.Clock == nil || config.NewID == nil {
		return nil, errors.New("new s3 engine: Store, Clock and NewID must all be set")
	}
	if config.Account == "" {
		config.Account = "000000000000"
	}
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	e := &Engine{Config: config, operations: operations()}
	if config.Blobs == "" {
		e.bodies = inline{newID: config.NewID}
		return e, nil
	}
	folder, err := openFolder(config.Blobs, config.NewID, config.Store)
	if err != nil {
		return nil, fmt.Errorf("new s3 engine: %w", err)
	}
	e.bodies = folder
	return e, nil
}
