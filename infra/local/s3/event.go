package s3

import (
	"time"

	"slipway/infra/local/store"
)

// Why an object was made, as the "Object Created" event gives it.
const (
	reasonPut      = "PutObject"
	reasonCopy     = "CopyObject"
	reasonComplete = "CompleteMultipartUpload"
)

// An ObjectCreated is what S3's "Object Created" event tells of a new object.
type ObjectCreated struct {
	Bucket, Key string
	VersionID   string // empty when versioning is not enabled
	ETag        string // without quotes
	Size        int64  // in bytes
	Sequencer   string // orders the events of one key, by length and then as text
	RequestID   string
	Requester   string // access key id
	SourceIP    string
	Reason      string // "PutObject", "CopyObject" or "CompleteMultipartUpload"
	Time        time.Time
}

// create adds v, if condition holds, and reports it in the same transaction.
func (c *call) create(tx store.Tx, v *version, condition writeCondition, reason string) (*bucket, error) {
	b, err := getBucket(tx, c.bucket)
	if err != nil {
		return nil, err
	}
	now, err := current(tx, c.bucket, c.key)
	if err != nil {
		return nil, err
	}
	if err := condition.check(c.key, now); err != nil {
		return nil, err
	}
	v.Key, v.Modified = c.key, c.engine.now()
	if err := c.engine.addVersion(tx, b, v); err != nil {
		return nil, err
	}
	if b.Spec.EventBridge && c.engine.Created != nil {
		c.engine.Created(tx, c.created(b, v, reason))
	}
	return b, nil
}

func (c *call) created(b *bucket, v *version, reason string) ObjectCreated {
	o := ObjectCreated{Bucket: c.bucket, Key: v.Key, ETag: v.ETag, Size: v.Size, Sequencer: v.sequencer(), RequestID: c.id,
		Requester: c.caller.key, SourceIP: c.caller.address, Reason: reason, Time: v.Modified}
	if b.Versioning == versioningEnabled {
		o.VersionID = v.ID
	}
	return o
}
