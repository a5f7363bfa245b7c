package step

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// A cleanupItem is an object or an image.
type cleanupItem struct {
	name string   // the object's key or the image's digest
	tags []string // of an image
	size int64    // in bytes
	at   time.Time
}

// String tells the item to people.
func (i cleanupItem) String() string {
	name := i.name
	if len(i.tags) > 0 {
		name = fmt.Sprintf("%s %q", name, i.tags)
	}
	return fmt.Sprintf("%s (%d bytes, %s)", name, i.size, i.at.UTC().Format(time.RFC3339))
}

// A cleanupStore is where items are. Its errors are [*Failure] where they say something
// of the step.
type cleanupStore interface {
	// list returns the items, in any order.
	list(ctx context.Context) ([]cleanupItem, error)
	// remove removes items and returns those that are gone; the others are in use.
	remove(ctx context.Context, items []cleanupItem) ([]cleanupItem, error)
}

// A cleaner removes the items of a store that are due.
type cleaner struct {
	parameters cleanupParameters
	store      cleanupStore
	log        io.Writer
}

// removalBatch is how many items are removed between two looks at what came of it.
const removalBatch = 1000

// run removes what is due at now, the oldest first.
func (c cleaner) run(ctx context.Context, now time.Time) (Outcome, error) {
	items, err := c.store.list(ctx)
	if err != nil {
		return Outcome{}, err
	}
	found, due := c.parameters.choose(items, now)
	fmt.Fprintf(c.log, "%s: %d found, %d due\n", c.parameters.subject(), found, len(due))
	var removed, bytes int64
	for batch := range slices.Chunk(due[:min(len(due), MaxRemovals)], removalBatch) {
		gone, err := c.remove(ctx, batch)
		if err != nil {
			return Outcome{}, err
		}
		removed += int64(len(gone))
		for _, item := range gone {
			bytes += item.size
		}
	}
	if left := int64(len(due)) - removed; left > 0 && !c.parameters.DryRun {
		fmt.Fprintf(c.log, "%d that are due are left, as an attempt removes at most %d and none that is in use\n", left, MaxRemovals)
	}
	kept := int64(found) - removed
	if c.parameters.DryRun {
		removed, kept = 0, int64(found)
	}
	return Outcome{Done: true, Outputs: map[string]string{
		"found":   strconv.Itoa(found),
		"due":     strconv.Itoa(len(due)),
		"removed": strconv.FormatInt(removed, 10),
		"kept":    strconv.FormatInt(kept, 10),
		"bytes":   strconv.FormatInt(bytes, 10),
	}}, nil
}

// remove removes a batch, or says what would be removed, and returns what is gone or would be.
func (c cleaner) remove(ctx context.Context, batch []cleanupItem) ([]cleanupItem, error) {
	if c.parameters.DryRun {
		for _, item := range batch {
			fmt.Fprintf(c.log, "would remove %s\n", item)
		}
		return batch, nil
	}
	gone, err := c.store.remove(ctx, batch)
	for _, item := range gone {
		fmt.Fprintf(c.log, "removed %s\n", item)
	}
	return gone, err
}
