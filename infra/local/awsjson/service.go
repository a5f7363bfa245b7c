// Package awsjson is the server's side of the wire protocols AWS JSON 1.0 and 1.1, in
// which every call is a POST whose header X-Amz-Target names the operation.
package awsjson

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxRequest is the most bytes of a request: the 16 MB that DynamoDB, which takes
// the largest, allows for items, and what JSON adds to them.
const maxRequest = 24 << 20

// A Service answers the operations of one AWS service. All fields from Type on are
// for what services do each in their own way, and may be left out.
type Service struct {
	Target     string               // what X-Amz-Target has before the dot, such as "AmazonSQS"
	Version    string               // of the protocol: "1.0" or "1.1"
	NewID      func() string        // returns a fresh id of a request
	Operations map[string]Operation // by name

	// Type returns the __type of an error's code, for services that put a namespace
	// before it; elsewhere it is the code.
	Type func(code string) string
	// Internal is the code of errors that are no [*Error]; "InternalFailure" when
	// empty, per "Common Error Types" in the services' API references.
	Internal string
	// Malformed makes the refusal of a request that can't be read, for services whose
	// code for that is none of the two usual ones: ValidationException for a member
	// that isn't known, SerializationException for all else.
	Malformed func(error) *Error
	// QueryCompatible adds the error codes of the query protocol that the service
	// spoke before, per the trait awsQueryCompatible of Smithy.
	QueryCompatible bool
	// Checksum adds X-Amz-Crc32, as DynamoDB does.
	Checksum bool
}

// ServeHTTP implements [http.Handler].
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := s.call(r)
	if gone := r.Context().Err(); gone != nil && errors.Is(err, gone) {
		return // nobody waits for the answer
	}
	var body []byte
	if err == nil {
		body, err = Encode(answer)
	}
	if err != nil {
		s.Refuse(w, err)
		return
	}
	s.respond(w, http.StatusOK, body)
}

// Refuse answers with err: as it says when it is an [*Error], or else as an internal failure.
func (s *Service) Refuse(w http.ResponseWriter, err error) {
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		refusal = &Error{Code: cmp.Or(s.Internal, "InternalFailure"), Message: err.Error(), Status: http.StatusInternalServerError}
	}
	errorType := refusal.Code
	if s.Type != nil {
		errorType = s.Type(refusal.Code)
	}
	body, err := Encode(refusal.members(errorType))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("X-Amzn-Errortype", refusal.Code)
	if s.QueryCompatible {
		w.Header().Set("X-Amzn-Query-Error", refusal.QueryHeader())
	}
	s.respond(w, refusal.HTTPStatus(), body)
}

func (s *Service) respond(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/x-amz-json-"+s.Version)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("X-Amzn-Requestid", s.NewID())
	if s.Checksum {
		w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone, and there is nobody else to tell
}

// call finds the operation and has it answer.
func (s *Service) call(r *http.Request) (any, error) {
	name, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), s.Target+".")
	if !ours || s.Operations[name] == nil {
		return nil, Errorf("UnknownOperationException",
			"The operation %q is not supported; the header X-Amz-Target must be %s.<operation> with one that is", name, s.Target)
	}
	body, err := Read(r)
	if err != nil {
		return nil, err
	}
	return s.Do(r, name, body)
}

// Do has the operation of that name answer a JSON body, for a front that speaks
// another protocol; r is the request that the front got.
func (s *Service) Do(r *http.Request, name string, body []byte) (any, error) {
	operation := s.Operations[name]
	if operation == nil {
		return nil, Errorf("UnknownOperationException", "The operation %q is not supported by the local %s", name, s.Target)
	}
	return operation(r, func(in any) error {
		if err := decode(body, in); err != nil {
			return s.malformed(err)
		}
		return nil
	})
}

// Read returns the body of a request, or the refusal of one that is longer than any
// service takes.
func Read(r *http.Request) ([]byte, error) {
	if r.Body == nil { // a request that was handed over in process
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if len(body) > maxRequest {
		return nil, &Error{Code: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("The request is longer than %d bytes", maxRequest)}
	}
	return body, nil
}

// Encode returns value as JSON without the escapes that only HTML needs.
func Encode(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
