package registry

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
}

func openFolder(path string, newID func() string) (folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return folder{}, fmt.Errorf("create blob folder: %w", err)
	}
	return folder{path, newID}, nil
}

// removeOrphans removes the files that the store doesn't name.
func (f folder) removeOrphans(s store.Store) error {
	files, err := os.ReadDir(f.path)
	if err != nil {
		return fmt.Errorf("read blob folder: %w", err)
	}
	return s.View(func(tx store.Tx) error {
		for _, file := range files {
			if tx.Get(bodyTable, key(file.Name())) != nil {
				continue
			}
			if err := os.Remove(f.file(file.Name())); err != nil {
				return fmt.Errorf("clean up blob folder: %w", err)
			}
		}
		return nil
	})
}

func (f folder) file(id string) string { return filepath.Join(f.path, id) }

func (f folder) receive(r io.Reader) (body, error) {
	b := body{ID: f.newID()}
	out, err := os.OpenFile(f.file(b.ID), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return b, fmt.Errorf("create blob: %w", err)
	}
	b.Size, b.Digest, err = copyHashed(out, r)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = f.sync()
	}
	if err != nil {
		return b, errors.Join(err, f.discard(b))
	}
	return b, nil
}

// sync makes the names of new files durable.
func (f folder) sync() error {
	dir, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("sync blob folder: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (folder) keep(tx store.Tx, b body) { tx.Put(bodyTable, key(b.ID), []byte(inFile)) }

func (f folder) discard(b body) error { return os.Remove(f.file(b.ID)) }

// remove leaves a file behind that can't be removed now: no record names it any
// more, so that the next start removes it.
func (f folder) remove(tx store.Tx, b body) {
	tx.Delete(bodyTable, key(b.ID))
	tx.OnCommit(func() { _ = f.discard(b) })
}

func (f folder) open(b body) (io.ReadSeekCloser, error) { return os.Open(f.file(b.ID)) }
