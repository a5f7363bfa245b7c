package s3

import (
	"net/http"
	"slices"
	"strings"
)

// A level is what a request addresses: all buckets, one bucket or one object.
type level int

const (
	service level = iota
	ofBucket
	ofObject
)

// An operation is one of S3's API operations and how a request names it.
type operation struct {
	name    string
	method  string
	level   level
	when    string   // the query parameter that selects the operation, or empty
	copies  bool     // whether the x-amz-copy-source header selects it
	params  []string // further query parameters that it acts on
	headers []string // x-amz headers that it acts on, besides those of every request
	public  bool     // whether a request without credentials may ask for it
	serve   func(*call) error
}

// operations lists everything the engine knows; the first that fits a request
// serves it, so that what a parameter or a header selects comes before what none does.
func operations() []operation {
	body := []string{"x-amz-decoded-content-length", "x-amz-trailer", "x-amz-sdk-checksum-algorithm", "x-amz-checksum-crc32",
		"x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1", "x-amz-checksum-sha256"}
	attributes := []string{"x-amz-meta-*", "x-amz-storage-class", "x-amz-acl", "x-amz-server-side-encryption",
		"x-amz-server-side-encryption-bucket-key-enabled", "x-amz-tagging"}
	source := []string{"x-amz-copy-source", "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match",
		"x-amz-copy-source-if-modified-since", "x-amz-copy-source-if-unmodified-since", "x-amz-source-expected-bucket-owner"}
	list := []string{"prefix", "delimiter", "max-keys", "encoding-type"}
	read := []string{"versionId", "partNumber", "response-content-type", "response-content-language", "response-expires",
		"response-cache-control", "response-content-disposition", "response-content-encoding"}

	return []operation{
		{name: "ListBuckets", method: http.MethodGet, level: service,
			params: []string{"prefix", "max-buckets", "continuation-token", "bucket-region"}, serve: (*call).listBuckets},

		{name: "HeadBucket", method: http.MethodHead, level: ofBucket, serve: (*call).headBucket},
		{name: "DeleteBucket", method: http.MethodDelete, level: ofBucket, serve: (*call).deleteBucket},
		{name: "GetBucketLocation", method: http.MethodGet, level: ofBucket, when: "location", serve: (*call).getBucketLocation},
		{name: "GetBucketVersioning", method: http.MethodGet, level: ofBucket, when: "versioning", serve: (*call).getBucketVersioning},
		{name: "PutBucketVersioning", method: http.MethodPut, level: ofBucket, when: "versioning", headers: body,
			serve: (*call).putBucketVersioning},
		{name: "CreateBucket", method: http.MethodPut, level: ofBucket, serve: (*call).createBucket,
			headers: join(body, "x-amz-acl", "x-amz-object-ownership")},
		{name: "ListObjectVersions", method: http.MethodGet, level: ofBucket, when: "versions",
			params: join(list, "key-marker", "version-id-marker"), serve: (*call).listObjectVersions},
		{name: "ListMultipartUploads", method: http.MethodGet, level: ofBucket, when: "uploads",
			params: []string{"prefix", "delimiter", "max-uploads", "key-marker", "upload-id-marker", "encoding-type"},
			serve:  (*call).listMultipartUploads},
		{name: "ListObjectsV2", method: http.MethodGet, level: ofBucket, when: "list-type",
			params: join(list, "continuation-token", "start-after", "fetch-owner"), serve: (*call).listObjectsV2},
		{name: "ListObjects", method: http.MethodGet, level: ofBucket, params: join(list, "marker"), serve: (*call).listObjects},
		{name: "DeleteObjects", method: http.MethodPost, level: ofBucket, when: "delete", headers: body, serve: (*call).deleteObjects},

		{name: "CreateMultipartUpload", method: http.MethodPost, level: ofObject, when: "uploads",
			headers: join(attributes, "x-amz-checksum-algorithm", "x-amz-checksum-type"), serve: (*call).createMultipartUpload},
		{name: "CompleteMultipartUpload", method: http.MethodPost, level: ofObject, when: "uploadId",
			headers: join(body, "x-amz-checksum-type", "x-amz-mp-object-size"), serve: (*call).completeMultipartUpload},
		{name: "UploadPartCopy", method: http.MethodPut, level: ofObject, when: "uploadId", copies: true, params: []string{"partNumber"},
			headers: join(source, "x-amz-copy-source-range"), serve: (*call).uploadPartCopy},
		{name: "UploadPart", method: http.MethodPut, level: ofObject, when: "uploadId", params: []string{"partNumber"},
			headers: body, serve: (*call).uploadPart},
		{name: "AbortMultipartUpload", method: http.MethodDelete, level: ofObject, when: "uploadId", serve: (*call).abortMultipartUpload},
		{name: "ListParts", method: http.MethodGet, level: ofObject, when: "uploadId",
			params: []string{"max-parts", "part-number-marker"}, serve: (*call).listParts},

		{name: "GetObjectTagging", method: http.MethodGet, level: ofObject, when: "tagging", params: []string{"versionId"},
			serve: (*call).getObjectTagging},
		{name: "PutObjectTagging", method: http.MethodPut, level: ofObject, when: "tagging", params: []string{"versionId"},
			headers: body, serve: (*call).putObjectTagging},
		{name: "DeleteObjectTagging", method: http.MethodDelete, level: ofObject, when: "tagging", params: []string{"versionId"},
			serve: (*call).deleteObjectTagging},

		{name: "CopyObject", method: http.MethodPut, level: ofObject, copies: true, serve: (*call).copyObject,
			headers: join(join(source, attributes...), "x-amz-metadata-directive", "x-amz-tagging-directive", "x-amz-checksum-algorithm")},
		{name: "PutObject", method: http.MethodPut, level: ofObject, headers: join(body, attributes...), serve: (*call).putObject},
		{name: "GetObject", method: http.MethodGet, level: ofObject, params: read, headers: []string{"x-amz-checksum-mode"},
			public: true, serve: (*call).getObject},
		{name: "HeadObject", method: http.MethodHead, level: ofObject, params: read, headers: []string{"x-amz-checksum-mode"},
			public: true, serve: (*call).getObject},
		{name: "DeleteObject", method: http.MethodDelete, level: ofObject, params: []string{"versionId"}, serve: (*call).deleteObject},
	}
}

func join(names []string, more ...string) []string { return slices.Concat(names, more) }

// route returns the operation that the request asks for. It refuses a query
// parameter or an x-amz header that the operation doesn't act on, as S3 does for
// functionality that it doesn't have: to ignore one would be to lie.
func (c *call) route() (operation, error) {
	at := c.level()
	i := slices.IndexFunc(c.engine.operations, func(o operation) bool {
		return o.method == c.r.Method && o.level == at && (o.when == "" || c.query.Has(o.when)) &&
			o.copies == (o.copies && c.header.Get("X-Amz-Copy-Source") != "")
	})
	var op operation
	if i >= 0 {
		op = c.engine.operations[i]
	}
	for _, name := range sortedKeys(c.query) {
		if name != op.when && name != "x-id" && !slices.Contains(op.params, name) {
			return op, notImplemented("query parameter", name).with("Parameter", name)
		}
	}
	if i < 0 {
		return op, methodNotAllowed(c.r.Method)
	}
	for _, name := range sortedKeys(c.header) {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") && !op.accepts(name) {
			return op, notImplemented("header", name).with("Header", name)
		}
	}
	return op, nil
}

// accepts tells whether the operation acts on the header; those of every request
// are about its signature, its caller and its body.
func (o operation) accepts(header string) bool {
	switch header {
	case "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-user-agent", "x-amz-expected-bucket-owner":
		return true
	}
	return slices.ContainsFunc(o.headers, func(known string) bool {
		start, any := strings.CutSuffix(known, "*")
		return known == header || any && strings.HasPrefix(header, start)
	})
}
