package step

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"slipway/shared/archive"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// A site is a place in a bucket that is made to hold exactly a package's files.
type site struct {
	objects      Writer
	bucket       string
	prefix       string // "" or ends with "/"
	cacheControl string // "" sets none
	log          io.Writer
	subject      string // the package for people
}

// maxKey is the longest object key in bytes, per the S3 user guide's "Naming Amazon S3 objects".
const maxKey = 1024

// publish uploads files and then removes what else is under the prefix. Pages go
// last, so that no page is there before what it refers to; removal comes after
// them, so that no page that is still there refers to what is gone.
func (s site) publish(ctx context.Context, files []archive.File) (Outcome, error) {
	if len(files) == 0 {
		return Outcome{}, permanent("EmptyPackage", "package %s holds no files, so that the site would be removed; put the site's files into it", s.subject)
	}
	keep := make(map[string]bool, len(files))
	for _, f := range files {
		key := s.prefix + f.Name
		if len(key) > maxKey {
			return Outcome{}, permanent("KeyTooLong", "key %s has %d bytes; S3 takes at most %d", key, len(key), maxKey)
		}
		keep[key] = true
	}
	bytes, err := s.upload(ctx, files)
	if err != nil {
		return Outcome{}, s.explain(err)
	}
	removed, err := s.removeOthers(ctx, keep)
	if err != nil {
		return Outcome{}, s.explain(err)
	}
	fmt.Fprintf(s.log, "published %s to %s: %d files, %d bytes, %d removed\n", s.subject, s.url(), len(files), bytes, removed)
	return Outcome{Done: true, Outputs: map[string]string{
		"files":      strconv.Itoa(len(files)),
		"removed":    strconv.Itoa(removed),
		"bytes":      strconv.FormatInt(bytes, 10),
		"url-prefix": s.url(),
	}}, nil
}

func (s site) url() string { return "s3://" + s.bucket + "/" + s.prefix }

// upload puts the files, pages last, and returns their total size.
func (s site) upload(ctx context.Context, files []archive.File) (total int64, err error) {
	ordered := slices.SortedFunc(slices.Values(files), func(a, b archive.File) int {
		if pa, pb := isPage(a.Name), isPage(b.Name); pa != pb {
			if pb {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Offset(), b.Offset()) // the order in the archive, so that it is read front to back
	})
	for _, f := range ordered {
		if err := s.put(ctx, f); err != nil {
			return total, err
		}
		total += f.Size
	}
	return total, nil
}

func isPage(name string) bool {
	extension := strings.ToLower(path.Ext(name))
	return extension == ".html" || extension == ".htm" || extension == ".xhtml"
}

func (s site) put(ctx context.Context, f archive.File) error {
	body, err := f.Open()
	if err != nil {
		return ArchiveFailure(s.subject, err)
	}
	defer body.Close()
	options := objects.Options{ContentType: mediaType(f.Name), CacheControl: s.cacheControl}
	if err := s.objects.Put(ctx, s.bucket, s.prefix+f.Name, body, options); err != nil {
		return err
	}
	fmt.Fprintf(s.log, "put %s%s (%d bytes, %s)\n", s.url(), f.Name, f.Size, options.ContentType)
	return nil
}

// removeBatch is how many keys are removed at a time, so that what is held in
// memory doesn't grow with the bucket.
const removeBatch = 1000

// removeOthers removes the objects under the prefix whose keys are not in keep.
func (s site) removeOthers(ctx context.Context, keep map[string]bool) (removed int, err error) {
	var stale []string
	flush := func() error {
		if len(stale) == 0 {
			return nil
		}
		if err := s.objects.Delete(ctx, s.bucket, stale...); err != nil {
			return err
		}
		for _, key := range stale {
			fmt.Fprintf(s.log, "removed s3://%s/%s\n", s.bucket, key)
		}
		removed += len(stale)
		stale = stale[:0]
		return nil
	}
	for entry, err := range s.objects.List(ctx, s.bucket, s.prefix) {
		if err != nil {
			return removed, err
		}
		if keep[entry.Key] {
			continue
		}
		if stale = append(stale, entry.Key); len(stale) == removeBatch {
			if err := flush(); err != nil {
				return removed, err
			}
		}
	}
	return removed, flush()
}

// explain turns an error that another attempt can't mend into the step's failure.
func (s site) explain(err error) error {
	switch {
	case errors.Is(err, objects.ErrNoBucket), errors.Is(err, pipeline.ErrRefused):
		return permanent("NoSuchBucket", "bucket %s does not exist or may not be written: list it under sites in infra/platform.yaml or, for an environment in another account or Region, under its allow: { s3-site: […] }", s.bucket)
	case errors.Is(err, pipeline.ErrInvalid):
		return ArchiveFailure(s.subject, err)
	}
	return fmt.Errorf("publish %s to %s: %w", s.subject, s.url(), err)
}
