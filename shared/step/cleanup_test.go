package step_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"slipway/shared/step"
)

// A depot is a place with a bucket and a repository.
type depot struct {
	*place
	objects map[string]int // age in days by key
	images  []types.ImageDetail
	inUse   map[string]types.ImageFailureCode // by digest
	batches [][]string                        // what was removed
}

const tidying = "storefront_tidy_1"

func newDepot(t *testing.T) *depot {
	d := &depot{place: newPlace(t), objects: map[string]int{}, inUse: map[string]types.ImageFailureCode{}}
	d.answer = d.serve
	return d
}

func (d *depot) serve(request any) (any, error) {
	switch in := request.(type) {
	case *sdk.ListObjectsV2Input:
		return d.listObjects(in)
	case *sdk.DeleteObjectsInput:
		return d.deleteObjects(in)
	case *ecr.DescribeImagesInput:
		if aws.ToString(in.RepositoryName) != "storefront/api" {
			return nil, &types.RepositoryNotFoundException{}
		}
		return &ecr.DescribeImagesOutput{ImageDetails: d.images}, nil
	case *ecr.BatchDeleteImageInput:
		return d.deleteImages(in)
	}
	return nil, fmt.Errorf("%T is not expected", request)
}

func (d *depot) listObjects(in *sdk.ListObjectsV2Input) (any, error) {
	if aws.ToString(in.Bucket) != "logs" {
		return nil, &s3types.NoSuchBucket{}
	}
	out := &sdk.ListObjectsV2Output{}
	for _, key := range slices.Sorted(maps.Keys(d.objects)) {
		if strings.HasPrefix(key, aws.ToString(in.Prefix)) {
			out.Contents = append(out.Contents, s3types.Object{Key: &key, Size: aws.Int64(10), LastModified: d.days(d.objects[key])})
		}
	}
	return out, nil
}

func (d *depot) deleteObjects(in *sdk.DeleteObjectsInput) (any, error) {
	var keys []string
	for _, o := range in.Delete.Objects {
		if strings.Contains(*o.Key, "locked") {
			return &sdk.DeleteObjectsOutput{Errors: []s3types.Error{{Key: o.Key, Code: aws.String("AccessDenied"), Message: aws.String("no")}}}, nil
		}
		keys = append(keys, *o.Key)
		delete(d.objects, *o.Key)
	}
	d.batches = append(d.batches, keys)
	return &sdk.DeleteObjectsOutput{}, nil
}

func (d *depot) deleteImages(in *ecr.BatchDeleteImageInput) (any, error) {
	out := &ecr.BatchDeleteImageOutput{}
	var digests []string
	for _, id := range in.ImageIds {
		if code, used := d.inUse[*id.ImageDigest]; used {
			out.Failures = append(out.Failures, types.ImageFailure{ImageId: &id, FailureCode: code, FailureReason: aws.String("it is")})
			continue
		}
		digests = append(digests, *id.ImageDigest)
		d.images = slices.DeleteFunc(d.images, func(i types.ImageDetail) bool { return *i.ImageDigest == *id.ImageDigest })
	}
	d.batches = append(d.batches, digests)
	return out, nil
}

// days returns the time so many days ago.
func (d *depot) days(n int) *time.Time { return aws.Time(d.now.AddDate(0, 0, -n)) }

// image puts an image of that age in days there.
func (d *depot) image(digest string, age int, tags ...string) {
	d.images = append(d.images, types.ImageDetail{ImageDigest: &digest, ImageTags: tags, ImageSizeInBytes: aws.Int64(100), ImagePushedAt: d.days(age)})
}

// clean runs the step and returns its outputs in one line.
func (d *depot) clean(with string) (string, *step.Failure) {
	d.t.Helper()
	outcome, failure := d.start("cleanup", attempt(tidying, with))
	if failure == nil && !outcome.Done {
		d.t.Error("it is not done")
	}
	o := outcome.Outputs
	return fmt.Sprintf("found %s due %s removed %s kept %s bytes %s", o["found"], o["due"], o["removed"], o["kept"], o["bytes"]), failure
}

func (d *depot) removed() string {
	var all []string
	for _, batch := range d.batches {
		all = append(all, strings.Join(batch, " "))
	}
	return strings.Join(all, " | ")
}

func TestObjectsGoByAgeAndCount(t *testing.T) {
	for name, c := range map[string]struct{ with, want, removed string }{
		"by age":            {`{"bucket":"logs","prefix":"web/","older-than":"30d"}`, "found 4 due 2 removed 2 kept 2 bytes 20", "web/d.gz web/c.gz"},
		"to the day":        {`{"bucket":"logs","prefix":"web/","older-than":"31d"}`, "found 4 due 2 removed 2 kept 2 bytes 20", "web/d.gz web/c.gz"},
		"by count":          {`{"bucket":"logs","prefix":"web/","keep":1}`, "found 4 due 3 removed 3 kept 1 bytes 30", "web/d.gz web/c.gz web/b.txt"},
		"by both":           {`{"bucket":"logs","prefix":"web/","older-than":"30d","keep":3}`, "found 4 due 1 removed 1 kept 3 bytes 10", "web/d.gz"},
		"of a name":         {`{"bucket":"logs","prefix":"web/","older-than":"1d","match":"*.txt"}`, "found 1 due 1 removed 1 kept 0 bytes 10", "web/b.txt"},
		"none":              {`{"bucket":"logs","prefix":"web/","older-than":"365d"}`, "found 4 due 0 removed 0 kept 4 bytes 0", ""},
		"of a whole bucket": {`{"bucket":"logs","whole-bucket":true,"older-than":"90d"}`, "found 5 due 1 removed 1 kept 4 bytes 10", "other/old.gz"},
		"dry":               {`{"bucket":"logs","prefix":"web/","older-than":"30d","dry-run":true}`, "found 4 due 2 removed 0 kept 4 bytes 20", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t)
			d.objects = map[string]int{"web/": 400, "web/a.gz": 0, "web/b.txt": 10, "web/c.gz": 31, "web/d.gz": 60, "other/old.gz": 100}
			if got, failure := d.clean(c.with); failure != nil || got != c.want {
				t.Errorf("it comes to %s, %v; want %s", got, failure, c.want)
			}
			if got := d.removed(); got != c.removed {
				t.Errorf("removed are %q, want %q", got, c.removed)
			}
		})
	}
}

func TestTheLogTellsEachRemoval(t *testing.T) {
	for mode, word := range map[string]string{"false": "removed", "true": "would remove"} {
		d := newDepot(t)
		d.objects = map[string]int{"web/a.gz": 31}
		d.clean(`{"bucket":"logs","prefix":"web/","older-than":"30d","dry-run":` + mode + `}`)
		want := "s3://logs/web/: 1 found, 1 due\n" + word + " web/a.gz (10 bytes, 2026-01-29T12:00:00Z)\n"
		if log := d.read("work", step.LogKey(tidying, "check", 1)); log != want {
			t.Errorf("the log says %q, want %q", log, want)
		}
	}
}

func TestAnAttemptRemovesABoundedNumberOldestFirst(t *testing.T) {
	d := newDepot(t)
	for i := range step.MaxRemovals + 5 {
		d.objects[fmt.Sprintf("web/%05d", i)] = 40 + i
	}
	got, failure := d.clean(`{"bucket":"logs","prefix":"web/","older-than":"30d"}`)
	if failure != nil || got != "found 10005 due 10005 removed 10000 kept 5 bytes 100000" {
		t.Errorf("it comes to %s, %v", got, failure)
	}
	if left := strings.Join(slices.Sorted(maps.Keys(d.objects)), " "); left != "web/00000 web/00001 web/00002 web/00003 web/00004" {
		t.Errorf("what is left is %s", left)
	}
	log := d.read("work", step.LogKey(tidying, "check", 1))
	if !strings.HasSuffix(log, "5 that are due are left, as an attempt removes at most 10000 and none that is in use\n") {
		t.Errorf("the log ends with %q", log[len(log)-100:])
	}
	if got, _ := d.clean(`{"bucket":"logs","prefix":"web/","older-than":"30d"}`); got != "found 5 due 5 removed 5 kept 0 bytes 50" {
		t.Errorf("the next run comes to %s", got)
	}
}

func TestImagesGoByAgeCountAndTag(t *testing.T) {
	for name, c := range map[string]struct{ with, want, removed string }{
		"by age, with a floor": {`{"repository":"storefront/api","older-than":"30d","keep":1}`, "found 6 due 4 removed 4 kept 2 bytes 400", "sha256:1 sha256:2 sha256:3 | sha256:part-old"},
		"by a higher floor":    {`{"repository":"storefront/api","older-than":"30d","keep":3}`, "found 6 due 2 removed 2 kept 4 bytes 200", "sha256:1 | sha256:part-old"},
		"by count alone":       {`{"repository":"storefront/api","keep":2}`, "found 6 due 2 removed 2 kept 4 bytes 200", "sha256:1 sha256:2"},
		"but those protected":  {`{"repository":"storefront/api","older-than":"30d","keep":1,"protect":["stable","1.0.*"]}`, "found 6 due 2 removed 2 kept 4 bytes 200", "sha256:3 | sha256:part-old"},
		"of a tag":             {`{"repository":"storefront/api","older-than":"1d","keep":1,"match":"1.*"}`, "found 4 due 3 removed 3 kept 1 bytes 300", "sha256:1 sha256:2 sha256:3"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t)
			d.image("sha256:1", 90, "1.0.0")
			d.image("sha256:2", 80, "1.1.0", "stable")
			d.image("sha256:3", 70, "1.2.0")
			d.image("sha256:4", 1, "1.3.0")
			d.image("sha256:part-old", 90)
			d.image("sha256:part-new", 1)
			if got, failure := d.clean(c.with); failure != nil || got != c.want {
				t.Errorf("it comes to %s, %v; want %s", got, failure, c.want)
			}
			if got := d.removed(); got != c.removed {
				t.Errorf("removed are %q, want %q", got, c.removed)
			}
		})
	}
}

func TestPartsOfImagesThatStayAreKept(t *testing.T) {
	d := newDepot(t)
	d.image("sha256:new", 1, "2.0.0")
	d.image("sha256:part", 90)
	d.image("sha256:gone", 90)
	d.inUse["sha256:part"] = types.ImageFailureCodeImageReferencedByManifestList
	d.inUse["sha256:gone"] = types.ImageFailureCodeImageNotFound
	got, failure := d.clean(`{"repository":"storefront/api","older-than":"30d","keep":1}`)
	if failure != nil || got != "found 3 due 2 removed 1 kept 2 bytes 100" {
		t.Errorf("it comes to %s, %v", got, failure)
	}
	if log := d.read("work", step.LogKey(tidying, "check", 1)); !strings.Contains(log, "kept sha256:part, which is part of an image that stays\n") {
		t.Errorf("the log says %q", log)
	}
}

func TestHowACleanupFails(t *testing.T) {
	for name, c := range map[string]struct {
		with, want string
		arrange    func(d *depot)
	}{
		"no such bucket":      {`{"bucket":"other","prefix":"web/","older-than":"30d"}`, "NoSuchBucket: there is no bucket other in environment production", nil},
		"no such repository":  {`{"repository":"other","keep":1}`, "NoSuchRepository: there is no repository other", nil},
		"an object is denied": {`{"bucket":"logs","prefix":"web/","older-than":"30d"}`, "AccessDenied: the rights of environment production are too few for s3://logs/web/", func(d *depot) { d.objects["web/locked"] = 40 }},
		"an image is refused": {`{"repository":"storefront/api","keep":1}`, "RemovalFailed: ECR keeps 1 images of storefront/api: sha256:old: KmsError: it is", func(d *depot) {
			d.image("sha256:new", 1, "2")
			d.image("sha256:old", 2, "1")
			d.inUse["sha256:old"] = types.ImageFailureCodeKmsError
		}},
		"everything is denied": {`{"repository":"storefront/api","keep":1}`, "AccessDenied: ", func(d *depot) {
			d.answer = func(any) (any, error) { return nil, denied("ecr:DescribeImages") }
		}},
		"images can't be removed here": {`{"repository":"storefront/api","keep":1}`, "NotSupported: the registry of environment production can't list images of storefront/api", func(d *depot) {
			d.answer = func(any) (any, error) { return nil, &smithy.GenericAPIError{Code: "UnknownOperationException"} }
		}},
		"Slipway's own bucket":    {`{"bucket":"work","prefix":"jobs/","older-than":"30d"}`, `BadParameter: bucket: "work" is Slipway's own`, nil},
		"a prefix that was empty": {`{"bucket":"logs","prefix":"","older-than":"30d"}`, "BadParameter: prefix: is empty", nil},
		"a name that is none":     {`{"bucket":"Logs!","prefix":"a","older-than":"30d"}`, `BadParameter: bucket: "Logs!" is not a bucket's name`, nil},
		"a glob that is none":     {`{"bucket":"logs","prefix":"a","older-than":"30d","match":"["}`, `BadParameter: match: "[" is not a glob`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t)
			if c.arrange != nil {
				c.arrange(d)
			}
			if _, failure := d.clean(c.with); failure == nil || !strings.HasPrefix(failure.Error(), c.want) {
				t.Errorf("it comes to %v, want %s", failure, c.want)
			}
		})
	}
}

func FuzzCleanupParameters(f *testing.F) {
	for _, seed := range []string{`{"bucket":"logs","prefix":"web/","older-than":"30d"}`, `{"repository":"a/b","keep":1,"protect":["["]}`} {
		f.Add(seed)
	}
	k, _ := step.Lookup("cleanup")
	f.Fuzz(func(t *testing.T, with string) {
		refs, err := k.References([]byte(with))
		if err == nil && len(refs.Templates) == 0 {
			t.Errorf("%s is accepted and names no place", with)
		}
	})
}
