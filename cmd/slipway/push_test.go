package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A feed takes one package and answers each look at it in turn, the last for ever.
type feed struct {
	looks    []look
	uploaded string
	request  api.PushRequest
}

type look struct {
	digest string
	err    error
}

func (f *feed) UploadAddress(_ context.Context, name, version string, r api.PushRequest) (api.PushAddress, error) {
	f.request = r
	return api.PushAddress{Key: "packages/" + name + "/" + version + "/" + r.File}, nil
}

func (f *feed) Upload(_ context.Context, _ api.PushAddress, body io.Reader, _ int64) (string, error) {
	text, err := io.ReadAll(body)
	f.uploaded = string(text)
	return "object-1", err
}

func (f *feed) Package(context.Context, string, string, string, string) (pipeline.Package, error) {
	l := f.looks[0]
	if len(f.looks) > 1 {
		f.looks = f.looks[1:]
	}
	return pipeline.Package{Digest: l.digest}, l.err
}

func TestPushWaitsForItsOwnBytes(t *testing.T) {
	const own = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"
	notYet, other, registered := look{err: pipeline.ErrNotFound}, look{digest: "sha256:00"}, look{digest: own}
	refused, broken := look{err: pipeline.ErrRefused}, look{err: io.ErrUnexpectedEOF}
	for _, test := range []struct {
		name  string
		looks []look
		want  string // in the output or in the error
		is    error
	}{
		{"registered in time", []look{notYet, notYet, registered}, "web 1.0.0 registered (" + own + ")\n", nil},
		{"there before", []look{registered}, "registered", nil},
		{"refused after a while", []look{notYet, refused}, "refused", pipeline.ErrRefused},
		{"other bytes are refused", []look{other, other, refused}, "refused", pipeline.ErrRefused},
		{"never looked at", []look{notYet}, "not registered after 1m0s", nil},
		{"the API fails", []look{broken}, "unexpected EOF", io.ErrUnexpectedEOF},
	} {
		file := filepath.Join(t.TempDir(), "web.txt")
		if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			f := &feed{looks: test.looks}
			p := push{pusher: f, out: &out, name: "web", version: "1.0.0", file: file, build: map[string]string{"author": "ann"}, wait: time.Minute}
			err := p.run(t.Context())
			told := out.String()
			if err != nil {
				told += err.Error()
			}
			if !strings.Contains(told, test.want) || !errors.Is(err, test.is) && test.is != nil {
				t.Errorf("%s: %q, %v; want %q", test.name, out.String(), err, test.want)
			}
			if f.uploaded != "hello" || f.request.File != "web.txt" || f.request.Metadata["author"] != "ann" {
				t.Errorf("%s: uploaded %q as %+v", test.name, f.uploaded, f.request)
			}
		})
	}
}
