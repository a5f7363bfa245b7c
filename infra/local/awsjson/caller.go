package awsjson

import (
	"net/http"
	"strings"
)

// Caller returns the access key id that signed r with Signature Version 4, which on
// one machine is the name of who calls; "" when nobody did. The signature itself is
// not verified.
func Caller(r *http.Request) string {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, scoped := strings.Cut(credential, "/")
	if !scoped || strings.ContainsAny(key, ", \t") { // it is no credential: a key id has its scope behind it
		return ""
	}
	return key
}
