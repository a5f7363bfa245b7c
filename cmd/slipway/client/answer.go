package client

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// maxAnswer is the longest answer that is read, in bytes; Lambda's have 6 MB at most.
const maxAnswer = 8 << 20

// An answer is what the API answered.
type answer struct {
	status int
	body   []byte
}

// decode returns the body of a success; for any other answer its error is an [*Error].
func decode[T any](a answer, err error) (T, error) {
	var body T
	switch {
	case err != nil:
		return body, err
	case a.status != http.StatusOK:
		return body, a.refusal()
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return body, fmt.Errorf("decode the API's answer: %w", err)
	}
	return body, nil
}
