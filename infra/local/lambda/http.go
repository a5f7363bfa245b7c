package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"slipway/infra/local/store"
)

// ServeHTTP answers Lambda's REST protocol: invocations, what functions there are, and
// their permissions.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", e.NewID())
	e.api.ServeHTTP(w, r)
}

const apiVersion = "/2015-03-31"

// routes is the list of what the engine answers.
func (e *Engine) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+apiVersion+"/functions/{name}/invocations", answer(e.invoke))
	mux.Handle("POST "+apiVersion+"/functions/{name}/policy", answer(e.addPermission))
	mux.Handle("GET "+apiVersion+"/functions/{name}/policy", answer(e.getPolicy))
	mux.Handle("DELETE "+apiVersion+"/functions/{name}/policy/{statement}", answer(e.removePermission))
	mux.Handle("GET "+apiVersion+"/functions", answer(e.listFunctions))
	mux.Handle("GET "+apiVersion+"/functions/{$}", answer(e.listFunctions))
	mux.Handle("GET "+apiVersion+"/functions/{name}", answer(e.getFunction))
	mux.Handle("/", answer(func(_ http.ResponseWriter, r *http.Request) error {
		return &apiError{"UnknownOperationException",
			fmt.Sprintf("%s %s is not supported by the local Lambda.", r.Method, r.URL.Path), http.StatusNotFound}
	}))
	return mux
}

// answer makes a handler of f, which writes its own answer unless it fails.
func answer(f func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := f(w, r)
		if err == nil {
			return
		}
		refusal, fault := asAPIError(err), "User"
		if refusal.status >= http.StatusInternalServerError {
			fault = "Service"
		}
		w.Header().Set("X-Amzn-Errortype", refusal.code)
		writeJSON(w, refusal.status, map[string]string{"Type": fault, "Message": refusal.message})
	})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body) // an error here means that the caller has gone
}

// checkQuery refuses query parameters other than the known ones.
func checkQuery(query url.Values, known ...string) error {
	for name := range query {
		if !slices.Contains(known, name) {
			return &apiError{"ValidationException", fmt.Sprintf("The parameter %s is not supported by the local Lambda.", name), http.StatusBadRequest}
		}
	}
	return nil
}

// qualified returns the function that the request names.
func (e *Engine) qualified(r *http.Request) (*function, error) {
	if err := checkQuery(r.URL.Query(), "Qualifier"); err != nil {
		return nil, err
	}
	name := r.PathValue("name")
	if qualifier := r.URL.Query().Get("Qualifier"); qualifier != "" {
		name += ":" + qualifier
	}
	return e.function(name)
}

// unsupported are the headers of Invoke whose effect the engine doesn't have.
var unsupported = [...]string{"X-Amz-Client-Context", "X-Amz-Durable-Execution-Name", "X-Amz-Tenant-Id"}

func (e *Engine) invoke(w http.ResponseWriter, r *http.Request) error {
	f, err := e.qualified(r)
	if err != nil {
		return err
	}
	for _, header := range unsupported {
		if r.Header.Get(header) != "" {
			return invalidValue("The header %s is not supported by the local Lambda.", header)
		}
	}
	if kind := r.Header.Get("X-Amz-Log-Type"); kind != "" && kind != "None" {
		return invalidValue("The log type %s is not supported by the local Lambda; use None.", kind)
	}
	payload, err := readBody(r)
	if err != nil {
		return err
	}
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "", "RequestResponse":
		return e.invokeNow(w, r, f, payload)
	case "Event":
		return e.invokeLater(w, f, payload)
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
		return nil
	default:
		return invalidValue("Value '%s' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [RequestResponse, DryRun, Event]", kind)
	}
}

func (e *Engine) invokeNow(w http.ResponseWriter, r *http.Request, f *function, payload []byte) error {
	// As in Lambda, a function goes on when its caller hangs up.
	out, err := e.Invoke(context.WithoutCancel(r.Context()), f.Name, payload)
	if err != nil {
		_, failed, other := explain(err)
		if other != nil {
			return other
		}
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		out = failed
	}
	w.Header().Set("X-Amz-Executed-Version", latest)
	w.Header().Set("Content-Type", "application/json")
	w.Write(out) // an error here means that the caller has gone
	return nil
}

func (e *Engine) invokeLater(w http.ResponseWriter, f *function, payload []byte) error {
	err := e.Store.Update(func(tx store.Tx) error {
		requestID, err := e.queue(tx, f.Name, payload)
		w.Header().Set("X-Amzn-Requestid", requestID)
		return err
	})
	if err == nil {
		w.WriteHeader(http.StatusAccepted)
	}
	return err
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxSyncBytes+1)) // checkPayload refuses the byte too many
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	return body, nil
}
