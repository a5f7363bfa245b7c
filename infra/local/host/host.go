// Package host runs a local stack for people and their tools: with a data folder,
// on two loopback addresses, by the wall clock.
package host

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"slipway/infra/local"
	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
	"slipway/infra/template"
)

// A Config says where a host keeps its state and listens.
type Config struct {
	Data   string // folder, created if need be; outputs.json is written there
	Memory bool   // keep all state but outputs.json in memory
	Listen string // address of the AWS endpoint; port 0 chooses one
	Web    string // address of the API; port 0 chooses one
	Path   string // the PATH that scripts get
	// Observe, if set, is called with every event that a bus takes.
	Observe func(bus string, e eventbridge.Event)
	// Mail, if set, is told of each message that a mail address would be sent. A topic
	// is named by its ARN.
	Mail func(topic, to, subject, message string)
	// Report is told of every error of background work.
	Report func(error)
}

// A Host is a stack that runs.
type Host struct {
	*local.Stack
	Endpoint string // of AWS, such as http://127.0.0.1:4566
	Web      string // of the API, such as http://127.0.0.1:8080

	clock   *clock.Wall
	store   store.Store
	servers []*http.Server
}

// Start opens the data folder, makes the stack and answers requests. The error
// names what stands in the way, and then nothing runs.
func Start(c Config) (_ *Host, err error) {
	h := &Host{clock: clock.NewWall()}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close(context.Background()))
		}
	}()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	aws, web, err := listen(c)
	if err != nil {
		return nil, err
	}
	h.Endpoint, h.Web = "http://"+aws.Addr().String(), "http://"+web.Addr().String()
	if err := h.start(c); err != nil {
		return nil, errors.Join(err, aws.Close(), web.Close())
	}
	h.serve(aws, h.AWS(), c.Report)
	h.serve(web, h.API(), c.Report)
	return h, h.writeOutputs(c.Data)
}

// start opens the store and makes the stack.
func (h *Host) start(c Config) (err error) {
	var blobs, layers string
	if c.Memory {
		h.store = store.NewMemory()
	} else {
		blobs, layers = filepath.Join(c.Data, "objects"), filepath.Join(c.Data, "layers")
		file, err := store.OpenFile(filepath.Join(c.Data, "slipway.db"))
		if err != nil {
			return err
		}
		h.store = file
	}
	h.Stack, err = local.Start(local.Config{Template: template.JSON, Store: h.store, Blobs: blobs, Layers: layers, Clock: h.clock, NewID: rand.Text,
		Endpoint: h.Endpoint, Web: h.Web, Path: c.Path, Observe: c.Observe, Mail: c.Mail, Report: c.Report})
	return err
}

// listen opens both addresses.
func listen(c Config) (aws, web net.Listener, err error) {
	if aws, err = net.Listen("tcp", c.Listen); err != nil {
		return nil, nil, fmt.Errorf("listen for AWS requests: %w; choose another address with --listen", err)
	}
	if web, err = net.Listen("tcp", c.Web); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("listen for API requests: %w; choose another address with --web", err), aws.Close())
	}
	return aws, web, nil
}

// headerTime is how long a client may take to send the head of its request.
const headerTime = 10 * time.Second

func (h *Host) serve(l net.Listener, handler http.Handler, report func(error)) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTime}
	h.servers = append(h.servers, server)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			report(fmt.Errorf("serve %s: %w", l.Addr(), err))
		}
	}()
}

// writeOutputs writes the stack's outputs in the shape of cdk deploy --outputs-file.
func (h *Host) writeOutputs(folder string) error {
	data, err := json.MarshalIndent(map[string]map[string]string{local.Name: h.Outputs()}, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "outputs.json"), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write outputs: %w", err)
	}
	return nil
}

// Close answers the requests that have begun until ctx ends, stops all work, and
// closes the store. What was under way goes on at the next start.
func (h *Host) Close(ctx context.Context) error {
	var failed error
	for _, server := range h.servers {
		failed = errors.Join(failed, server.Shutdown(ctx))
	}
	if h.Stack != nil {
		h.Stack.Close()
	}
	h.clock.Stop()
	if h.store != nil {
		failed = errors.Join(failed, h.store.Close())
	}
	return failed
}
