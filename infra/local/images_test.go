package local_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/local"
	"slipway/infra/template"
)

const (
	repository    = "storefront/api"
	imageAction   = `"detail-type":"ECR Image Action"`
	manifestMedia = "application/vnd.oci.image.manifest.v1+json"
	configMedia   = "application/vnd.oci.image.config.v1+json"
)

// imageProject is a project whose one package is the image of the repository, and
// whose step tells the image's address.
func imageProject(name string) string {
	f := projectFile{name, []string{devPhase}, []string{scriptStep("show", `echo "image=$SLIPWAY_IMAGE_API" >> "$SLIPWAY_OUTPUT"`)}}
	return strings.Replace(f.String(), name+": { feed: s3 }", "api: { feed: ecr, repository: "+repository+" }", 1)
}

// upload sends a part of an image to the registry.
func (w *world) upload(method, path, contentType string, body []byte) {
	w.t.Helper()
	r, err := http.NewRequest(method, "http://127.0.0.1:4566/v2/"+repository+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	answer, err := w.stack.Configuration(ci).HTTPClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(answer.Body)
		w.t.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// pushImage pushes an image without layers under each of the tags and returns its digest.
func (w *world) pushImage(labels map[string]string, tags ...string) string {
	w.t.Helper()
	encode := func(v any) []byte {
		text, err := json.Marshal(v)
		if err != nil {
			w.t.Fatal(err)
		}
		return text
	}
	config := encode(map[string]any{"architecture": "arm64", "os": "linux", "config": map[string]any{"Labels": labels}})
	w.upload(http.MethodPost, "/blobs/uploads/?digest="+digestOf(config), "application/octet-stream", config)
	manifest := encode(map[string]any{"schemaVersion": 2, "mediaType": manifestMedia, "layers": []any{},
		"config": map[string]any{"mediaType": configMedia, "digest": digestOf(config), "size": len(config)}})
	for _, tag := range tags {
		w.upload(http.MethodPut, "/manifests/"+tag, manifestMedia, manifest)
	}
	return digestOf(manifest)
}

// losing loses every event whose text contains part.
func losing(part string) *local.Rehearsal {
	return &local.Rehearsal{Deliver: func(_ string, event []byte) []time.Duration {
		if bytes.Contains(event, []byte(part)) {
			return nil
		}
		return []time.Duration{0}
	}}
}

func TestAnImageIsDeployed(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", imageProject("shop"))
	w.run(time.Minute)
	digest := w.pushImage(map[string]string{"slipway.author": developer, "org.opencontainers.image.revision": "3f1c2a9"}, "1.0.0", "latest", "main")
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
	registered := happened[events.PackageRegistered](w)
	want := events.PackageRegistered{Package: "api", Version: "1.0.0", Feed: "ecr", Digest: digest, Repository: repository,
		Build: events.Build{Author: developer, Commit: "3f1c2a9"}}
	if len(registered) != 1 {
		t.Fatalf("registered %+v", registered)
	}
	if want.Size = registered[0].Size; registered[0] != want || want.Size == 0 {
		t.Errorf("registered %+v, want %+v", registered[0], want)
	}
	steps := happened[events.StepFinished](w)
	if address := "127.0.0.1:4566/" + repository + "@" + digest; len(steps) != 1 || steps[0].Outputs["image"] != address {
		t.Errorf("the script saw %+v, want %s", steps, address)
	}
}

func TestAnImageWhoseEventIsLostIsFoundBySweep(t *testing.T) {
	w := newWorldOf(t, template.JSON, 1, losing(imageAction))
	w.apply("shop", imageProject("shop"))
	w.run(time.Minute)
	w.pushImage(nil, "1.0.0")
	w.run(10 * time.Minute)
	if n := len(happened[events.PackageRegistered](w)); n != 0 {
		t.Fatalf("%d packages are registered before the sweep", n)
	}
	w.run(10 * time.Minute)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
	w.run(24 * time.Hour)
	if n := len(happened[events.PackageRegistered](w)); n != 1 {
		t.Errorf("later sweeps register it again: %d times", n)
	}
}

func TestATagThatIsNoVersionIsRefusedOnce(t *testing.T) {
	w := newWorldOf(t, template.JSON, 1, nil)
	w.apply("shop", imageProject("shop"))
	w.run(time.Minute)
	digest := w.pushImage(nil, "1.0", "v1.0.0", "nightly")
	w.run(2 * time.Hour)
	w.check()
	rejected := map[string]bool{}
	for _, e := range happened[events.PackageRejected](w) {
		if rejected[e.Tag] || e.Repository != repository || e.Digest != digest || e.Package != "api" || !strings.Contains(e.Message, e.Tag) {
			t.Errorf("rejected %+v", e)
		}
		rejected[e.Tag] = true
	}
	if got := slices.Sorted(maps.Keys(rejected)); !slices.Equal(got, []string{"1.0", "v1.0.0"}) {
		t.Errorf("rejected tags are %q", got)
	}
}

func TestAProjectThatTakesUpARepositoryGetsItsLastImageOnly(t *testing.T) {
	w := newWorld(t, 1, nil)
	for _, tag := range []string{"1.0.0", "1.1.0", "0.9.0"} {
		w.pushImage(map[string]string{"tag": tag}, tag)
		w.run(time.Minute)
	}
	w.apply("shop", imageProject("shop"))
	w.run(time.Hour)
	w.check()
	if got := happened[events.ReleaseCreated](w); len(got) != 0 {
		t.Errorf("0.9.0, which the channel doesn't take, gives the releases %+v", got)
	}
	w.apply("other", strings.Replace(imageProject("other"), `versions: ">=1.0.0", `, "", 1))
	w.run(time.Hour)
	w.check()
	if got := w.statuses("other"); !slices.Equal(got, []string{"other_1_dev_1 succeeded"}) {
		t.Errorf("deployments are %q", got)
	}
	if got := read[api.ReleaseList](w, "/projects/other/releases"); len(got.Releases) != 1 || got.Releases[0].Version.String() != "0.9.0" {
		t.Errorf("releases are %+v", got)
	}
}

// TestASweepThatIsCutOffIsMadeGood crashes a sweep at each of its calls.
func TestASweepThatIsCutOffIsMadeGood(t *testing.T) {
	crashEverywhere(t, func(w *world) {
		w.pushImage(nil, "1.0.0")
		w.run(time.Minute)
		w.apply("shop", imageProject("shop"))
		w.run(time.Hour)
	}, losing(imageAction).Deliver, "sweepimages")
}

func TestProjectsAgreeWhereAPackageComesFrom(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", imageProject("shop"))
	w.run(time.Minute)
	w.apply("other", strings.Replace(imageProject("other"), "{ feed: ecr, repository: "+repository+" }", "{ feed: s3 }", 1))
	w.run(time.Minute)
	w.checkNothingPending()
	rejected := happened[events.ProjectRejected](w)
	if len(rejected) != 1 || len(rejected[0].Problems) != 1 || !strings.Contains(rejected[0].Problems[0].Message, "project shop has it from") {
		t.Errorf("rejected %+v", rejected)
	}
}

// TestAnImageThatCannotBeReadHoldsNoOtherUp has ECR fail for one image for an hour.
func TestAnImageThatCannotBeReadHoldsNoOtherUp(t *testing.T) {
	faults, digest := losing(imageAction), "none yet"
	failing := true
	faults.Call = func(function string, next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if operation(r) != "BatchGetImage" || !failing {
				return next.RoundTrip(r)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || bytes.Contains(body, []byte(digest)) {
				return nil, errors.Join(err, errCrashed{})
			}
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
			return next.RoundTrip(again)
		})
	}
	w := newWorldOf(t, template.JSON, 1, faults)
	w.apply("shop", imageProject("shop"))
	w.run(20 * time.Minute)
	digest = w.pushImage(map[string]string{"n": "1"}, "1.0.0")
	w.run(time.Minute)
	w.pushImage(map[string]string{"n": "2"}, "1.1.0")
	w.run(time.Hour)
	w.wants("shop_1_dev_1 succeeded")
	failing = false
	w.run(time.Hour)
	if letters := w.deadLetters(); len(letters) == 0 {
		t.Error("nobody is told of the sweeps that failed")
	}
	w.checkSoFar()
	w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 superseded") // 1.0.0 was pushed before 1.1.0
}

// TestAnImageThatGetsAnotherVersionIsTheLast tags an image that was pushed before
// another one, and loses the event of that.
func TestAnImageThatGetsAnotherVersionIsTheLast(t *testing.T) {
	for name, first := range map[string]string{"of a version": "1.0.0", "of none": "main"} {
		t.Run(name, func(t *testing.T) {
			w := newWorldOf(t, template.JSON, 1, losing(`"image-tag":"1.2.0"`))
			w.apply("shop", imageProject("shop"))
			w.run(20 * time.Minute)
			w.pushImage(map[string]string{"n": "1"}, first)
			w.run(20 * time.Minute)
			w.pushImage(map[string]string{"n": "2"}, "1.1.0")
			w.run(time.Minute)
			digest := w.pushImage(map[string]string{"n": "1"}, "1.2.0")
			w.run(time.Hour)
			w.check()
			deployments := w.deployments("shop")
			if last := deployments[len(deployments)-1]; last.Release != "1.2.0" || last.Status != "succeeded" {
				t.Errorf("%s is deployed last, which is %s", last.Release, last.Status)
			}
			if registered := happened[events.PackageRegistered](w); registered[len(registered)-1].Digest != digest {
				t.Errorf("registered %+v", registered)
			}
		})
	}
}
