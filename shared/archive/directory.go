package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The signatures and fixed lengths of the records, per section 4.3.
const (
	localSignature     = 0x04034b50
	entrySignature     = 0x02014b50
	endSignature       = 0x06054b50
	end64Signature     = 0x06064b50
	locator64Signature = 0x07064b50

	localLength     = 30
	entryLength     = 46
	endLength       = 22
	end64Length     = 56
	locator64Length = 20
	maxComment      = 1<<16 - 1
)

// maxDirectory bounds a directory's bytes; 100,000 entries with names of 1024 bytes need less.
const maxDirectory = 128 << 20

// A directory is where an archive's central directory lies.
type directory struct {
	offset, length int64
	entries        uint64
}

// findDirectory reads the record at the archive's end. The last end signature must
// be that record's: in a comment, a tool that searches otherwise would take it for one.
func findDirectory(r io.ReaderAt, size int64) (directory, error) {
	tail := make([]byte, min(size, endLength+maxComment))
	start := size - int64(len(tail))
	if err := readAt(r, tail, start); err != nil {
		return directory{}, err
	}
	at := bytes.LastIndex(tail, binary.LittleEndian.AppendUint32(nil, endSignature))
	if at < 0 {
		return directory{}, &Refusal{"", "not a zip archive: it has no end record", "push a file made with zip"}
	}
	end := tail[at:]
	if len(end) < endLength || len(end) != endLength+int(binary.LittleEndian.Uint16(end[20:])) {
		return directory{}, damaged("", "its end record is cut off or not at its end")
	}
	d := directory{
		entries: uint64(binary.LittleEndian.Uint16(end[10:])),
		length:  int64(binary.LittleEndian.Uint32(end[12:])),
		offset:  int64(binary.LittleEndian.Uint32(end[16:])),
	}
	disk, firstDisk, here := binary.LittleEndian.Uint16(end[4:]), binary.LittleEndian.Uint16(end[6:]), binary.LittleEndian.Uint16(end[8:])
	if disk != 0 || firstDisk != 0 || uint64(here) != d.entries {
		return directory{}, &Refusal{"", "is one of several parts", "push an archive in one file"}
	}
	endsAt := start + int64(at)
	if d.entries < 1<<16-1 && d.offset+d.length == endsAt {
		return d, nil
	}
	return d.widen(r, endsAt)
}

// widen returns the directory as the zip64 end record has it, whose locator lies just
// before the end record, or d when there is none.
func (d directory) widen(r io.ReaderAt, end int64) (directory, error) {
	at := end - locator64Length - end64Length
	if at < 0 {
		return d, d.checkPlace(end)
	}
	records := make([]byte, end64Length+locator64Length)
	if err := readAt(r, records, at); err != nil {
		return directory{}, err
	}
	record, locator := records[:end64Length], records[end64Length:]
	if binary.LittleEndian.Uint32(locator) != locator64Signature {
		return d, d.checkPlace(end)
	}
	if binary.LittleEndian.Uint32(record) != end64Signature || binary.LittleEndian.Uint64(locator[8:]) != uint64(at) {
		return directory{}, damaged("", "the zip64 end record is not where its locator says")
	}
	entries, length, offset := binary.LittleEndian.Uint64(record[32:]), binary.LittleEndian.Uint64(record[40:]), binary.LittleEndian.Uint64(record[48:])
	if length > uint64(at) || offset > uint64(at) || d.contradicts(entries, length, offset) {
		return directory{}, damaged("", "its two end records contradict each other")
	}
	wide := directory{offset: int64(offset), length: int64(length), entries: entries}
	return wide, wide.checkPlace(at)
}

// contradicts tells whether a field that d's own record could hold differs from the zip64 record's.
func (d directory) contradicts(entries, length, offset uint64) bool {
	return d.entries != 1<<16-1 && d.entries != entries ||
		d.length != 1<<32-1 && uint64(d.length) != length ||
		d.offset != 1<<32-1 && uint64(d.offset) != offset
}

// checkPlace refuses a directory that doesn't end where the end record starts: there
// would be bytes, or a second directory, that only some tools see.
func (d directory) checkPlace(end int64) error {
	switch {
	case d.offset+d.length > end:
		return damaged("", "the directory lies beyond the archive")
	case d.offset+d.length < end:
		return &Refusal{"", fmt.Sprintf("%d bytes lie outside of the archive", end-d.offset-d.length), "push the archive alone, with nothing before or in it"}
	}
	return nil
}

// read returns the directory's entries in its order.
func (d directory) read(r io.ReaderAt, limits Limits) ([]entry, error) {
	if d.entries > uint64(limits.Entries) {
		return nil, &Refusal{"", fmt.Sprintf("it has %d entries", d.entries), fmt.Sprintf("keep it within %d", limits.Entries)}
	}
	if d.length > maxDirectory || d.length < int64(d.entries)*entryLength {
		return nil, damaged("", "a directory of %d bytes can't hold %d entries", d.length, d.entries)
	}
	data := make([]byte, d.length)
	if err := readAt(r, data, d.offset); err != nil {
		return nil, err
	}
	entries := make([]entry, 0, d.entries)
	for len(data) > 0 {
		e, length, err := parseEntry(data)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
		data = data[length:]
	}
	if uint64(len(entries)) != d.entries {
		return nil, damaged("", "the directory holds %d entries and claims %d", len(entries), d.entries)
	}
	return entries, nil
}

// readAt fills p; an archive that ends early is damaged.
func readAt(r io.ReaderAt, p []byte, at int64) error {
	if at < 0 {
		return damaged("", "it ends early")
	}
	n, err := r.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return damaged("", "it ends early")
	}
	return fmt.Errorf("read archive: %w", err)
}
