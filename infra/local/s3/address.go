package s3

import (
	"net"
	"net/http"
	"strings"
)

// address returns the bucket and the object key that a request names: by virtual
// host (bucket.s3.us-east-1.amazonaws.com, bucket.s3.localhost, bucket.localhost)
// or else by path. The key is what the percent-decoded path says, to the byte.
func address(r *http.Request) (bucket, key string) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if bucket := hostBucket(r); bucket != "" {
		return bucket, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

func hostBucket(r *http.Request) string {
	host := r.Host
	if host == "" {
		host = r.URL.Host // a request handed over in process
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	for _, mark := range []string{".s3.", ".s3-"} {
		if i := strings.LastIndex(host, mark); i > 0 {
			return host[:i]
		}
	}
	if name, ok := strings.CutSuffix(host, ".localhost"); ok && name != "s3" {
		return name
	}
	return ""
}
