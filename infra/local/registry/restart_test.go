package registry_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func TestWhatWasAcknowledgedSurvivesARestart(t *testing.T) {
	for name, r := range map[string]*rig{"in memory": newRig(t), "in files": newFileRig(t)} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			i := r.pushed("storefront/api", "1.0.0", r.newImage(nil))
			place := r.begin("web")
			r.send("PATCH", place, "hel")
			r.start()
			r.pulled("storefront/api", "1.0.0", i)
			r.hasPrefix(r.push("storefront/api", "1.0.0", r.newImage(nil)), "400 TAG_INVALID")
			if answer := r.send("PUT", place+"?digest="+sha("hello"), "lo"); answer.Code != http.StatusCreated {
				t.Errorf("the upload: %d %s", answer.Code, answer.Body)
			}
			if got := r.blob("web", sha("hello")); got != "hello" {
				t.Errorf("the blob is %q", got)
			}
		})
	}
}

func TestFilesThatNoRecordNamesAreRemovedAtTheNextStart(t *testing.T) {
	r := newFileRig(t)
	i := r.pushed("web", "1.0.0", r.newImage(nil))
	r.must(os.WriteFile(filepath.Join(r.blobs, "cut-off"), []byte("hel"), 0o600))
	r.start()
	r.pulled("web", "1.0.0", i)
	if r.files() != len(i.blobs) {
		t.Errorf("%d files, want %d", r.files(), len(i.blobs))
	}
}

func TestABlobThatSomebodyRemovedIsAFailure(t *testing.T) {
	r := newFileRig(t)
	digest := r.upload("web", "hello")
	r.must(os.RemoveAll(r.blobs))
	r.hasPrefix(r.blob("web", digest), "500 UNKNOWN: blob "+digest+": something else than this registry removed its body")
}

func TestOfManyPushesOfAnImmutableTagOneWins(t *testing.T) {
	r := newFileRig(t)
	var images []image
	for range 8 {
		images = append(images, r.newImage(nil))
	}
	refusals := make([]string, len(images))
	var all sync.WaitGroup
	for n, i := range images {
		all.Go(func() { refusals[n] = r.push("storefront/api", "1.0.0", i) })
	}
	all.Wait()
	winner := slices.Index(refusals, "")
	if winner < 0 || len(r.pushes) != 1 || r.pushes[0].Digest != images[winner].digest() {
		t.Fatalf("told of %+v; refusals %q", r.pushes, refusals)
	}
	r.pulled("storefront/api", "1.0.0", images[winner])
	for n, refusal := range refusals {
		if n != winner {
			r.hasPrefix(refusal, "400 TAG_INVALID")
		}
	}
}

func TestOfManyChunksForOnePlaceOneIsTaken(t *testing.T) {
	r := newFileRig(t)
	place := r.begin("web")
	codes := make([]int, 8)
	var all sync.WaitGroup
	for n := range codes {
		all.Go(func() { codes[n] = r.send("PATCH", place, "hello", "Content-Range", "0-4").Code })
	}
	all.Wait()
	slices.Sort(codes)
	if codes[0] != http.StatusAccepted || codes[1] != http.StatusRequestedRangeNotSatisfiable || r.files() != 1 {
		t.Errorf("answers %d, %d files", codes, r.files())
	}
	if answer := r.send("PUT", place+"?digest="+sha("hello"), ""); answer.Code != http.StatusCreated {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}
