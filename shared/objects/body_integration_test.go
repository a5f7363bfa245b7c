//go:build integration

package objects_test

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

func createNeverReplaces(s *service) {
	for _, size := range []int{5, 9 << 20} {
		key := fmt.Sprint(size)
		create := func() error {
			return s.Put(ctx, s.plain, key, strings.NewReader(noise(size)), objects.Options{Create: true})
		}
		s.must(create())
		s.wantError(fmt.Sprintf("creating %d bytes again", size), create(), pipeline.ErrConflict)
		s.put(s.plain, key, "replaced", objects.Options{})
		if got := s.read(objects.Location{Bucket: s.plain, Key: key}); got != "replaced" {
			s.t.Errorf("it has %d bytes", len(got))
		}
	}
}

func bodiesOfEverySizeComeBack(s *service) {
	const part = 8 << 20
	for _, size := range []int{0, 1, part - 1, part, part + 1, 2*part + 1} {
		body := noise(size)
		s.put(s.plain, "k", body, objects.Options{ContentType: "a/b", Metadata: map[string]string{"m": "v"}})
		if s.read(objects.Location{Bucket: s.plain, Key: "k"}) != body {
			s.t.Errorf("%d bytes came back otherwise", size)
		}
		if info := s.stat(s.plain, "k"); info.Size != int64(size) || info.ContentType != "a/b" || info.Metadata["m"] != "v" {
			s.t.Errorf("%d bytes are described as %+v", size, info)
		}
	}
}

func aBodyThatFailsLeavesNoUpload(s *service) {
	broken := errors.New("broken")
	body := io.MultiReader(strings.NewReader(noise(9<<20)), iotest.ErrReader(broken))
	s.wantError("the upload", s.Put(ctx, s.plain, "k", body, objects.Options{}), broken)
	_, err := s.Stat(ctx, objects.Location{Bucket: s.plain, Key: "k"})
	s.wantError("the object", err, pipeline.ErrNotFound)
	uploads, err := s.client.ListMultipartUploads(ctx, &sdk.ListMultipartUploadsInput{Bucket: &s.plain})
	s.must(err)
	if len(uploads.Uploads) > 0 {
		s.t.Errorf("%d uploads are left", len(uploads.Uploads))
	}
}

// checksum returns the CRC32 that is stored with the object k of the plain bucket.
func (s *service) checksum() string {
	s.t.Helper()
	out, err := s.client.GetObject(ctx, &sdk.GetObjectInput{Bucket: &s.plain, Key: aws.String("k"), ChecksumMode: types.ChecksumModeEnabled})
	s.must(err)
	s.must(out.Body.Close())
	return aws.ToString(out.ChecksumCRC32)
}

func partsAreStoredWithTheirChecksums(s *service) {
	body := noise(9 << 20)
	s.put(s.plain, "k", body, objects.Options{})
	var sums []byte
	for part := range slices.Chunk([]byte(body), 8<<20) {
		sums = binary.BigEndian.AppendUint32(sums, crc32.ChecksumIEEE(part))
	}
	whole := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(sums))
	if got, want := s.checksum(), base64.StdEncoding.EncodeToString(whole)+"-2"; got != want {
		s.t.Errorf("the CRC32 of the parts' is %q, want %q", got, want)
	}
}

func theChecksumOfOnePartIsNotKept(s *service) {
	s.put(s.plain, "k", "hello", objects.Options{})
	if got := s.checksum(); got != "" {
		s.t.Errorf("the CRC32 is %q", got)
	}
}

func aWrongChecksumIsTaken(s *service) {
	_, err := s.client.PutObject(ctx, &sdk.PutObjectInput{Bucket: &s.plain, Key: aws.String("k"), Body: strings.NewReader("hello"), ChecksumCRC32: aws.String("AAAAAA==")})
	s.must(err)
}

func anyPlaceCanBeRead(s *service) {
	body := noise(20 << 20)
	s.put(s.kept, "k", body, objects.Options{})
	r, err := s.Open(ctx, objects.Location{Bucket: s.kept, Key: "k"})
	s.must(err)
	for _, at := range []int64{19 << 20, 5 << 20, 19<<20 + 100, 0} {
		p := make([]byte, 50)
		if _, err := r.ReadAt(p, at); err != nil || string(p) != body[at:at+50] {
			s.t.Errorf("at %d: %v", at, err)
		}
	}
	if n, err := r.ReadAt(make([]byte, 100), 20<<20-50); n != 50 || err != io.EOF {
		s.t.Errorf("across the end: %d, %v", n, err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != body {
		s.t.Errorf("from the start %d bytes are read, %v", len(text), err)
	}
}
