package s3_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc64"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const mebibyte = 1 << 20

// pattern returns n bytes that differ from part to part.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

func multipartETag(body []byte, size int) string {
	all, count := md5.New(), 0
	for ; len(body) > 0; count++ {
		n := min(size, len(body))
		sum := md5.Sum(body[:n])
		all.Write(sum[:])
		body = body[n:]
	}
	return fmt.Sprintf(`"%s-%d"`, hex.EncodeToString(all.Sum(nil)), count)
}

func TestTransferManagerUploadsInPartsAndDownloads(t *testing.T) {
	body := pattern(12*mebibyte + 17)
	want := multipartETag(body, 5*mebibyte)
	eachKeeping(t, func(t *testing.T, s *stack) {
		ctx, client := context.Background(), s.client("https")
		transfers := transfermanager.New(client, func(o *transfermanager.Options) {
			o.Concurrency, o.PartSizeBytes, o.MultipartUploadThreshold = 1, 5*mebibyte, 5*mebibyte
		})
		sent, err := transfers.UploadObject(ctx, &transfermanager.UploadObjectInput{Bucket: aws.String("kept"), Key: aws.String("big"), Body: bytes.NewReader(body), Metadata: map[string]string{"commit": "abc"}})
		s.must(err)
		if *sent.ETag != want {
			t.Errorf("transfer manager: ETag %s, want %s", *sent.ETag, want)
		}
		got, err := transfers.GetObject(ctx, &transfermanager.GetObjectInput{Bucket: aws.String("kept"), Key: aws.String("big")})
		s.must(err)
		read, err := io.ReadAll(got.Body)
		s.must(err)
		if !bytes.Equal(read, body) {
			t.Error("the download differs from the upload")
		}
		if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("kept"), Key: aws.String("big"), Range: aws.String("bytes=5242870-5242889")}); got != string(body[5242870:5242890]) {
			t.Errorf("a range across parts reads %q", got)
		}
		if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("kept"), Key: aws.String("big"), PartNumber: aws.Int32(3)}); got != string(body[10*mebibyte:]) {
			t.Errorf("part 3 has %d bytes", len(got))
		}
		if h := s.send("HEAD", "/kept/big", "").Header; h.Get("X-Amz-Meta-Commit") != "abc" {
			t.Errorf("metadata got lost: %v", h)
		}
		if e := s.created[0]; e.Reason != "CompleteMultipartUpload" || e.Size != int64(len(body)) || `"`+e.ETag+`"` != want {
			t.Errorf("event %+v", e)
		}
	})
}

// parts uploads the parts under numbers 2, 4, 6, … and returns them as completion lists them.
func (s *stack) parts(id *string, a types.ChecksumAlgorithm, bodies ...[]byte) (done []types.CompletedPart) {
	s.t.Helper()
	for i, body := range bodies {
		out, err := s.client("https").UploadPart(context.Background(), &sdk.UploadPartInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: id,
			PartNumber: aws.Int32(int32(2*i + 2)), Body: bytes.NewReader(body), ChecksumAlgorithm: a})
		s.must(err)
		done = append(done, types.CompletedPart{PartNumber: aws.Int32(int32(2*i + 2)), ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32,
			ChecksumCRC32C: out.ChecksumCRC32C, ChecksumCRC64NVME: out.ChecksumCRC64NVME, ChecksumSHA1: out.ChecksumSHA1, ChecksumSHA256: out.ChecksumSHA256})
	}
	return done
}

func TestFullObjectChecksumOfPartsEqualsThatOfOnePut(t *testing.T) {
	s := newStack(t, "")
	ctx, client := context.Background(), s.client("https")
	body := pattern(5*mebibyte + 1000)
	for _, a := range []types.ChecksumAlgorithm{types.ChecksumAlgorithmCrc32, types.ChecksumAlgorithmCrc32c, types.ChecksumAlgorithmCrc64nvme} {
		put, err := client.PutObject(ctx, &sdk.PutObjectInput{Bucket: aws.String("plain"), Key: aws.String("one"), Body: bytes.NewReader(body), ChecksumAlgorithm: a})
		s.must(err)
		up, err := client.CreateMultipartUpload(ctx, &sdk.CreateMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"),
			ChecksumAlgorithm: a, ChecksumType: types.ChecksumTypeFullObject})
		s.must(err)
		out, err := client.CompleteMultipartUpload(ctx, &sdk.CompleteMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: up.UploadId,
			ChecksumType: types.ChecksumTypeFullObject, MultipartUpload: &types.CompletedMultipartUpload{Parts: s.parts(up.UploadId, a, body[:5*mebibyte], body[5*mebibyte:])}})
		s.must(err)
		want := aws.ToString(put.ChecksumCRC32) + aws.ToString(put.ChecksumCRC32C) + aws.ToString(put.ChecksumCRC64NVME)
		got := aws.ToString(out.ChecksumCRC32) + aws.ToString(out.ChecksumCRC32C) + aws.ToString(out.ChecksumCRC64NVME)
		if got != want || got == "" || out.ChecksumType != types.ChecksumTypeFullObject {
			t.Errorf("%s: %s of parts, %s of one put", a, got, want)
		}
	}
}

func TestCompositeChecksumsCountTheirParts(t *testing.T) {
	s := newStack(t, "")
	ctx, client := context.Background(), s.client("https")
	for _, a := range []types.ChecksumAlgorithm{types.ChecksumAlgorithmSha256, types.ChecksumAlgorithmSha1, types.ChecksumAlgorithmCrc32} {
		up, err := client.CreateMultipartUpload(ctx, &sdk.CreateMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"), ChecksumAlgorithm: a})
		s.must(err)
		parts := s.parts(up.UploadId, a, pattern(5*mebibyte), []byte("end"))
		_, err = client.CompleteMultipartUpload(ctx, &sdk.CompleteMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: up.UploadId,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: parts[0].PartNumber, ETag: parts[0].ETag}}}})
		if code(err) != "InvalidRequest" {
			t.Errorf("%s without the parts' checksums: %v, want InvalidRequest", a, err)
		}
		out, err := client.CompleteMultipartUpload(ctx, &sdk.CompleteMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: up.UploadId,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
		s.must(err)
		got := aws.ToString(out.ChecksumSHA256) + aws.ToString(out.ChecksumSHA1) + aws.ToString(out.ChecksumCRC32)
		if !strings.HasSuffix(got, "-2") || out.ChecksumType != types.ChecksumTypeComposite {
			t.Errorf("%s: %s of type %s", a, got, out.ChecksumType)
		}
	}
}

func TestRefusedCompletions(t *testing.T) {
	s := newStack(t, "")
	ctx, client := context.Background(), s.client("https")
	up, err := client.CreateMultipartUpload(ctx, &sdk.CreateMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k")})
	s.must(err)
	parts := s.parts(up.UploadId, types.ChecksumAlgorithmCrc32, []byte("small"), []byte("end"))
	wrong := parts[1]
	wrong.ETag = aws.String("x")
	complete := func(change func(*sdk.CompleteMultipartUploadInput), parts ...types.CompletedPart) string {
		in := &sdk.CompleteMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: up.UploadId,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}
		change(in)
		_, err := client.CompleteMultipartUpload(ctx, in)
		return code(err)
	}
	asIs := func(*sdk.CompleteMultipartUploadInput) {}
	for _, c := range []struct{ got, want string }{
		{complete(asIs, parts...), "EntityTooSmall"},
		{complete(asIs, parts[1], parts[0]), "InvalidPartOrder"},
		{complete(asIs, wrong), "InvalidPart"},
		{complete(func(in *sdk.CompleteMultipartUploadInput) { in.UploadId = aws.String("x") }, parts[0]), "NoSuchUpload"},
		{complete(func(in *sdk.CompleteMultipartUploadInput) { in.MpuObjectSize = aws.Int64(6) }, parts[0]), "InvalidRequest"},
		{complete(func(in *sdk.CompleteMultipartUploadInput) { in.ChecksumCRC64NVME = aws.String("AAAAAAAAAAA=") }, parts[0]), "BadDigest"},
		{complete(func(in *sdk.CompleteMultipartUploadInput) { in.IfMatch = aws.String("x") }, parts[0]), "NoSuchKey"},
		{complete(func(in *sdk.CompleteMultipartUploadInput) { in.IfNoneMatch = aws.String("*") }, parts[0]), ""},
		{complete(asIs, parts[0]), "NoSuchUpload"},
	} {
		if c.got != c.want {
			t.Errorf("completion: %q, want %q", c.got, c.want)
		}
	}
	nvme := crc64.Checksum([]byte("small"), crc64.MakeTable(0x9a6c9329ac4bc9b5))
	want := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, nvme))
	if got := s.send("HEAD", "/plain/k", "", "x-amz-checksum-mode: ENABLED").Header.Get("X-Amz-Checksum-Crc64nvme"); got != want {
		t.Errorf("default checksum %q, want %q", got, want)
	}
}

func TestUploadPartCopyAndListings(t *testing.T) {
	eachKeeping(t, func(t *testing.T, s *stack) {
		ctx, client := context.Background(), s.client("https")
		s.put("kept", "from", "0123456789")
		var ids []*string
		for range 2 {
			up, err := client.CreateMultipartUpload(ctx, &sdk.CreateMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k")})
			s.must(err)
			ids = append(ids, up.UploadId)
		}
		copied, err := client.UploadPartCopy(ctx, &sdk.UploadPartCopyInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: ids[0],
			PartNumber: aws.Int32(1), CopySource: aws.String("kept/from"), CopySourceRange: aws.String("bytes=2-4")})
		s.must(err)
		listed, err := client.ListParts(ctx, &sdk.ListPartsInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: ids[0]})
		s.must(err)
		if len(listed.Parts) != 1 || *listed.Parts[0].ETag != *copied.CopyPartResult.ETag || *listed.Parts[0].Size != 3 {
			t.Errorf("parts %+v", listed.Parts)
		}
		first, err := client.ListMultipartUploads(ctx, &sdk.ListMultipartUploadsInput{Bucket: aws.String("plain"), MaxUploads: aws.Int32(1)})
		s.must(err)
		second, err := client.ListMultipartUploads(ctx, &sdk.ListMultipartUploadsInput{Bucket: aws.String("plain"),
			KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker})
		s.must(err)
		if *first.Uploads[0].UploadId != *ids[0] || len(second.Uploads) != 1 || *second.Uploads[0].UploadId != *ids[1] {
			t.Errorf("uploads %+v, then %+v", first.Uploads, second.Uploads)
		}
		_, err = client.CompleteMultipartUpload(ctx, &sdk.CompleteMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: ids[0],
			MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: copied.CopyPartResult.ETag}}}})
		s.must(err)
		if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("plain"), Key: aws.String("k")}); got != "234" {
			t.Errorf("the copied part reads %q", got)
		}
		_, err = client.UploadPartCopy(ctx, &sdk.UploadPartCopyInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: ids[1],
			PartNumber: aws.Int32(1), CopySource: aws.String("kept/from"), CopySourceRange: aws.String("bytes=2-40")})
		if code(err) != "InvalidArgument" {
			t.Errorf("a range beyond the source: %v", err)
		}
		_, err = client.AbortMultipartUpload(ctx, &sdk.AbortMultipartUploadInput{Bucket: aws.String("plain"), Key: aws.String("k"), UploadId: ids[1]})
		s.must(err)
	})
}
