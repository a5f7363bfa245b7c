package archive

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// Extract unpacks a into the folder dir, which must exist and may hold nothing of
// the same names: nothing is ever overwritten, and nothing is written outside of
// dir. Files are 0644, executable ones 0755. On an error, which is ctx's when ctx
// ends, what has been unpacked stays.
func (a *Archive) Extract(ctx context.Context, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("extract: %w", err)
	}
	defer root.Close()
	for _, d := range a.directories {
		if err := root.MkdirAll(d, 0o755); err != nil {
			return fmt.Errorf("extract %s: %w", d, err)
		}
	}
	for _, f := range a.files {
		if err := extract(ctx, root, f); err != nil {
			return fmt.Errorf("extract %s: %w", f.Name, err)
		}
	}
	return nil
}

func extract(ctx context.Context, root *os.Root, f File) error {
	if err := root.MkdirAll(path.Dir(f.Name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if f.Executable {
		mode = 0o755
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := root.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, contextReader{ctx, in}); err != nil {
		return closeAfter(out, err)
	}
	return out.Close()
}

func closeAfter(c io.Closer, err error) error {
	if closing := c.Close(); closing != nil {
		return fmt.Errorf("%w (and closing: %w)", err, closing)
	}
	return err
}

// A contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
