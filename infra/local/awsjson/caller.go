package awsjson

import (
	"net/http"
	"strings"
)

// Caller returns the access key id that signed r with Signature Version 4, which on
// one machine is the name of who calls; "" when nobody did. It is believed: the
// signature itself is not verified.
func Caller(r *http.Request) string {
	key, _ := credential(r)
	return key
}

// SigningName returns the service that the credential's scope names, such as "s3" or
// "states": the one whose client sent r. It is "" when nobody signed with Signature Version 4.
func SigningName(r *http.Request) string {
	_, scope := credential(r)
	if scope == "" {
		_, scope, _ = strings.Cut(r.URL.Query().Get("X-Amz-Credential"), "/") // of a presigned URL
	}
	parts := strings.Split(scope, "/")
	if len(parts) != 4 { // date, Region, service, "aws4_request"
		return ""
	}
	return parts[2]
}

// credential returns the key id and the scope of the Authorization header.
func credential(r *http.Request) (key, scope string) {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, scope, scoped := strings.Cut(credential, "/")
	if !strings.HasPrefix(scheme, "AWS4-") || !scoped || strings.ContainsAny(key, ", \t") {
		return "", "" // a credential is a key id with its scope behind it
	}
	scope, _, _ = strings.Cut(scope, ",")
	return key, strings.TrimSpace(scope)
}
