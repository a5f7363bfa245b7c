package archive

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
)

// A File is a regular file in an archive.
type File struct {
	Name       string // slash-separated, relative, without "." and ".."
	Size       int64  // unpacked, in bytes, as claimed; Open holds it to that
	Executable bool

	entry  entry
	source io.ReaderAt
}

// Offset returns where in the archive the file starts, in bytes: reading files in
// this order reads the archive from front to back.
func (f File) Offset() int64 { return int64(f.entry.offset) }

// Open returns the file's contents. Reading returns a [*Refusal] when they are not
// of the claimed size or don't have the claimed CRC-32, before it returns io.EOF.
func (f File) Open() (io.ReadCloser, error) {
	start, err := f.start()
	if err != nil {
		return nil, err
	}
	packed := bufio.NewReader(io.NewSectionReader(f.source, start, int64(f.entry.packed)))
	contents := &contents{name: f.Name, left: f.entry.size, want: f.entry.crc, crc: crc32.NewIEEE(), packed: packed}
	if f.entry.method == methodDeflate {
		contents.unpacked = flate.NewReader(packed)
	} else {
		contents.unpacked = io.NopCloser(packed)
	}
	return contents, nil
}

// start returns where the file's packed bytes start, once its local header is found to agree.
func (f File) start() (int64, error) {
	header := make([]byte, localLength+len(f.entry.name))
	if err := readAt(f.source, header, f.Offset()); err != nil {
		return 0, err
	}
	if err := f.entry.checkLocal(header); err != nil {
		return 0, err
	}
	start := f.Offset() + int64(len(header)) + int64(binary.LittleEndian.Uint16(header[28:]))
	if start+int64(f.entry.packed) > f.entry.next {
		return 0, damaged(f.Name, "it shares bytes with another entry or the directory")
	}
	return start, nil
}

// contents unpacks a file and holds it to what the directory claims.
type contents struct {
	name     string
	packed   *bufio.Reader // being a ByteReader, flate reads nothing beyond its own end from it
	unpacked io.ReadCloser
	left     uint64 // bytes still to come
	crc      hash.Hash32
	want     uint32
}

// Read implements [io.Reader].
func (c *contents) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.unpacked.Read(p)
	if uint64(n) > c.left {
		return 0, damaged(c.name, "it unpacks to more bytes than the directory claims")
	}
	c.left -= uint64(n)
	c.crc.Write(p[:n]) // a hash never fails
	if err == io.EOF {
		return n, c.finish()
	}
	return n, c.explain(err)
}

// finish returns io.EOF when all that was claimed has come.
func (c *contents) finish() error {
	if _, err := c.packed.ReadByte(); err == nil {
		return damaged(c.name, "bytes follow its compressed contents")
	} else if err != io.EOF {
		return err
	}
	switch {
	case c.left > 0:
		return damaged(c.name, "it unpacks to %d bytes less than the directory claims", c.left)
	case c.crc.Sum32() != c.want:
		return damaged(c.name, "its checksum is %08x and not %08x", c.crc.Sum32(), c.want)
	}
	return io.EOF
}

// explain tells damage from an error of the archive's source.
func (c *contents) explain(err error) error {
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged(c.name, "its compressed contents can't be read")
	}
	return err
}

// Close implements [io.Closer].
func (c *contents) Close() error { return c.unpacked.Close() }
