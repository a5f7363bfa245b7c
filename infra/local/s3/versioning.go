package s3

import (
	"encoding/xml"
	"net/http"

	"slipway/infra/local/store"
)

type versioningBody struct {
	XMLName   xml.Name `xml:"VersioningConfiguration"`
	Status    string
	MfaDelete string
	strays
}

type versioningResult struct {
	XMLName xml.Name   `xml:"http://s3.amazonaws.com/doc/2006-03-01/ VersioningConfiguration"`
	Status  versioning `xml:",omitempty"`
}

func (c *call) getBucketVersioning() error {
	b, err := c.readBucket()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, versioningResult{Status: b.Versioning})
}

func (c *call) putBucketVersioning() error {
	var body versioningBody
	if err := c.requireDocument(&body); err != nil {
		return err
	}
	if body.MfaDelete != "" && body.MfaDelete != "Disabled" {
		return notImplemented("setting", "MfaDelete "+body.MfaDelete)
	}
	status := versioning(body.Status)
	if status != versioningEnabled && status != versioningSuspended {
		return newFault(http.StatusBadRequest, "IllegalVersioningConfigurationException",
			"The Status of a versioning configuration must be Enabled or Suspended, not %q", body.Status)
	}
	err := c.engine.Store.Update(func(tx store.Tx) error {
		b, err := getBucket(tx, c.bucket)
		if err != nil {
			return err
		}
		b.Versioning = status
		return store.PutJSON(tx, bucketTable, []byte(c.bucket), b)
	})
	if err != nil {
		return err
	}
	return c.status(http.StatusOK)
}
