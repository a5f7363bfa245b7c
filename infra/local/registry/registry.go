// Package registry is Amazon ECR on one machine: repositories that docker, skopeo
// and crane push to and pull from by the OCI distribution protocol, and the
// operations of the ECR API that read and remove images.
//
// A layer is in a repository only once it was pushed or mounted there, and stays there:
// images are removed by the ECR API's BatchDeleteImage alone, and it leaves layers
// where they are. go-containerregistry's own registry
// handler is not used, as it keeps manifests and uploads in memory and knows neither
// repositories that must exist nor tags that can't be moved.
package registry

import (
	"errors"
	"fmt"
	"net/http"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// A Config holds what an [Engine] depends on. Store, Clock, NewID and Host are required.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a new identifier at each call, of letters, digits, '-' and '_'
	// only: it becomes part of file names, upload URLs and request ids.
	NewID func() string
	// Account is the registry's id, "000000000000" when empty.
	Account string
	// Region is where the registry is, "us-east-1" when empty.
	Region string
	// Blobs is the folder for layers and configurations, one synced file each,
	// created when it is not there. It belongs to the engine alone: at New, files
	// that no record names are removed. When Blobs is empty, they are kept in the store.
	Blobs string
	// Host returns the host and port that clients push to.
	Host func() string
	// Pushed, when not nil, is called inside the transaction that makes or moves a tag.
	Pushed func(tx store.Tx, p Push)
}

// An Engine serves a registry. All its state is in its store and its blob folder,
// and it has no background work, so that there is nothing to resume.
type Engine struct {
	Config
	bodies bodies
	routes map[route]handler
	api    awsjson.Service
}

// New returns an engine on config's store. It removes the bodies that a crash left
// behind, and the uploads that were begun more than a day ago.
func New(config Config) (*Engine, error) {
	if config.Store == nil || config.Clock == nil || config.NewID == nil || config.Host == nil {
		return nil, errors.New("new registry engine: Store, Clock, NewID and Host must all be set")
	}
	if config.Account == "" {
		config.Account = "000000000000"
	}
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	if config.Pushed == nil {
		config.Pushed = func(store.Tx, Push) {}
	}
	e := &Engine{Config: config}
	e.routes, e.api = e.newRoutes(), e.newAPI()
	if err := e.open(); err != nil {
		return nil, fmt.Errorf("new registry engine: %w", err)
	}
	return e, nil
}

// open opens the place for bodies and clears it of what nobody will ask for.
func (e *Engine) open() error {
	if e.Blobs == "" {
		e.bodies = inline{store: e.Store, newID: e.NewID}
		return e.expireUploads()
	}
	f, err := openFolder(e.Blobs, e.NewID)
	if err != nil {
		return err
	}
	e.bodies = f
	if err := e.expireUploads(); err != nil {
		return err
	}
	return f.removeOrphans(e.Store)
}

// API answers the ECR API's JSON protocol; what a registry is for, docker's protocol,
// is [Engine.ServeHTTP]'s.
func (e *Engine) API() http.Handler { return &e.api }
