package s3

import (
	"encoding/xml"
	"fmt"
	"net/http"
)

// A fault is an error as S3's clients see it: status, code and message per "Error
// responses" in the Amazon S3 API reference.
type fault struct {
	status        int
	code, message string
	details       []detail
}

// A detail is one more element of the error document, such as the name of the key.
type detail struct {
	XMLName xml.Name
	Value   string `xml:",chardata"`
}

func (f *fault) Error() string { return f.code + ": " + f.message }

// with returns f with one more element in its document.
func (f *fault) with(name, value string) *fault {
	f.details = append(f.details, detail{xml.Name{Local: name}, value})
	return f
}

func newFault(status int, code, format string, args ...any) *fault {
	return &fault{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func invalidArgument(name, value, format string, args ...any) *fault {
	return newFault(http.StatusBadRequest, "InvalidArgument", format, args...).
		with("ArgumentName", name).with("ArgumentValue", value)
}

func invalidRequest(format string, args ...any) *fault {
	return newFault(http.StatusBadRequest, "InvalidRequest", format, args...)
}

func malformedXML(reason string) *fault {
	return newFault(http.StatusBadRequest, "MalformedXML",
		"The XML you provided was not well-formed or did not validate against our published schema: %s", reason)
}

func notImplemented(what, name string) *fault {
	return newFault(http.StatusNotImplemented, "NotImplemented",
		"A %s you provided implies functionality that is not implemented: %s", what, name)
}

func noSuchBucket(bucket string) *fault {
	return newFault(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist").with("BucketName", bucket)
}

func noSuchKey(key string) *fault {
	return newFault(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

func noSuchVersion(key, version string) *fault {
	return newFault(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.").
		with("Key", key).with("VersionId", version)
}

func noSuchUpload(id string) *fault {
	return newFault(http.StatusNotFound, "NoSuchUpload",
		"The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.").
		with("UploadId", id)
}

func preconditionFailed(condition string) *fault {
	return newFault(http.StatusPreconditionFailed, "PreconditionFailed",
		"At least one of the pre-conditions you specified did not hold").with("Condition", condition)
}

func accessDenied() *fault { return newFault(http.StatusForbidden, "AccessDenied", "Access Denied") }

func methodNotAllowed(method string) *fault {
	return newFault(http.StatusMethodNotAllowed, "MethodNotAllowed",
		"The specified method is not allowed against this resource.").with("Method", method)
}

func incompleteBody(format string, args ...any) *fault {
	return newFault(http.StatusBadRequest, "IncompleteBody", format, args...)
}

func tooLarge() *fault {
	return newFault(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size").
		with("MaxSizeAllowed", fmt.Sprint(maxBody))
}

func internalError(err error) *fault {
	return newFault(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again. (%v)", err)
}
