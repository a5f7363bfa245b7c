package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/shared/archive"
	"slipway/shared/pipeline"
)

func open(data []byte, limits archive.Limits) (*archive.Archive, error) {
	return archive.Open(bytes.NewReader(data), int64(len(data)), limits)
}

func TestFilesAreSortedAndReadWhole(t *testing.T) {
	data := build(t,
		item{name: "img/", mode: fs.ModeDir | 0o755},
		item{name: "img/logo.svg", contents: strings.Repeat("<svg/>", 5000), mode: 0o644, deflate: true},
		item{name: "index.html", contents: "hello", mode: 0o644},
		item{name: "Bücher/ä.txt", contents: "", mode: 0o644, deflate: true},
		item{name: "deploy.sh", contents: "#!/bin/sh", mode: 0o755},
	)
	a, err := open(data, archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"Bücher/ä.txt": "", "deploy.sh": "#!/bin/sh", "img/logo.svg": strings.Repeat("<svg/>", 5000), "index.html": "hello"}
	var names []string
	for _, f := range a.Files() {
		names = append(names, f.Name)
		if got := read(t, f); got != want[f.Name] || f.Size != int64(len(got)) {
			t.Errorf("%s holds %.20q of %d bytes", f.Name, got, f.Size)
		}
		if f.Executable != (f.Name == "deploy.sh") {
			t.Errorf("%s executable = %v", f.Name, f.Executable)
		}
	}
	if got := strings.Join(names, " "); got != "Bücher/ä.txt deploy.sh img/logo.svg index.html" {
		t.Errorf("files are %s", got)
	}
}

func read(t *testing.T, f archive.File) string {
	t.Helper()
	body, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHostileArchivesAreRefused(t *testing.T) {
	file := func(name string) []byte { return build(t, item{name: name, contents: "x", mode: 0o644}) }
	claim := func(change func(h *zip.FileHeader)) []byte {
		return build(t, item{name: "a", contents: "hello", mode: 0o644, change: change})
	}
	two := build(t, item{name: "a", contents: "hello", mode: 0o644}, item{name: "b", contents: "world", mode: 0o644})
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":             {nil, "not a zip archive"},
		"text":                {[]byte("this is not an archive at all, not at all"), "not a zip archive"},
		"cut off":             {two[:len(two)-4], "cut off or not at its end"},
		"cut off early":       {two[len(two)-40:], "lies beyond the archive"},
		"bytes before":        {append([]byte("#!/bin/sh\n"), two...), "10 bytes lie outside"},
		"bytes after":         {append(bytes.Clone(two), 'x'), "not at its end"},
		"directory cut":       {patch(t, two, directorySignature, 1, 28, 2, 60000), "record is cut off"},
		"directory elsewhere": {patch(t, two, endSignature, 0, 16, 4, 1<<31), "beyond the archive"},
		"count too low":       {patch(t, patch(t, two, endSignature, 0, 8, 2, 1), endSignature, 0, 10, 2, 1), "holds 2 entries and claims 1"},
		"several parts":       {patch(t, two, endSignature, 0, 4, 2, 1), "one of several parts"},
		"no name":             {file(""), "no name"},
		"absolute":            {file("/etc/passwd"), "absolute path"},
		"parent":              {file("../x"), `the part ".."`},
		"inner parent":        {file("a/../../x"), `the part ".."`},
		"dot":                 {file("./x"), `the part "."`},
		"empty part":          {file("a//x"), `the part ""`},
		"backslash":           {file(`a\..\x`), "backslash"},
		"drive":               {file("C:/x"), "drive letter"},
		"NUL":                 {file("a\x00b"), "control character"},
		"newline":             {file("a\nb"), "control character"},
		"C1 control":          {file("a\u0085b"), "control character"},
		"long name":           {file(strings.Repeat("n", 1025)), "1025 bytes"},
		"not UTF-8":           {file("a\xff"), "not UTF-8"},
		"symbolic link":       {build(t, item{name: "l", contents: "/etc", mode: fs.ModeSymlink | 0o777}), "symbolic link"},
		"device":              {build(t, item{name: "d", mode: fs.ModeDevice | 0o600}), "neither a regular file"},
		"pipe":                {build(t, item{name: "p", mode: fs.ModeNamedPipe | 0o600}), "neither a regular file"},
		"link as other system": {claim(func(h *zip.FileHeader) {
			h.CreatorVersion, h.ExternalAttrs = 20, 0o120777<<16
		}), "symbolic link"},
		"twice":               {build(t, item{name: "a", mode: 0o644}, item{name: "a", mode: 0o644}), "twice"},
		"file and directory":  {build(t, item{name: "a", mode: 0o644}, item{name: "a/", mode: fs.ModeDir | 0o755}), "twice"},
		"file as directory":   {build(t, item{name: "a", mode: 0o644}, item{name: "a/b", mode: 0o644}), `in "a", which is a file`},
		"directory with data": {bytes.ReplaceAll(build(t, item{name: "a_", contents: "x", change: func(h *zip.FileHeader) { h.ExternalAttrs = 0 }}), []byte("a_"), []byte("a/")), "directory with contents"},
		"encrypted":           {claim(func(h *zip.FileHeader) { h.Flags |= 1 }), "encrypted"},
		"method":              {claim(func(h *zip.FileHeader) { h.Method = 14 }), "compression method 14"},
		"stored, two sizes":   {claim(func(h *zip.FileHeader) { h.UncompressedSize64 = 6 }), "two sizes"},
		"overlap":             {patch(t, two, directorySignature, 1, 42, 4, 0), "shares bytes"},
		"into the directory":  {patch(t, patch(t, two, directorySignature, 1, 20, 4, 500), directorySignature, 1, 24, 4, 500), "shares bytes"},
		"before the first":    {patch(t, two, directorySignature, 0, 42, 4, 1), "before the first entry"},
		"claims too much": {build(t, item{name: "a", deflate: true, mode: 0o644, change: func(h *zip.FileHeader) {
			h.UncompressedSize64 = 21 << 30
		}}), "unpacks to"},
		"bomb": {build(t, item{name: "a", contents: strings.Repeat("0", 20<<20), deflate: true, mode: 0o644}), "decompression bomb"},
	} {
		_, err := open(c.data, archive.Limits{})
		var refusal *archive.Refusal
		if !errors.As(err, &refusal) || !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(fmt.Sprint(err), c.want) || refusal.Remedy == "" {
			t.Errorf("%s: %v, want a refusal with %q", name, err, c.want)
		}
	}
}

func TestLimitsHold(t *testing.T) {
	data := build(t, item{name: "a", contents: "hello", mode: 0o644}, item{name: "b", contents: "world", mode: 0o644})
	for _, c := range []struct {
		limits archive.Limits
		want   string
	}{
		{archive.Limits{Entries: 2, Bytes: 10}, "<nil>"},
		{archive.Limits{Entries: 1}, "it has 2 entries"},
		{archive.Limits{Bytes: 9}, `entry "b": with it, the archive unpacks to more than 9 bytes`},
	} {
		if _, err := open(data, c.limits); !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("Open with %+v = %v, want %q", c.limits, err, c.want)
		}
	}
}

func TestContentsAreHeldToTheirClaims(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"checksum": {build(t, item{name: "a", contents: "hello", mode: 0o644, change: func(h *zip.FileHeader) { h.CRC32++ }}), "its checksum is"},
		"more than claimed": {build(t, item{name: "a", contents: "hello", deflate: true, mode: 0o644,
			change: func(h *zip.FileHeader) { h.UncompressedSize64 = 4 }}), "more bytes than the directory claims"},
		"less than claimed": {build(t, item{name: "a", contents: "hello", deflate: true, mode: 0o644,
			change: func(h *zip.FileHeader) { h.UncompressedSize64 = 6 }}), "1 bytes less"},
		"not deflate": {build(t, item{name: "a", contents: "\xff\xff\xff\xff\xff", mode: 0o644,
			change: func(h *zip.FileHeader) { h.Method = zip.Deflate }}), "can't be read"},
		"bytes behind": {build(t, item{name: "a", contents: "hello", deflate: true, behind: "more", mode: 0o644}), "bytes follow"},
		"other name":   {patch(t, build(t, item{name: "a", contents: "hello", mode: 0o644}), localSignature, 0, 30, 1, 'b'), "another name in its own header"},
		"no header":    {patch(t, build(t, item{name: "a", contents: "hello", mode: 0o644}), localSignature, 0, 0, 1, 'Q'), "no entry where the directory says"},
		"long extra":   {patch(t, build(t, item{name: "a", contents: "hello", mode: 0o644}), localSignature, 0, 28, 2, 9), "shares bytes"},
	} {
		a, err := open(c.data, archive.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		err = a.Extract(context.Background(), t.TempDir())
		if !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a refusal with %q", name, err, c.want)
		}
	}
}

func TestExtractKeepsTheExecutableBitAndOverwritesNothing(t *testing.T) {
	a, err := open(build(t,
		item{name: "bin/run.sh", contents: "#!/bin/sh", mode: 0o700},
		item{name: "doc/a.txt", contents: "text", mode: 0o600},
		item{name: "empty/", mode: fs.ModeDir | 0o700},
	), archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := a.Extract(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"bin/run.sh": 0o100, "doc/a.txt": 0, "empty": fs.ModeDir | 0o100} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode()&(fs.ModeDir|0o100) != want {
			t.Errorf("%s: mode %v, error %v", name, info.Mode(), err)
		}
	}
	if err := a.Extract(context.Background(), dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("extracting again = %v, want %v", err, fs.ErrExist)
	}
}

func TestExtractStaysInsideItsFolder(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "way")); err != nil {
		t.Fatal(err)
	}
	a, err := open(build(t, item{name: "way/out.txt", contents: "x", mode: 0o644}), archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Extract(context.Background(), dir); err == nil {
		t.Error("extracting through a link that leads outside succeeded")
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) != 0 {
		t.Errorf("outside holds %v, %v", left, err)
	}
}

func TestExtractEndsWithItsContext(t *testing.T) {
	a, err := open(build(t, item{name: "a", contents: "x", mode: 0o644}), archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := a.Extract(ctx, t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("Extract = %v, want %v", err, context.Canceled)
	}
}

// failing fails every read beyond its first bytes.
type failing struct {
	*bytes.Reader
	err error
}

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestASourceThatFailsIsNoRefusal(t *testing.T) {
	broken := errors.New("connection reset")
	_, err := archive.Open(failing{bytes.NewReader(nil), broken}, 100, archive.Limits{})
	if !errors.Is(err, broken) || errors.Is(err, pipeline.ErrInvalid) {
		t.Errorf("Open = %v, want %v", err, broken)
	}
}

func TestManyEntriesNeedZip64(t *testing.T) {
	var items []item
	for i := range 66000 {
		items = append(items, item{name: fmt.Sprintf("f%d", i), mode: 0o644})
	}
	a, err := open(build(t, items...), archive.Limits{})
	if err != nil || len(a.Files()) != len(items) {
		t.Fatalf("Open = %v", err)
	}
}

// FuzzOpen holds that nothing makes Open panic, and that what it accepts archive/zip
// reads in the same way.
func FuzzOpen(f *testing.F) {
	f.Add(build(f, item{name: "a/", mode: fs.ModeDir | 0o755}, item{name: "a/b.txt", contents: "hello", deflate: true, mode: 0o644}))
	f.Add(build(f, item{name: "x", contents: "x", mode: 0o755}))
	f.Add(build(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := open(data, archive.Limits{Bytes: 1 << 20})
		if err != nil {
			return
		}
		reference, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("archive/zip refuses what Open accepts: %v", err)
		}
		for _, file := range a.Files() {
			compare(t, file, reference)
		}
	})
}

func compare(t *testing.T, file archive.File, reference *zip.Reader) {
	body, err := file.Open()
	if err != nil {
		return
	}
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil {
		return
	}
	for _, other := range reference.File {
		if other.Name != file.Name {
			continue
		}
		r, err := other.Open()
		if err != nil {
			t.Fatalf("%q: archive/zip can't open it: %v", file.Name, err)
		}
		want, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%q: archive/zip reads %q, %v and not %q", file.Name, want, err, got)
		}
		return
	}
	t.Fatalf("%q: archive/zip doesn't know it", file.Name)
}
