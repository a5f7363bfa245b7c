package awsjson

import (
	"net/http"
	"strings"
)

// Caller returns the access key id that signed r with Signature Version 4, which on
// one machine is the name of who calls; "" when nobody did. It is believed: the
// signature itself is not verified.
func Caller(r *http.Request) string {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, scoped := strings.Cut(credential, "/")
	if !strings.HasPrefix(scheme, "AWS4-") || !scoped || strings.ContainsAny(key, ", \t") {
		return "" // a credential is a key id with its scope behind it
	}
	return key
}
