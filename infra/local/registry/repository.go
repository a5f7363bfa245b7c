package registry

import (
	"fmt"
	"regexp"
	"time"

	"slipway/infra/local/store"
)

// A RepositorySpec describes a repository as a template does.
type RepositorySpec struct {
	Name          string
	ImmutableTags bool // whether a tag, once pushed, keeps its digest
}

type repository struct {
	Name      string
	Immutable bool
	Created   time.Time
}

var repositoryName = regexp.MustCompile(`^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$`)

// Per the CreateRepository reference.
const minRepositoryName, maxRepositoryName = 2, 256

// CreateRepository creates the repository unless it is there. One that is there
// keeps its images and gets the spec's setting.
func (e *Engine) CreateRepository(spec RepositorySpec) error {
	if n := len(spec.Name); n < minRepositoryName || n > maxRepositoryName || !repositoryName.MatchString(spec.Name) {
		return fmt.Errorf("create repository %q: its name must have %d to %d characters and match %s",
			spec.Name, minRepositoryName, maxRepositoryName, repositoryName)
	}
	return e.Store.Update(func(tx store.Tx) error {
		r, err := readRepository(tx, spec.Name)
		if err != nil {
			return err
		}
		if r == nil {
			r = &repository{Name: spec.Name, Created: e.Clock.Now()}
		}
		r.Immutable = spec.ImmutableTags
		return store.PutJSON(tx, repositoryTable, key(r.Name), r)
	})
}

// readRepository returns nil when there is none of that name.
func readRepository(tx store.Tx, name string) (*repository, error) {
	return store.GetJSON[repository](tx, repositoryTable, key(name))
}
