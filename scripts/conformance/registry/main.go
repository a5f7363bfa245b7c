// Registry serves CNCF Distribution, the registry that the OCI distribution protocol
// comes from, at the address that is its only argument. It keeps everything in memory;
// a POST to /reset makes it forget.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory" // the driver that the configuration names
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: registry HOST:PORT")
		os.Exit(2)
	}
	if err := http.ListenAndServe(os.Args[1], newServer()); err != nil {
		fmt.Fprintln(os.Stderr, "registry:", err)
		os.Exit(1)
	}
}

func newServer() http.Handler {
	var app atomic.Pointer[handlers.App]
	app.Store(newApp())
	mux := http.NewServeMux()
	mux.HandleFunc("POST /reset", func(http.ResponseWriter, *http.Request) { app.Store(newApp()) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { app.Load().ServeHTTP(w, r) })
	return mux
}

func newApp() *handlers.App {
	config := &configuration.Configuration{Storage: configuration.Storage{"inmemory": nil}}
	config.Log.Level = "error"
	config.HTTP.Secret = "one process is the whole installation"
	return handlers.NewApp(context.Background(), config)
}
