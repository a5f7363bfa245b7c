package s3

import (
	"bytes"
	"encoding/xml"
	"net/http"

	"slipway/infra/local/store"
)

type listVersionsResult struct {
	XMLName             xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListVersionsResult"`
	Name                string
	Prefix              string
	KeyMarker           string
	VersionIdMarker     string
	NextKeyMarker       string `xml:",omitempty"`
	NextVersionIdMarker string `xml:",omitempty"`
	MaxKeys             int
	Delimiter           string `xml:",omitempty"`
	EncodingType        string `xml:",omitempty"`
	IsTruncated         bool
	Versions            []versionEntry
	CommonPrefixes      []commonPrefix
}

// A versionEntry is a Version or a DeleteMarker element, by its XMLName.
type versionEntry struct {
	XMLName           xml.Name
	Key               string
	VersionId         string
	IsLatest          bool
	LastModified      string
	ETag              string       `xml:",omitempty"`
	ChecksumAlgorithm algorithm    `xml:",omitempty"`
	ChecksumType      checksumType `xml:",omitempty"`
	Size              *int64
	StorageClass      string `xml:",omitempty"`
	Owner             owner
}

func (c *call) listObjectVersions() error {
	l, err := c.listing("max-keys")
	if err != nil {
		return err
	}
	result := listVersionsResult{Name: l.bucket, Prefix: l.text(l.prefix), KeyMarker: l.text(c.query.Get("key-marker")),
		VersionIdMarker: c.query.Get("version-id-marker"), MaxKeys: l.limit, Delimiter: l.text(l.delimiter), EncodingType: l.encodingType()}
	if result.VersionIdMarker != "" && result.KeyMarker == "" {
		return invalidArgument("version-id-marker", result.VersionIdMarker, "A version-id marker cannot be specified without a key marker.")
	}
	var page []entry
	err = c.engine.Store.View(func(tx store.Tx) error {
		if _, err := getBucket(tx, l.bucket); err != nil {
			return err
		}
		page, result.IsTruncated, err = l.versions(tx, c.query.Get("key-marker"), result.VersionIdMarker)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range page {
		if e.group != "" {
			result.CommonPrefixes = append(result.CommonPrefixes, commonPrefix{l.text(e.group)})
		} else {
			result.Versions = append(result.Versions, c.versionEntry(l, e))
		}
	}
	if result.IsTruncated {
		last := page[len(page)-1]
		result.NextKeyMarker = l.text(last.name())
		if last.group == "" {
			result.NextVersionIdMarker = last.ID
		}
	}
	return c.answer(http.StatusOK, result)
}

func (c *call) versionEntry(l listing, e entry) versionEntry {
	line := versionEntry{XMLName: xml.Name{Local: "Version"}, Key: l.text(e.Key), VersionId: e.ID, IsLatest: e.latest,
		LastModified: timestamp(e.Modified), Owner: c.engine.owner()}
	if e.Marker {
		line.XMLName.Local = "DeleteMarker"
		return line
	}
	line.ETag, line.Size, line.StorageClass = quoted(e.ETag), &e.Size, "STANDARD"
	line.ChecksumAlgorithm, line.ChecksumType = e.Checksum.Algorithm, e.Checksum.Type
	return line
}

// versions returns up to a page of versions, delete markers and groups, and
// whether there are more, after a key or one version of it.
func (l listing) versions(tx store.Tx, key, id string) (page []entry, more bool, err error) {
	stem, from := prefixStem(l.bucket, l.prefix), l.start(key)
	if id != "" {
		row := tx.Get(versionTable, namedRow(l.bucket, key, id))
		if row == nil {
			return nil, false, invalidArgument("version-id-marker", id, "Invalid version id specified")
		}
		from = append(bytes.Clone(row), 0)
	}
	for {
		row, raw := seek(tx, objectTable, from, stem)
		if row == nil || l.limit == 0 {
			return page, false, nil
		}
		if len(page) == l.limit {
			return page, true, nil
		}
		v, err := store.ParseJSON[version](objectTable, raw)
		if err != nil {
			return nil, false, err
		}
		line := entry{group: l.group(v.Key), version: v}
		if line.group != "" {
			from = afterPrefix(l.bucket, line.group)
		} else {
			first, _ := seek(tx, objectTable, keyStem(l.bucket, v.Key), keyStem(l.bucket, v.Key))
			line.latest = bytes.Equal(first, row)
			from = append(bytes.Clone(row), 0)
		}
		page = append(page, line)
	}
}
