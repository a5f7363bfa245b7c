package dialogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// JSON returns an [Peer.Encode] for a service of the AWS JSON protocol: a call is one of
// the operations of target, and what it is called with is the request's body. The scope
// of the signature, which isn't verified, names the service.
func JSON(target, service string) func(call string, with []byte) (*http.Request, error) {
	return func(call string, with []byte) (*http.Request, error) {
		if len(with) == 0 {
			with = []byte("{}")
		}
		r, err := post(service, with)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Target", target+"."+call)
		return r, nil
	}
}

// Query is the same for a service of the AWS query protocol: what an operation is called
// with is an object of the form's names and values.
func Query(version, service string) func(call string, with []byte) (*http.Request, error) {
	return func(call string, with []byte) (*http.Request, error) {
		values := map[string]string{}
		if len(with) > 0 {
			if err := json.Unmarshal(with, &values); err != nil {
				return nil, fmt.Errorf("%s: %w", call, err)
			}
		}
		form := url.Values{"Action": {call}, "Version": {version}}
		for name, value := range values {
			form.Set(name, value)
		}
		r, err := post(service, []byte(form.Encode()))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		return r, nil
	}
}

// Either returns what encodes a call "prefix.Operation" with one encoding, and any
// other with the other.
func Either(prefix string, one, other func(string, []byte) (*http.Request, error)) func(string, []byte) (*http.Request, error) {
	return func(call string, with []byte) (*http.Request, error) {
		if operation, ok := strings.CutPrefix(call, prefix+"."); ok {
			return one(operation, with)
		}
		return other(call, with)
	}
}

func post(service string, body []byte) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, "http://localhost/", bytes.NewReader(body))
	if err == nil {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=manager1/20260301/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=00")
	}
	return r, err
}
