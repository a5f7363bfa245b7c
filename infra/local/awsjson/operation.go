package awsjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// An Operation answers a request whose body decode reads into a pointer. It is made
// with [Answer] or [AnswerRequest].
type Operation func(r *http.Request, decode func(in any) error) (any, error)

// Answer makes an operation of f, which looks at nothing but its input.
func Answer[In, Out any](f func(In) (Out, error)) Operation {
	return AnswerRequest(func(_ *http.Request, in In) (Out, error) { return f(in) })
}

// AnswerRequest makes an operation of f, which also looks at who asks, see [Caller],
// or whether they still wait.
func AnswerRequest[In, Out any](f func(*http.Request, In) (Out, error)) Operation {
	return func(r *http.Request, decode func(any) error) (any, error) {
		var in In
		if err := decode(&in); err != nil {
			return nil, err
		}
		return f(r, in)
	}
}

var errNotOneValue = errors.New("it must be one JSON object")

// decode reads a request; none at all is as good as {}. A member that in doesn't
// have is an error, as it asks for something that nobody would do.
func decode(body []byte, in any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errNotOneValue
	}
	return nil
}

// malformed returns the refusal of a request that decode could not read.
func (s *Service) malformed(err error) error {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal // of a member that reads itself
	}
	if s.Malformed != nil {
		return s.Malformed(err)
	}
	if member, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return Errorf("ValidationException", "The request has a member that is not supported: %s", strings.Trim(member, `"`))
	}
	return Errorf("SerializationException", "The body of the request can not be read: %v", err)
}
