package s3

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"

	"slipway/infra/local/store"
)

type createBucketBody struct {
	XMLName            xml.Name `xml:"CreateBucketConfiguration"`
	LocationConstraint string
	strays
}

func (c *call) createBucket() error {
	if err := checkBucketName(c.bucket); err != nil {
		return err
	}
	if ownership := c.header.Get("X-Amz-Object-Ownership"); ownership != "" && ownership != "BucketOwnerEnforced" {
		return notImplemented("header", "x-amz-object-ownership: "+ownership)
	}
	var body createBucketBody
	if _, err := c.document(&body); err != nil {
		return err
	}
	if err := c.engine.checkLocation(body.LocationConstraint); err != nil {
		return err
	}
	err := c.engine.Store.Update(func(tx store.Tx) error {
		there, err := store.GetJSON[bucket](tx, bucketTable, []byte(c.bucket))
		if err != nil {
			return err
		}
		if there == nil {
			return c.engine.addBucket(tx, BucketSpec{Name: c.bucket})
		}
		// In us-east-1, for historical reasons, an owner who creates a bucket again is told OK.
		if c.engine.Region == "us-east-1" {
			return nil
		}
		return newFault(http.StatusConflict, "BucketAlreadyOwnedByYou",
			"Your previous request to create the named bucket succeeded and you already own it.").with("BucketName", c.bucket)
	})
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/"+c.bucket)
	return c.status(http.StatusOK)
}

// checkLocation refuses a bucket elsewhere; us-east-1 is the Region that is not spelled out.
func (e *Engine) checkLocation(constraint string) error {
	want := e.Region
	if want == "us-east-1" {
		want = ""
	}
	if constraint == want {
		return nil
	}
	return newFault(http.StatusBadRequest, "IllegalLocationConstraintException",
		"The %q location constraint is incompatible for the region specific endpoint this request was sent to; it must be %q.", constraint, want)
}

func (c *call) headBucket() error {
	if _, err := c.readBucket(); err != nil {
		return err
	}
	c.w.Header().Set("X-Amz-Bucket-Region", c.engine.Region)
	return c.status(http.StatusOK)
}

// readBucket returns the bucket that the request addresses, or NoSuchBucket.
func (c *call) readBucket() (b *bucket, err error) {
	err = c.engine.Store.View(func(tx store.Tx) error {
		b, err = getBucket(tx, c.bucket)
		return err
	})
	return b, err
}

// deleteBucket deletes an empty bucket, and the uploads in progress in it.
func (c *call) deleteBucket() error {
	err := c.engine.Store.Update(func(tx store.Tx) error {
		if _, err := getBucket(tx, c.bucket); err != nil {
			return err
		}
		stem := bucketStem(c.bucket)
		if row, _ := seek(tx, objectTable, stem, stem); row != nil {
			return newFault(http.StatusConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty").with("BucketName", c.bucket)
		}
		for row, raw := seek(tx, uploadTable, stem, stem); row != nil; row, raw = seek(tx, uploadTable, stem, stem) {
			u, err := store.ParseJSON[upload](uploadTable, raw)
			if err == nil {
				err = c.engine.removeUpload(tx, u, nil)
			}
			if err != nil {
				return err
			}
		}
		tx.Delete(bucketTable, []byte(c.bucket))
		return nil
	})
	if err != nil {
		return err
	}
	return c.status(http.StatusNoContent)
}

type listBucketsResult struct {
	XMLName           xml.Name      `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Buckets           []bucketEntry `xml:"Buckets>Bucket"`
	Owner             owner
	ContinuationToken string `xml:",omitempty"`
	Prefix            string `xml:",omitempty"`
}

type bucketEntry struct{ Name, CreationDate, BucketRegion, BucketArn string }

type owner struct{ ID, DisplayName string }

func (e *Engine) owner() owner { return owner{e.Account, e.Account} }

func (c *call) listBuckets() error {
	limit, err := c.limit("max-buckets", 10000)
	if err != nil {
		return err
	}
	after, err := c.continuation()
	if err != nil {
		return err
	}
	result := listBucketsResult{Owner: c.engine.owner(), Prefix: c.query.Get("prefix")}
	if region := c.query.Get("bucket-region"); region != "" && region != c.engine.Region {
		return c.answer(http.StatusOK, result)
	}
	err = c.engine.Store.View(func(tx store.Tx) error {
		prefix := []byte(result.Prefix)
		from := later(prefix, append([]byte(after), 0))
		for row, raw := seek(tx, bucketTable, from, prefix); row != nil; row, raw = seek(tx, bucketTable, append(bytes.Clone(row), 0), prefix) {
			if len(result.Buckets) == limit {
				result.ContinuationToken = continuationToken(result.Buckets[limit-1].Name)
				return nil
			}
			b, err := store.ParseJSON[bucket](bucketTable, raw)
			if err != nil {
				return err
			}
			result.Buckets = append(result.Buckets, bucketEntry{b.Spec.Name, timestamp(b.Created), c.engine.Region,
				fmt.Sprintf("arn:aws:s3:::%s", b.Spec.Name)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, result)
}

type locationResult struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Location string   `xml:",chardata"`
}

func (c *call) getBucketLocation() error {
	if _, err := c.readBucket(); err != nil {
		return err
	}
	var result locationResult
	if c.engine.Region != "us-east-1" {
		result.Location = c.engine.Region
	}
	return c.answer(http.StatusOK, result)
}
