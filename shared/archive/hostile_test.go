package archive_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"io/fs"
	"testing"
)

// An item is one entry that build writes, claims and all.
type item struct {
	name     string
	contents string
	mode     fs.FileMode
	deflate  bool
	behind   string // follows the packed contents, and counts as packed
	change   func(h *zip.FileHeader)
}

// build returns an archive of the items; names are written as they are.
func build(t testing.TB, items ...item) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, i := range items {
		packed := []byte(i.contents)
		h := &zip.FileHeader{Name: i.name, Method: zip.Store}
		if i.deflate {
			h.Method, packed = zip.Deflate, deflate(t, i.contents)
		}
		packed = append(packed, i.behind...)
		h.SetMode(i.mode)
		h.CRC32 = crc32.ChecksumIEEE([]byte(i.contents))
		h.UncompressedSize64, h.CompressedSize64 = uint64(len(i.contents)), uint64(len(packed))
		if i.change != nil {
			i.change(h)
		}
		body, err := w.CreateRaw(h)
		if err == nil {
			_, err = body.Write(packed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// deflate returns contents compressed, as archive/zip does it.
func deflate(t testing.TB, contents string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	body, err := w.Create("x")
	if err == nil {
		_, err = io.WriteString(body, contents)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := r.File[0].OpenRaw()
	if err != nil {
		t.Fatal(err)
	}
	packed, err := io.ReadAll(raw)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// patch returns a copy of data with a little-endian number written at an offset
// from the n-th occurrence of the signature.
func patch(t testing.TB, data []byte, signature uint32, n, offset, width int, value uint64) []byte {
	t.Helper()
	data = bytes.Clone(data)
	mark := binary.LittleEndian.AppendUint32(nil, signature)
	at := 0
	for ; n >= 0; n-- {
		next := bytes.Index(data[at:], mark)
		if next < 0 {
			t.Fatalf("signature %08x not found", signature)
		}
		at += next + 4
	}
	number := binary.LittleEndian.AppendUint64(nil, value)
	copy(data[at-4+offset:], number[:width])
	return data
}

const (
	localSignature     = 0x04034b50
	directorySignature = 0x02014b50
	endSignature       = 0x06054b50
)
