package archive

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the longest entry name in bytes, that of an S3 object's key.
const maxName = 1024

// checkEntries refuses entries that are not safe on their own or beside each other.
func checkEntries(entries []entry, limits Limits) error {
	var total uint64
	for _, e := range entries {
		if err := checkEntry(e, limits); err != nil {
			return err
		}
		if total += e.size; total > uint64(limits.Bytes) {
			return &Refusal{e.name, fmt.Sprintf("with it, the archive unpacks to more than %d bytes", limits.Bytes), "split the package"}
		}
	}
	return checkClashes(entries)
}

func checkEntry(e entry, limits Limits) error {
	if err := checkName(e.name); err != nil {
		return err
	}
	if err := checkType(e); err != nil {
		return err
	}
	switch {
	case e.flags&(flagEncrypted|flagStrongEncrypted|flagMasked) != 0:
		return &Refusal{e.name, "is encrypted", "push an archive without a password"}
	case e.flags&flagPatched != 0, e.method != methodStored && e.method != methodDeflate:
		return &Refusal{e.name, fmt.Sprintf("has compression method %d", e.method), "use deflate (8) or no compression (0)"}
	case e.method == methodStored && e.packed != e.size:
		return damaged(e.name, "it is not compressed and yet has two sizes, %d and %d", e.packed, e.size)
	case e.isDirectory() && (e.size != 0 || e.packed > 2): // deflate writes nothing as two bytes
		return damaged(e.name, "it is a directory with contents")
	case e.size > uint64(limits.Bytes):
		return &Refusal{e.name, fmt.Sprintf("unpacks to %d bytes", e.size), fmt.Sprintf("keep the whole archive within %d", limits.Bytes)}
	case e.size > ratioFloor && e.size/uint64(limits.Ratio) > e.packed:
		return &Refusal{e.name, fmt.Sprintf("unpacks from %d to %d bytes, as a decompression bomb does", e.packed, e.size),
			fmt.Sprintf("leave it out, or store it with a ratio of at most %d", limits.Ratio)}
	}
	return nil
}

var driveLetter = regexp.MustCompile(`^[A-Za-z]:`)

// checkName refuses names that lead out of a folder, or that two systems read differently.
func checkName(name string) error {
	const relative = "name entries by their path from the archive's root, such as css/site.css"
	shown := strings.ToValidUTF8(name[:min(len(name), maxName)], "\uFFFD")
	switch {
	case name == "":
		return &Refusal{"", "an entry has no name", relative}
	case len(name) > maxName:
		return &Refusal{shown, fmt.Sprintf("the name has %d bytes", len(name)), fmt.Sprintf("keep it within %d", maxName)}
	case !utf8.ValidString(name):
		return &Refusal{shown, "the name is not UTF-8", "make the archive with UTF-8 names"}
	case strings.ContainsFunc(name, unicode.IsControl):
		return &Refusal{shown, "the name holds a control character", "rename the file"}
	case strings.Contains(name, `\`):
		return &Refusal{shown, `the name holds a backslash`, `separate folders by "/"`}
	case strings.HasPrefix(name, "/"):
		return &Refusal{shown, "the name is an absolute path", relative}
	case driveLetter.MatchString(name):
		return &Refusal{shown, "the name starts with a drive letter", relative}
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return &Refusal{shown, fmt.Sprintf("the name has the part %q", part), relative}
		}
	}
	return nil
}

// checkType refuses what is neither a regular file nor a directory. The mode counts
// whatever system wrote it: some tools write one under another system's number.
func checkType(e entry) error {
	kind := (e.externalAttrib >> 16) & modeType
	switch {
	case kind == 0 && (e.isDirectory() || e.externalAttrib&dosDirectory == 0):
		return nil
	case kind == modeRegular && !e.isDirectory(), kind == modeDirectory && e.isDirectory():
		return nil
	case kind == 0o120000:
		return &Refusal{e.name, "is a symbolic link", "put the file itself into the archive (zip without -y)"}
	}
	return &Refusal{e.name, "is neither a regular file nor a directory", "leave it out of the archive"}
}

// checkClashes refuses a name twice, and a file where another entry needs a directory.
// Names that differ only in case are two names, as they are to S3.
func checkClashes(entries []entry) error {
	isFile := make(map[string]bool, len(entries))
	for _, e := range entries {
		if _, twice := isFile[e.path()]; twice {
			return &Refusal{e.name, "is in the archive twice", "make the archive anew, not on top of another"}
		}
		isFile[e.path()] = !e.isDirectory()
	}
	for _, e := range entries {
		for i, c := range e.path() {
			if c == '/' && isFile[e.path()[:i]] {
				return &Refusal{e.name, fmt.Sprintf("lies in %q, which is a file", e.path()[:i]), "rename one of them"}
			}
		}
	}
	return nil
}

// checkLayout refuses entries that share bytes with each other or with the
// directory, and notes where each must end.
func checkLayout(entries []entry, directory int64) error {
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(entries[a].offset, entries[b].offset) })
	for i, at := range order {
		e := &entries[at]
		e.next = directory
		if i+1 < len(order) {
			e.next = min(directory, int64(min(entries[order[i+1]].offset, 1<<62)))
		}
		least := localLength + uint64(len(e.name))
		if i == 0 && e.offset != 0 {
			return &Refusal{"", fmt.Sprintf("%d bytes lie before the first entry", e.offset), "push the archive alone, with nothing before it"}
		}
		if e.packed > 1<<62 || e.offset > 1<<62 || e.offset+least+e.packed > uint64(e.next) {
			return damaged(e.name, "it shares bytes with another entry or the directory")
		}
	}
	return nil
}
