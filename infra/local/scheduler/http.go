package scheduler

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"slipway/infra/local/awsjson"
)

// maxRequest is the most bytes of a request: what an input of 256 KiB may take as
// JSON in which every character is escaped, and the other members.
const maxRequest = 2 << 20

// ServeHTTP answers the operations of EventBridge Scheduler's REST protocol.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", e.NewID())
	e.api.ServeHTTP(w, r)
}

// An operation answers a request, whose query it has checked the names of.
type operation func(r *http.Request, query url.Values) (any, error)

// routes is the list of what the engine answers.
func (e *Engine) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /schedules/{Name}", answer(e.createSchedule))
	mux.Handle("GET /schedules/{Name}", answer(e.getSchedule, "groupName"))
	mux.Handle("PUT /schedules/{Name}", answer(e.updateSchedule))
	mux.Handle("DELETE /schedules/{Name}", answer(e.deleteSchedule, "groupName", "clientToken"))
	mux.Handle("GET /schedules", answer(e.listSchedules, "ScheduleGroup", "NamePrefix", "State", "MaxResults", "NextToken"))
	mux.Handle("POST /schedule-groups/{Name}", answer(e.createGroup))
	mux.Handle("GET /schedule-groups/{Name}", answer(e.getGroup))
	mux.Handle("DELETE /schedule-groups/{Name}", answer(e.deleteGroup, "clientToken"))
	mux.Handle("GET /schedule-groups", answer(e.listGroups, "NamePrefix", "MaxResults", "NextToken"))
	mux.Handle("/", answer(unknown))
	return mux
}

func unknown(r *http.Request, _ url.Values) (any, error) {
	return nil, &awsjson.Error{Code: "UnknownOperationException", Status: http.StatusNotImplemented,
		Message: r.Method + " " + r.URL.Path + " is not supported by the local EventBridge Scheduler; it has schedules and schedule groups, without tags."}
}

// answer makes a handler of an operation that has the given query parameters.
func answer(run operation, parameters ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		for name := range query {
			if !slices.Contains(parameters, name) {
				refuse(w, awsjson.Errorf("ValidationException", "The query parameter %s is not supported; the operation has these: [%s]", name, strings.Join(parameters, ", ")))
				return
			}
		}
		out, err := run(r, query)
		if err != nil {
			refuse(w, err)
			return
		}
		respond(w, http.StatusOK, out)
	})
}

// refuse answers with err: as it says when it is an [*awsjson.Error], or else as an internal failure.
func refuse(w http.ResponseWriter, err error) {
	refusal, ok := errors.AsType[*awsjson.Error](err)
	if !ok {
		refusal = &awsjson.Error{Code: "InternalServerException", Message: err.Error(), Status: http.StatusInternalServerError}
	}
	if refusal.Status == 0 {
		refusal.Status = http.StatusBadRequest
	}
	w.Header().Set("X-Amzn-Errortype", refusal.Code)
	respond(w, refusal.Status, map[string]string{"__type": refusal.Code, "Message": refusal.Message})
}

func respond(w http.ResponseWriter, status int, value any) {
	body, err := awsjson.Encode(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone, and there is nobody else to tell
}

// decode reads the body of r, in which every member must be one that in has.
func decode(r *http.Request, in any) error {
	body := r.Body
	if body == nil { // a request that was handed over in process
		body = http.NoBody
	}
	data, err := io.ReadAll(io.LimitReader(body, maxRequest+1))
	if err != nil {
		return awsjson.Errorf("SerializationException", "The body of the request can not be read: %v", err)
	}
	if len(data) > maxRequest {
		return &awsjson.Error{Code: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: "The request is longer than " + strconv.Itoa(maxRequest) + " bytes"}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return awsjson.Errorf("SerializationException", "The body of the request must be one JSON object")
	}
	return nil
}

func malformed(err error) error {
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok {
		return refusal // of a member that reads itself
	}
	if member, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return awsjson.Errorf("ValidationException", "The request has a member that is not supported: %s", strings.Trim(member, `"`))
	}
	return awsjson.Errorf("SerializationException", "The body of the request can not be read: %v", err)
}
