// Package archive reads zip archives that come from outside and may be hostile.
//
// It reads the format itself, as archive/zip is lenient where a deployment must not
// be: it accepts bytes before the archive, entries that share bytes and names that
// two tools read differently, and its memory grows with what a directory claims.
// What is accepted here, archive/zip reads in the same way. Section numbers are
// those of PKWARE's APPNOTE.TXT 6.3.10.
package archive

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"slipway/shared/pipeline"
)

// Limits bound what an archive may claim; a zero field stands for its default.
type Limits struct {
	Entries int   // directories included; default 100,000
	Bytes   int64 // of all entries, unpacked; default 20 GiB
	Ratio   int64 // of an entry's unpacked size to its packed size, beyond the first 16 MiB; default 250
}

// ratioFloor is the unpacked size up to which no entry counts as a bomb.
const ratioFloor = 16 << 20

func (l Limits) withDefaults() Limits {
	return Limits{
		Entries: cmp.Or(l.Entries, 100_000),
		Bytes:   cmp.Or(l.Bytes, 20<<30),
		Ratio:   cmp.Or(l.Ratio, 250),
	}
}

// An Archive is a zip archive whose directory is known to be safe.
type Archive struct {
	files       []File   // sorted by name
	directories []string // sorted, without the final "/"
}

// A Refusal says why an archive is not accepted; it wraps [pipeline.ErrInvalid].
type Refusal struct {
	Entry   string // "": the archive as a whole
	Problem string // what is wrong
	Remedy  string // what would be right
}

// Error returns the entry, the problem and the remedy.
func (r *Refusal) Error() string {
	if r.Entry == "" {
		return fmt.Sprintf("archive: %s; %s", r.Problem, r.Remedy)
	}
	return fmt.Sprintf("archive entry %q: %s; %s", r.Entry, r.Problem, r.Remedy)
}

// Unwrap returns [pipeline.ErrInvalid].
func (r *Refusal) Unwrap() error { return pipeline.ErrInvalid }

// damaged refuses an archive that breaks the format.
func damaged(entry, format string, args ...any) *Refusal {
	return &Refusal{entry, "damaged: " + fmt.Sprintf(format, args...), "make the archive anew and push it again"}
}

// Open reads the directory of the archive of that size, in bytes. It returns a
// [*Refusal] when the archive is damaged, exceeds the limits or has an entry that is
// not safe to unpack, and r's own error when r can't be read.
func Open(r io.ReaderAt, size int64, limits Limits) (*Archive, error) {
	limits = limits.withDefaults()
	directory, err := findDirectory(r, size)
	if err != nil {
		return nil, err
	}
	entries, err := directory.read(r, limits)
	if err != nil {
		return nil, err
	}
	if err := checkEntries(entries, limits); err != nil {
		return nil, err
	}
	if err := checkLayout(entries, directory.offset); err != nil {
		return nil, err
	}
	return assemble(r, entries), nil
}

// Files returns the files of a, sorted by name; directories are not among them.
func (a *Archive) Files() []File { return slices.Clone(a.files) }

func assemble(r io.ReaderAt, entries []entry) *Archive {
	a := &Archive{}
	for _, e := range entries {
		if e.isDirectory() {
			a.directories = append(a.directories, e.path())
			continue
		}
		a.files = append(a.files, File{
			Name: e.name, Size: int64(e.size), Executable: e.isExecutable(), entry: e, source: r,
		})
	}
	slices.SortFunc(a.files, func(x, y File) int { return cmp.Compare(x.Name, y.Name) })
	slices.Sort(a.directories)
	return a
}
