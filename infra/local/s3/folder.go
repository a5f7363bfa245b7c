package s3

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"slipway/infra/local/store"
)

// inFile is the value in the body table of a body that is a file in the folder.
const inFile = "file"

// A folder keeps each body as a file. A file is written before the record that
// names it and removed after it, so that a crash can leave a file too many but
// never one too few.
type folder struct {
	path  string
	newID func() string

	mu      sync.Mutex
	readers int
	doomed  []string // bodies to remove when the last reader is done
}

// openFolder creates the folder if there is none and removes the files that the store doesn't name.
func openFolder(path string, newID func() string, s store.Store) (*folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("create blob folder: %w", err)
	}
	f := &folder{path: path, newID: newID}
	files, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read blob folder: %w", err)
	}
	err = s.View(func(tx store.Tx) error {
		for _, file := range files {
			if tx.Get(bodyTable, []byte(file.Name())) != nil {
				continue
			}
			if err := os.Remove(f.file(file.Name())); err != nil {
				return fmt.Errorf("clean up blob folder: %w", err)
			}
		}
		return nil
	})
	return f, err
}

func (f *folder) file(id string) string { return filepath.Join(f.path, id) }

func (f *folder) receive(r io.Reader) (draft, error) {
	d := draft{id: f.newID()}
	out, err := os.OpenFile(f.file(d.id), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return d, fmt.Errorf("create blob: %w", err)
	}
	d.size, err = io.Copy(out, r)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = f.sync()
	}
	if err != nil {
		return d, errors.Join(err, f.discard(d))
	}
	return d, nil
}

// sync makes the names of new files durable.
func (f *folder) sync() error {
	dir, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("sync blob folder: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (f *folder) keep(tx store.Tx, d draft) { tx.Put(bodyTable, []byte(d.id), []byte(inFile)) }

func (f *folder) discard(d draft) error { return os.Remove(f.file(d.id)) }

func (f *folder) pin() (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.readers++
	return f.unpin
}

func (f *folder) unpin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.readers--
	f.removeDoomed()
}

func (f *folder) remove(tx store.Tx, id string) {
	tx.Delete(bodyTable, []byte(id))
	tx.OnCommit(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.doomed = append(f.doomed, id)
		f.removeDoomed()
	})
}

// removeDoomed removes what it can: a file that can't be removed now is named by
// no record any more, so that the next start removes it.
func (f *folder) removeDoomed() {
	if f.readers > 0 {
		return
	}
	for _, id := range f.doomed {
		_ = os.Remove(f.file(id))
	}
	f.doomed = nil
}

func (f *folder) open(_ store.Tx, stretches []stretch) (io.ReadCloser, error) {
	r := &fileReader{folder: f, left: stretches}
	if len(stretches) == 0 {
		return r, nil
	}
	return r, r.next() // now, while the client can still be told that it fails
}

// A fileReader reads stretches one after another with one file open at a time.
type fileReader struct {
	folder *folder
	left   []stretch
	file   *os.File
	within io.Reader // what is left of the stretch in file
}

func (r *fileReader) Read(p []byte) (int, error) {
	for {
		if r.file == nil {
			if len(r.left) == 0 {
				return 0, io.EOF
			}
			if err := r.next(); err != nil {
				return 0, err
			}
		}
		n, err := r.within.Read(p)
		if n > 0 || (err != nil && err != io.EOF) {
			return n, err
		}
		if err == io.EOF {
			if err := r.Close(); err != nil {
				return 0, err
			}
		}
	}
}

func (r *fileReader) next() error {
	s := r.left[0]
	file, err := os.Open(r.folder.file(s.body))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob %s is not in %s: it was removed by something else than this engine", s.body, r.folder.path)
	}
	if err != nil {
		return fmt.Errorf("open blob: %w", err)
	}
	r.file, r.left = file, r.left[1:]
	r.within = io.NewSectionReader(file, s.offset, s.length)
	return nil
}

// Close closes the file that is open, if there is one.
func (r *fileReader) Close() error {
	if r.file == nil {
		return nil
	}
	file := r.file
	r.file = nil
	return file.Close()
}
