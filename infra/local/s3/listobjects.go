package s3

import (
	"encoding/xml"
	"net/http"

	"slipway/infra/local/store"
)

type objectEntry struct {
	Key               string
	LastModified      string
	ETag              string
	ChecksumAlgorithm algorithm    `xml:",omitempty"`
	ChecksumType      checksumType `xml:",omitempty"`
	Size              int64
	Owner             *owner
	StorageClass      string
}

// objectList is what the answers of both versions of ListObjects share.
type objectList struct {
	Name           string
	Prefix         string
	Delimiter      string `xml:",omitempty"`
	MaxKeys        int
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	Contents       []objectEntry
	CommonPrefixes []commonPrefix
}

type listV1Result struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	objectList
	Marker     string
	NextMarker string `xml:",omitempty"`
}

type listV2Result struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	objectList
	KeyCount              int
	StartAfter            string `xml:",omitempty"`
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
}

// listObjects serves ListObjects, the first version. As in S3, NextMarker is given only with a delimiter.
func (c *call) listObjects() error {
	l, err := c.listing("max-keys")
	if err != nil {
		return err
	}
	marker := c.query.Get("marker")
	list, last, err := c.listKeys(l, marker, true)
	if err != nil {
		return err
	}
	result := listV1Result{objectList: list, Marker: l.text(marker)}
	if list.IsTruncated && l.delimiter != "" {
		result.NextMarker = l.text(last)
	}
	return c.answer(http.StatusOK, result)
}

func (c *call) listObjectsV2() error {
	if kind := c.query.Get("list-type"); kind != "2" {
		return invalidArgument("list-type", kind, "Invalid List Type specified in Request: it must be 2")
	}
	l, err := c.listing("max-keys")
	if err != nil {
		return err
	}
	after, err := c.continuation()
	if err != nil {
		return err
	}
	start := c.query.Get("start-after")
	if after == "" {
		after = start
	}
	list, last, err := c.listKeys(l, after, c.query.Get("fetch-owner") == "true")
	if err != nil {
		return err
	}
	result := listV2Result{objectList: list, KeyCount: len(list.Contents) + len(list.CommonPrefixes), StartAfter: l.text(start),
		ContinuationToken: c.query.Get("continuation-token")}
	if list.IsTruncated {
		result.NextContinuationToken = continuationToken(last)
	}
	return c.answer(http.StatusOK, result)
}

// listKeys returns a page of the listing and the name of its last entry.
func (c *call) listKeys(l listing, after string, owned bool) (list objectList, last string, err error) {
	list = objectList{Name: l.bucket, Prefix: l.text(l.prefix), Delimiter: l.text(l.delimiter), MaxKeys: l.limit, EncodingType: l.encodingType()}
	var page []entry
	err = c.engine.Store.View(func(tx store.Tx) error {
		if _, err := getBucket(tx, l.bucket); err != nil {
			return err
		}
		page, list.IsTruncated, err = l.keys(tx, after)
		return err
	})
	for _, e := range page {
		last = e.name()
		if e.group != "" {
			list.CommonPrefixes = append(list.CommonPrefixes, commonPrefix{l.text(e.group)})
			continue
		}
		line := objectEntry{Key: l.text(e.Key), LastModified: timestamp(e.Modified), ETag: quoted(e.ETag),
			ChecksumAlgorithm: e.Checksum.Algorithm, ChecksumType: e.Checksum.Type, Size: e.Size, StorageClass: "STANDARD"}
		if owned {
			line.Owner = new(c.engine.owner())
		}
		list.Contents = append(list.Contents, line)
	}
	return list, last, err
}
