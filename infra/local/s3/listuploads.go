package s3

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"

	"slipway/infra/local/store"
)

type listUploadsResult struct {
	XMLName            xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListMultipartUploadsResult"`
	Bucket             string
	KeyMarker          string
	UploadIdMarker     string
	NextKeyMarker      string `xml:",omitempty"`
	NextUploadIdMarker string `xml:",omitempty"`
	Prefix             string
	Delimiter          string `xml:",omitempty"`
	EncodingType       string `xml:",omitempty"`
	MaxUploads         int
	IsTruncated        bool
	Upload             []uploadEntry
	CommonPrefixes     []commonPrefix
}

type uploadEntry struct {
	Key               string
	UploadId          string
	Initiator         owner
	Owner             owner
	StorageClass      string
	Initiated         string
	ChecksumAlgorithm algorithm    `xml:",omitempty"`
	ChecksumType      checksumType `xml:",omitempty"`
}

func (c *call) listMultipartUploads() error {
	l, err := c.listing("max-uploads")
	if err != nil {
		return err
	}
	key, id := c.query.Get("key-marker"), c.query.Get("upload-id-marker")
	result := listUploadsResult{Bucket: l.bucket, KeyMarker: l.text(key), UploadIdMarker: id, Prefix: l.text(l.prefix),
		Delimiter: l.text(l.delimiter), EncodingType: l.encodingType(), MaxUploads: l.limit}
	err = c.engine.Store.View(func(tx store.Tx) error {
		if _, err := getBucket(tx, c.bucket); err != nil {
			return err
		}
		from := l.start(key)
		if key != "" && id != "" { // without a key S3 ignores the upload id
			from = append(namedRow(l.bucket, key, id), 0)
		}
		return c.collectUploads(tx, l, from, &result)
	})
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, result)
}

// collectUploads fills result with a page of uploads from a row on.
func (c *call) collectUploads(tx store.Tx, l listing, from []byte, result *listUploadsResult) error {
	stem, last, lastID := prefixStem(l.bucket, l.prefix), "", ""
	for {
		row, raw := seek(tx, uploadTable, from, stem)
		if row == nil || l.limit == 0 {
			return nil
		}
		if len(result.Upload)+len(result.CommonPrefixes) == l.limit {
			result.IsTruncated, result.NextKeyMarker, result.NextUploadIdMarker = true, l.text(last), lastID
			return nil
		}
		u, err := store.ParseJSON[upload](uploadTable, raw)
		if err != nil {
			return err
		}
		if group := l.group(u.Key); group != "" {
			result.CommonPrefixes = append(result.CommonPrefixes, commonPrefix{l.text(group)})
			from, last, lastID = afterPrefix(l.bucket, group), group, ""
			continue
		}
		result.Upload = append(result.Upload, c.uploadEntry(l, u))
		from, last, lastID = append(bytes.Clone(row), 0), u.Key, u.ID
	}
}

func (c *call) uploadEntry(l listing, u *upload) uploadEntry {
	line := uploadEntry{Key: l.text(u.Key), UploadId: u.ID, Initiator: c.engine.owner(), Owner: c.engine.owner(),
		StorageClass: "STANDARD", Initiated: timestamp(u.Initiated)}
	if u.Declared {
		line.ChecksumAlgorithm, line.ChecksumType = u.Algorithm, u.Type
	}
	return line
}

type listPartsResult struct {
	XMLName              xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListPartsResult"`
	Bucket               string
	Key                  string
	UploadId             string
	Initiator            owner
	Owner                owner
	StorageClass         string
	PartNumberMarker     int
	NextPartNumberMarker int
	MaxParts             int
	IsTruncated          bool
	ChecksumAlgorithm    algorithm    `xml:",omitempty"`
	ChecksumType         checksumType `xml:",omitempty"`
	Part                 []partEntry
}

type partEntry struct {
	PartNumber   int
	LastModified string
	ETag         string
	Size         int64
	checksumElements
}

func (c *call) listParts() error {
	limit, err := c.limit("max-parts", 1000)
	if err != nil {
		return err
	}
	marker := 0
	if text := c.query.Get("part-number-marker"); text != "" {
		if marker, err = strconv.Atoi(text); err != nil || marker < 0 || marker > maxParts {
			return invalidArgument("part-number-marker", text, "Argument part-number-marker must be an integer between 0 and 10000")
		}
	}
	var u *upload
	var found []*part
	err = c.engine.Store.View(func(tx store.Tx) error {
		if u, err = c.getUpload(tx); err == nil {
			found, err = parts(tx, u.ID, marker)
		}
		return err
	})
	if err != nil {
		return err
	}
	result := listPartsResult{Bucket: c.bucket, Key: c.key, UploadId: u.ID, Initiator: c.engine.owner(), Owner: c.engine.owner(),
		StorageClass: "STANDARD", PartNumberMarker: marker, MaxParts: limit, IsTruncated: limit > 0 && len(found) > limit}
	if u.Declared {
		result.ChecksumAlgorithm, result.ChecksumType = u.Algorithm, u.Type
	}
	for _, p := range found[:min(limit, len(found))] {
		line := partEntry{PartNumber: p.Number, LastModified: timestamp(p.Modified), ETag: quoted(p.MD5), Size: p.Size}
		if u.Declared {
			line.checksumElements = elementsOf(u.Algorithm, p.Sums[u.Algorithm])
		}
		result.Part, result.NextPartNumberMarker = append(result.Part, line), p.Number
	}
	return c.answer(http.StatusOK, result)
}
