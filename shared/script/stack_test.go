package script_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/script"
	"slipway/shared/step"
)

const jobKey = "jobs/storefront_1_dev_1/smoke/1/job.json"

// A bucket is objects in memory; it is [script.Objects] for every bucket and version.
type bucket struct {
	t    *testing.T
	body map[string]string // by key, and by key@version for packages
	keys []string          // in the order in which they were put
}

func newBucket(t *testing.T) *bucket { return &bucket{t: t, body: map[string]string{}} }

// Read implements [script.Objects].
func (b *bucket) Read(_ context.Context, at objects.Location) (io.ReadCloser, error) {
	key := at.Key
	if at.VersionID != "" {
		key += "@" + at.VersionID
	}
	body, ok := b.body[key]
	if !ok {
		return nil, pipeline.ErrNotFound
	}
	return io.NopCloser(strings.NewReader(body)), nil
}

// Put implements [script.Objects].
func (b *bucket) Put(ctx context.Context, _, key string, body io.Reader, o objects.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, ok := b.body[key]; ok && o.Create {
		return pipeline.ErrConflict
	}
	text, err := io.ReadAll(body)
	b.body[key] = string(text)
	b.keys = append(b.keys, key)
	return err
}

// run stores the job, runs it and returns its result and its log.
func (b *bucket) run(ctx context.Context, job step.Job) (step.Result, string, error) {
	b.t.Helper()
	job.Execution, job.Project, job.Release, job.Environment, job.Step, job.Attempt = "storefront_1_dev_1", "storefront", "1.4.0", "dev", "smoke", 1
	if job.TimeoutMS == 0 {
		job.TimeoutMS = 60_000
	}
	if job.Shell == "" {
		job.Shell = "bash"
	}
	text, err := json.Marshal(job)
	if err != nil {
		b.t.Fatal(err)
	}
	b.body[jobKey] = string(text)
	err = script.Run(ctx, b.config(), jobKey)
	var result step.Result
	if stored := b.body[step.ResultKey(jobKey)]; stored != "" {
		if err := json.Unmarshal([]byte(stored), &result); err != nil {
			b.t.Fatal(err)
		}
	}
	return result, b.body[step.LogKey("storefront_1_dev_1", "smoke", 1)], err
}

// config returns a runner whose working folders must all be gone when the test ends.
func (b *bucket) config() script.Config {
	folder := b.t.TempDir()
	b.t.Cleanup(func() {
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			b.t.Errorf("the runner left %v, %v", left, err)
		}
	})
	return script.Config{Objects: b, WorkBucket: "work", Path: os.Getenv("PATH"), Folder: folder,
		Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }}
}

// push stores a package of files, given as name and contents in turn; names that end with ".sh" are executable.
func (b *bucket) push(files ...string) *step.Artifact {
	b.t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for i := 0; i < len(files); i += 2 {
		h := &zip.FileHeader{Name: files[i], Method: zip.Deflate}
		h.SetMode(0o644)
		if strings.HasSuffix(files[i], ".sh") {
			h.SetMode(0o755)
		}
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.pushBytes(data.String())
}

func (b *bucket) pushBytes(data string) *step.Artifact {
	b.body["web.zip@v1"] = data
	sum := sha256.Sum256([]byte(data))
	return &step.Artifact{Version: "1.4.0", Bucket: "packages", Key: "web.zip", VersionID: "v1", Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: int64(len(data))}
}
