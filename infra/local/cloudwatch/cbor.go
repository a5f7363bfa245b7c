package cloudwatch

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"slipway/infra/local/awsjson"
)

// Smithy RPC v2 CBOR, which the SDKs speak since 2025: the path names the operation.
// Each request becomes one of the JSON protocol, and its answer becomes CBOR.

const protocolName = "rpc-v2-cbor"

func (e *Engine) serveCBOR(w http.ResponseWriter, r *http.Request) {
	answer, err := e.callCBOR(r)
	status, body := http.StatusOK, []byte(nil)
	switch {
	case err != nil:
		refusal := awsjson.AsError(err)
		status = refusal.HTTPStatus()
		body = cbor.Encode(cbor.Map{"__type": cbor.String(refusal.Code), "message": cbor.String(refusal.Message)})
		w.Header().Set("X-Amzn-Query-Error", refusal.QueryHeader())
	case !isEmpty(answer):
		body = cbor.Encode(toCBOR(answer))
	}
	w.Header().Set("Smithy-Protocol", protocolName)
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("X-Amzn-Requestid", e.NewID())
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone, and there is nobody else to tell
}

// callCBOR has the operation that r names answer.
func (e *Engine) callCBOR(r *http.Request) (any, error) {
	if protocol := r.Header.Get("Smithy-Protocol"); protocol != protocolName {
		return nil, awsjson.Errorf("UnknownOperationException", "The protocol %q is not supported; the header Smithy-Protocol must be %s", protocol, protocolName)
	}
	name, ours := strings.CutPrefix(r.URL.Path, "/service/"+e.api.Target+"/operation/")
	if !ours {
		return nil, awsjson.Errorf("UnknownOperationException", "The path %s must be /service/%s/operation/ and the name of an operation", r.URL.Path, e.api.Target)
	}
	body, err := awsjson.Read(r)
	if err != nil {
		return nil, err
	}
	request, err := requestOfCBOR(body)
	if err != nil {
		return nil, awsjson.Errorf("SerializationException", "The body of the request can not be read: %v", err)
	}
	return e.api.Do(r, name, request)
}

// requestOfCBOR returns a request as the JSON protocol has it.
func requestOfCBOR(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, nil
	}
	value, err := cbor.Decode(body)
	if err != nil {
		return nil, err
	}
	plain, err := fromCBOR(value)
	if err != nil {
		return nil, err
	}
	return awsjson.Encode(plain)
}

// fromCBOR returns value as encoding/json takes it. A time is its seconds since 1970.
func fromCBOR(value cbor.Value) (any, error) {
	switch value := value.(type) {
	case cbor.Map:
		members := record{}
		for name, member := range value {
			plain, err := fromCBOR(member)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			members[name] = plain
		}
		return members, nil
	case cbor.List:
		list := make([]any, len(value))
		for i, element := range value {
			plain, err := fromCBOR(element)
			if err != nil {
				return nil, err
			}
			list[i] = plain
		}
		return list, nil
	case *cbor.Tag:
		return fromCBOR(value.Value)
	}
	return scalarOfCBOR(value)
}

func scalarOfCBOR(value cbor.Value) (any, error) {
	switch value := value.(type) {
	case cbor.String:
		return string(value), nil
	case cbor.Bool:
		return bool(value), nil
	case cbor.Uint, cbor.NegInt:
		return cbor.AsInt64(value)
	case cbor.Float32, cbor.Float64:
		return cbor.AsFloat64(value)
	case *cbor.Nil, *cbor.Undefined:
		return nil, nil
	}
	return nil, fmt.Errorf("a value of the kind %T is not supported", value)
}

// toCBOR returns what an answer has under a name.
func toCBOR(value any) cbor.Value {
	switch value := value.(type) {
	case record:
		members := cbor.Map{}
		for name, member := range value {
			members[name] = toCBOR(member)
		}
		return members
	case []any:
		list := make(cbor.List, len(value))
		for i, element := range value {
			list[i] = toCBOR(element)
		}
		return list
	case bool:
		return cbor.Bool(value)
	case int:
		return cbor.Uint(value)
	case float64:
		return cbor.Float64(value)
	case awsjson.Time:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(time.Time(value).UnixMilli()) / 1000)}
	}
	return cbor.String(fmt.Sprint(value))
}
