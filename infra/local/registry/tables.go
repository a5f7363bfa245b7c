package registry

import (
	"bytes"
	"iter"
	"strings"

	"slipway/infra/local/store"
)

// The engine's tables. In keys of several parts a zero byte stands between them,
// which no part can have.
const (
	repositoryTable = "registry/repositories" // name → repository
	imageTable      = "registry/images"       // repository, digest → image
	manifestTable   = "registry/manifests"    // repository, digest → the manifest as it was pushed
	tagTable        = "registry/tags"         // repository, tag → tag
	imageTagTable   = "registry/image-tags"   // repository, digest, tag → present
	referrerTable   = "registry/referrers"    // repository, subject's digest, digest → present
	blobTable       = "registry/blobs"        // digest → body
	layerTable      = "registry/layers"       // repository, digest of a blob → present
	uploadTable     = "registry/uploads"      // id → upload
	bodyTable       = "registry/bodies"       // id → the bytes, or inFile
)

// present is the value of a key that says everything itself.
const present = "present"

func key(parts ...string) []byte { return []byte(strings.Join(parts, "\x00")) }

// under yields the last parts of the keys that begin with the given parts, in order,
// with their values, from the last part from on.
func under(tx store.Tx, table, from string, parts ...string) iter.Seq2[string, []byte] {
	prefix := append(key(parts...), 0)
	return func(yield func(string, []byte) bool) {
		for k, v := range tx.Scan(table, append(bytes.Clone(prefix), from...)) {
			last, ours := bytes.CutPrefix(k, prefix)
			if !ours || !yield(string(last), v) {
				return
			}
		}
	}
}
