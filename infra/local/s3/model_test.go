package s3_test

import (
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"pgregory.net/rapid"
)

// A model is what a bucket should hold: each key's versions, oldest first.
type model map[string][]modelVersion

type modelVersion struct {
	id, body string
	marker   bool
}

func (m model) current(key string) (body string, there bool) {
	if all := m[key]; len(all) > 0 && !all[len(all)-1].marker {
		return all[len(all)-1].body, true
	}
	return "", false
}

// list is what a listing of the model shows: keys, and common prefixes up to "/".
func (m model) list(prefix, after string) (names []string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if _, there := m.current(key); !there || !strings.HasPrefix(key, prefix) {
			continue
		}
		name := key
		if before, _, cut := strings.Cut(key[len(prefix):], "/"); cut {
			name = prefix + before + "/"
		}
		// A page that is continued after a common prefix has seen all of its keys.
		if key > after && name != after && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// TestEngineBehavesLikeItsModel runs random operations against a bucket and a model of it.
func TestEngineBehavesLikeItsModel(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		bucket := rapid.SampledFrom([]string{"plain", "kept"}).Draw(t, "bucket")
		blobs := rapid.SampledFrom([]string{"", "", "", filepath.Join(folder, "blobs")}).Draw(t, "blobs")
		s := newStack(t, blobs)
		m := model{}
		key := rapid.SampledFrom([]string{"a", "a/b", "a/b/c", "a/c", "a.b", "a\x00", "ä/ö", "z"})
		put := func(k, body, id string) {
			if bucket == "plain" {
				m[k] = nil
			}
			m[k] = append(m[k], modelVersion{id: id, body: body})
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				k, body := key.Draw(t, "key"), rapid.StringN(0, 20, -1).Draw(t, "body")
				got := s.send("PUT", path(bucket, k), body)
				put(k, body, got.Header.Get("X-Amz-Version-Id"))
			},
			"putIfAbsent": func(t *rapid.T) {
				k := key.Draw(t, "key")
				got := s.send("PUT", path(bucket, k), "new", "If-None-Match: *")
				_, there := m.current(k)
				if there != (got.StatusCode == 412) {
					t.Fatalf("put of %q if absent: %d", k, got.StatusCode)
				}
				if !there {
					put(k, "new", got.Header.Get("X-Amz-Version-Id"))
				}
			},
			"copy": func(t *rapid.T) {
				from, to := key.Draw(t, "from"), key.Draw(t, "to")
				got := s.send("PUT", path(bucket, to), "", "x-amz-copy-source: "+path(bucket, from), "x-amz-metadata-directive: REPLACE")
				body, there := m.current(from)
				if there != (got.StatusCode == 200) {
					t.Fatalf("copy of %q: %d", from, got.StatusCode)
				}
				if there {
					put(to, body, got.Header.Get("X-Amz-Version-Id"))
				}
			},
			"delete": func(t *rapid.T) {
				k := key.Draw(t, "key")
				got := s.send("DELETE", path(bucket, k), "")
				if bucket == "plain" {
					delete(m, k)
				} else {
					m[k] = append(m[k], modelVersion{id: got.Header.Get("X-Amz-Version-Id"), marker: true})
				}
			},
			"deleteVersion": func(t *rapid.T) {
				k := key.Draw(t, "key")
				if len(m[k]) == 0 || bucket == "plain" {
					return
				}
				i := rapid.IntRange(0, len(m[k])-1).Draw(t, "version")
				s.send("DELETE", path(bucket, k)+"?versionId="+m[k][i].id, "")
				m[k] = slices.Delete(m[k], i, i+1)
			},
			"list": func(t *rapid.T) {
				prefix := rapid.SampledFrom([]string{"", "a", "a/", "a/b/", "ä"}).Draw(t, "prefix")
				after := rapid.SampledFrom([]string{"", "a", "a/", "a/b", "a/bb"}).Draw(t, "after")
				in := &sdk.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, StartAfter: &after, Delimiter: aws.String("/"),
					MaxKeys: aws.Int32(rapid.Int32Range(1, 3).Draw(t, "page")), EncodingType: types.EncodingTypeUrl}
				want := m.list(prefix, after)
				slices.Sort(want)
				if got := s.names(in); got != strings.Join(want, " ") {
					t.Fatalf("list of %q after %q: %q, want %q", prefix, after, got, want)
				}
			},
			"restart": func(*rapid.T) { s.start() },
			"": func(t *rapid.T) {
				for k, versions := range m {
					body, there := m.current(k)
					got := s.send("GET", path(bucket, k), "")
					if read := text(got); there != (got.StatusCode == 200) || there && read != body {
						t.Fatalf("GET %q: %d %q, want %q", k, got.StatusCode, read, body)
					}
					for _, v := range versions {
						if got := s.send("GET", path(bucket, k)+"?versionId="+v.id, ""); v.id != "" && !v.marker && text(got) != v.body {
							t.Fatalf("version %s of %q is not %q", v.id, k, v.body)
						}
					}
				}
			},
		})
	})
}

func path(bucket, key string) string { return (&url.URL{Path: "/" + bucket + "/" + key}).EscapedPath() }
