package registry

import (
	"regexp"
	"time"

	"slipway/infra/local/store"
)

// A tag names an image.
type tag struct {
	Digest string
	Pushed time.Time
}

// tagName is what a tag is, per the OCI distribution specification.
var tagName = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)

// readTag returns nil when the repository has no such tag.
func readTag(tx store.Tx, repository, name string) (*tag, error) {
	return store.GetJSON[tag](tx, tagTable, key(repository, name))
}

// setTag makes the tag name i, and tells of it unless it did so already. It returns
// TAG_INVALID when the tag names another image in a repository of immutable tags.
func (e *Engine) setTag(tx store.Tx, repository, name string, i image, caller string) error {
	r, err := readRepository(tx, repository)
	if err != nil {
		return err
	}
	was, err := readTag(tx, repository, name)
	if err != nil {
		return err
	}
	is := tag{Digest: i.Digest.String(), Pushed: e.Clock.Now()}
	switch {
	case was == nil:
	case was.Digest == is.Digest:
		return nil
	case r.Immutable:
		return tagImmutable(repository, name)
	default:
		tx.Delete(imageTagTable, key(repository, was.Digest, name))
	}
	tx.Put(imageTagTable, key(repository, is.Digest, name), []byte(present))
	if err := store.PutJSON(tx, tagTable, key(repository, name), is); err != nil {
		return err
	}
	e.Pushed(tx, Push{Repository: repository, Tag: name, Digest: is.Digest, MediaType: string(i.MediaType),
		Size: i.Size, Caller: caller, Time: is.Pushed})
	return nil
}

// tagsOf returns the tags of an image, sorted.
func tagsOf(tx store.Tx, repository, digest string) []string {
	var names []string
	for name := range under(tx, imageTagTable, "", repository, digest) {
		names = append(names, name)
	}
	return names
}
