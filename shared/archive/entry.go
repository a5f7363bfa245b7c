package archive

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"strings"
)

// The compression methods that are understood, per section 4.4.5.
const (
	methodStored  = 0
	methodDeflate = 8
)

// The general purpose flags that matter, per section 4.4.4.
const (
	flagEncrypted       = 1 << 0
	flagPatched         = 1 << 5
	flagStrongEncrypted = 1 << 6
	flagMasked          = 1 << 13
)

// The systems whose entries carry a Unix mode, per section 4.4.2.
const (
	systemUnix   = 3
	systemDarwin = 19
)

const (
	modeType      = 0o170000
	modeRegular   = 0o100000
	modeDirectory = 0o040000
	dosDirectory  = 0x10
)

// An entry is one record of the directory, as it is claimed there.
type entry struct {
	name           string
	flags, method  uint16
	crc            uint32
	packed, size   uint64 // in bytes
	offset         uint64 // of the local header
	next           int64  // where the next entry, or the directory, starts; set by checkLayout
	system         byte
	externalAttrib uint32
}

// parseEntry reads the record that data starts with and returns its length.
func parseEntry(data []byte) (e entry, length int, err error) {
	if len(data) < entryLength || binary.LittleEndian.Uint32(data) != entrySignature {
		return entry{}, 0, damaged("", "the directory has a record that is none")
	}
	nameLength := int(binary.LittleEndian.Uint16(data[28:]))
	extraLength := int(binary.LittleEndian.Uint16(data[30:]))
	commentLength := int(binary.LittleEndian.Uint16(data[32:]))
	length = entryLength + nameLength + extraLength + commentLength
	if length > len(data) {
		return entry{}, 0, damaged("", "the directory's last record is cut off")
	}
	e = entry{
		name:           string(data[entryLength : entryLength+nameLength]),
		system:         data[5],
		flags:          binary.LittleEndian.Uint16(data[8:]),
		method:         binary.LittleEndian.Uint16(data[10:]),
		crc:            binary.LittleEndian.Uint32(data[16:]),
		packed:         uint64(binary.LittleEndian.Uint32(data[20:])),
		size:           uint64(binary.LittleEndian.Uint32(data[24:])),
		externalAttrib: binary.LittleEndian.Uint32(data[38:]),
		offset:         uint64(binary.LittleEndian.Uint32(data[42:])),
	}
	if disk := binary.LittleEndian.Uint16(data[34:]); disk != 0 {
		return entry{}, 0, &Refusal{e.name, "lies in another part of the archive", "push an archive in one file"}
	}
	extra := data[entryLength+nameLength:][:extraLength]
	return e, length, e.readZip64(extra)
}

// readZip64 takes the sizes that don't fit the record from its zip64 extra field, per section 4.5.3.
func (e *entry) readZip64(extra []byte) error {
	var wide []*uint64
	for _, field := range []*uint64{&e.size, &e.packed, &e.offset} {
		if *field == 1<<32-1 {
			wide = append(wide, field)
		}
	}
	if len(wide) == 0 {
		return nil
	}
	for len(extra) >= 4 {
		tag, length := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; length > len(extra) {
			break
		}
		if tag != 1 {
			extra = extra[length:]
			continue
		}
		if length < 8*len(wide) {
			break
		}
		for i, field := range wide {
			*field = binary.LittleEndian.Uint64(extra[8*i:])
		}
		return nil
	}
	return damaged(e.name, "its zip64 sizes are missing")
}

// path returns the name without the "/" that marks a directory.
func (e entry) path() string { return strings.TrimSuffix(e.name, "/") }

func (e entry) isDirectory() bool { return strings.HasSuffix(e.name, "/") }

// mode returns the Unix mode, or 0 when the entry carries none.
func (e entry) mode() uint32 {
	if e.system == systemUnix || e.system == systemDarwin {
		return e.externalAttrib >> 16
	}
	return 0
}

func (e entry) isExecutable() bool { return !e.isDirectory() && fs.FileMode(e.mode())&0o111 != 0 }

// checkLocal compares the entry's local header, given with its name, with what the directory claims.
func (e entry) checkLocal(header []byte) error {
	name := header[localLength:]
	flags, method := binary.LittleEndian.Uint16(header[6:]), binary.LittleEndian.Uint16(header[8:])
	switch {
	case binary.LittleEndian.Uint32(header) != localSignature:
		return damaged(e.name, "there is no entry where the directory says")
	case int(binary.LittleEndian.Uint16(header[26:])) != len(e.name) || !bytes.Equal(name, []byte(e.name)):
		return damaged(e.name, "it has another name in its own header")
	case method != e.method || flags&(flagEncrypted|flagStrongEncrypted) != 0:
		return damaged(e.name, "it has another method in its own header")
	}
	return nil
}
