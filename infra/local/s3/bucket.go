package s3

import (
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"slipway/infra/local/store"
)

// A BucketSpec is a bucket as a template declares it.
type BucketSpec struct {
	Name        string
	Versioned   bool
	EventBridge bool // objects that are made here are reported to Config.Created
}

// A versioning is a bucket's versioning state; the empty one means that versioning was never on.
type versioning string

const (
	versioningEnabled   versioning = "Enabled"
	versioningSuspended versioning = "Suspended"
)

// A bucket is what the store keeps of a bucket.
type bucket struct {
	Spec       BucketSpec // as it was created; clients may have changed Versioning since
	Versioning versioning `json:",omitempty"`
	Created    time.Time
}

// CreateBucket makes the bucket that spec describes. When it is there already from
// an identical spec, nothing changes; from a different one, it returns an error.
func (e *Engine) CreateBucket(spec BucketSpec) error {
	if err := checkBucketName(spec.Name); err != nil {
		return fmt.Errorf("create bucket %q: %w", spec.Name, err)
	}
	return e.Store.Update(func(tx store.Tx) error {
		there, err := store.GetJSON[bucket](tx, bucketTable, []byte(spec.Name))
		if err != nil {
			return err
		}
		if there == nil {
			return e.addBucket(tx, spec)
		}
		if there.Spec != spec {
			return fmt.Errorf("create bucket %s: it exists as %+v, not as %+v; delete it or keep its declaration", spec.Name, there.Spec, spec)
		}
		return nil
	})
}

func (e *Engine) addBucket(tx store.Tx, spec BucketSpec) error {
	b := bucket{Spec: spec, Created: e.now()}
	if spec.Versioned {
		b.Versioning = versioningEnabled
	}
	return store.PutJSON(tx, bucketTable, []byte(spec.Name), b)
}

// now is the clock's time to the second, which is all that S3 keeps.
func (e *Engine) now() time.Time { return e.Clock.Now().UTC().Truncate(time.Second) }

// getBucket returns the bucket or NoSuchBucket.
func getBucket(tx store.Tx, name string) (*bucket, error) {
	b, err := store.GetJSON[bucket](tx, bucketTable, []byte(name))
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, noSuchBucket(name)
	}
	return b, nil
}

var bucketNamePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// checkBucketName holds a name against "Bucket naming rules" in the Amazon S3 user guide.
func checkBucketName(name string) error {
	if bucketNamePattern.MatchString(name) && !strings.Contains(name, "..") && net.ParseIP(name) == nil {
		return nil
	}
	return newFault(http.StatusBadRequest, "InvalidBucketName",
		"The specified bucket is not valid: a name has 3 to 63 lower-case letters, digits, hyphens and single dots, starts and ends with a letter or digit, and is no IP address.").
		with("BucketName", name)
}
