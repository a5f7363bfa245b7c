package script

import (
	"fmt"
	"os"
	"path/filepath"
)

// A folder is a job's own place on the machine.
type folder struct{ root string }

// newFolder makes a fresh folder inside parent.
func newFolder(parent string) (folder, error) {
	root, err := os.MkdirTemp(parent, "slipway-job-")
	if err != nil {
		return folder{}, fmt.Errorf("make working folder: %w", err)
	}
	f := folder{root}
	for _, dir := range []string{f.files(), f.home()} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return folder{}, fmt.Errorf("make working folder: %w", err)
		}
	}
	return f, nil
}

// files is where the package is unpacked and the script runs.
func (f folder) files() string { return filepath.Join(f.root, "files") }

// home is the script's HOME, empty at first.
func (f folder) home() string { return filepath.Join(f.root, "home") }

// script is the file that holds the script's text.
func (f folder) script() string { return filepath.Join(f.root, "script") }

// output is the file that the script writes its outputs to, SLIPWAY_OUTPUT.
func (f folder) output() string { return filepath.Join(f.root, "output") }
