//go:build conformance

package s3_test

import (
	"strings"

	"slipway/infra/local/conformance/dialogue"
)

// rules are the differences that many answers show, in the words of the list. Most are
// of headers that moto never has, or always.
var rules = []dialogue.Rule{
	{General: true, What: "The engine tells of every object that it is encrypted with AES256; moto tells only what a request asked for.",
		Fits: func(d dialogue.Difference) bool {
			return d.Place == "header x-amz-server-side-encryption" && d.Lacks()
		}},
	{General: true, What: "The engine computes, keeps and returns a checksum of every object and part, with its type; moto returns at most what a request gave.",
		Fits: func(d dialogue.Difference) bool {
			return strings.Contains(strings.ToLower(d.Place), "checksum") && d.Lacks()
		}},
	{General: true, What: "moto gives an answer without a body a Content-Type; the engine doesn't, except that of the error document to a HEAD that is refused.",
		Fits: func(d dialogue.Difference) bool {
			return d.Place == "header content-type" && (d.Adds() || d.Ours == `application/xml`)
		}},
	{General: true, What: "moto tells Last-Modified when an object was written; the engine when it is read.",
		Fits: func(d dialogue.Difference) bool { return d.Place == "header last-modified" && d.Adds() }},
	{General: true, What: "moto calls what is written to a bucket without versions the version null in the answer's headers; the engine names no version.",
		Fits: func(d dialogue.Difference) bool {
			return d.Place == "header x-amz-version-id" && d.Adds() && d.Theirs == "null"
		}},
	{General: true, What: "The engine's error documents name the resource and what else S3 tells of the error, in S3's words or plainer ones; moto's name less, or other details.",
		Fits: func(d dialogue.Difference) bool {
			return strings.HasPrefix(d.Place, "body Error.") && d.Place != "body Error.Code"
		}},
	{What: "The Location of an object that was uploaded in parts is its path; moto's has the service's own host.",
		Fits: func(d dialogue.Difference) bool { return d.Place == "body CompleteMultipartUploadResult.Location" }},
}
