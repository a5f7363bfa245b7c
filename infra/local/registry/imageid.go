package registry

import (
	"cmp"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"slipway/infra/local/store"
)

// An imageID is the ImageIdentifier of the API reference: a digest, a tag, or both.
type imageID struct {
	Digest string `json:"imageDigest,omitempty"`
	Tag    string `json:"imageTag,omitempty"`
}

// String returns the id as the service's messages have it.
func (i imageID) String() string {
	return "{imageDigest:'" + cmp.Or(i.Digest, "null") + "', imageTag:'" + cmp.Or(i.Tag, "null") + "'}"
}

// An imageFailure tells why there is no image of an id, per ImageFailure of the API reference.
type imageFailure struct {
	ID     imageID `json:"imageId"`
	Code   string  `json:"failureCode"`
	Reason string  `json:"failureReason"`
}

// find returns the image of the id, or why there is none.
func (i imageID) find(tx store.Tx, repository string) (*image, *imageFailure, error) {
	fail := func(code, reason string) (*image, *imageFailure, error) {
		return nil, &imageFailure{i, code, reason}, nil
	}
	_, malformed := v1.NewHash(i.Digest)
	switch {
	case i.Digest == "" && i.Tag == "":
		return fail("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null")
	case i.Digest != "" && malformed != nil:
		return fail("InvalidImageDigest", "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'")
	case i.Tag != "" && !tagName.MatchString(i.Tag):
		return fail("InvalidImageTag", "Invalid request parameters: image tag should satisfy the regex '"+tagName.String()+"'")
	}
	found, err := findImage(tx, repository, cmp.Or(i.Tag, i.Digest))
	switch {
	case err != nil:
		return nil, nil, err
	case found == nil:
		return nil, i.notFound(), nil
	case i.Digest != "" && found.Digest.String() != i.Digest:
		return fail("ImageTagDoesNotMatchDigest", "Requested image with tag '"+i.Tag+"' does not match digest '"+i.Digest+"'")
	}
	return found, nil, nil
}

func (i imageID) notFound() *imageFailure {
	return &imageFailure{i, "ImageNotFound", "Requested image not found"}
}
