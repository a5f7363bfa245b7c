package s3_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestListObjectsV2GroupsAndPages(t *testing.T) {
	s := newStack(t, "")
	for _, key := range []string{"a", "b/1", "b/2", "b/3", "c", "d/1", "d/x/1", "ü", "a\x00b"} {
		s.put("plain", key, "x")
	}
	s.put("plain", "gone/1", "x")
	s.send("DELETE", "/plain/gone/1", "")
	for _, c := range []struct {
		in   sdk.ListObjectsV2Input
		want string
	}{
		{sdk.ListObjectsV2Input{}, "a a\x00b b/1 b/2 b/3 c d/1 d/x/1 ü"},
		{sdk.ListObjectsV2Input{Delimiter: aws.String("/")}, "a a\x00b b/ c d/ ü"},
		{sdk.ListObjectsV2Input{Delimiter: aws.String("/"), Prefix: aws.String("d/")}, "d/1 d/x/"},
		{sdk.ListObjectsV2Input{Prefix: aws.String("b/"), StartAfter: aws.String("b/1")}, "b/2 b/3"},
		{sdk.ListObjectsV2Input{Delimiter: aws.String("/"), StartAfter: aws.String("b/1")}, "b/ c d/ ü"},
		{sdk.ListObjectsV2Input{Delimiter: aws.String("/"), StartAfter: aws.String("b/")}, "c d/ ü"},
		{sdk.ListObjectsV2Input{Prefix: aws.String("none")}, ""},
	} {
		for _, size := range []int32{1, 2, 1000} {
			c.in.MaxKeys, c.in.Bucket, c.in.EncodingType = &size, aws.String("plain"), types.EncodingTypeUrl
			if got := s.names(&c.in); got != c.want {
				t.Errorf("pages of %d of %s: %q, want %q", size, aws.ToString(c.in.Prefix), got, c.want)
			}
		}
	}
}

// names lists all pages and joins keys and prefixes in order.
func (s *stack) names(in *sdk.ListObjectsV2Input) string {
	s.t.Helper()
	var names []string
	unescape := func(name string) string {
		plain, err := url.QueryUnescape(name)
		s.must(err)
		return plain
	}
	for pages := sdk.NewListObjectsV2Paginator(s.client("https"), in); pages.HasMorePages(); {
		page, err := pages.NextPage(context.Background())
		s.must(err)
		for _, o := range page.Contents {
			names = append(names, unescape(*o.Key))
		}
		for _, p := range page.CommonPrefixes {
			names = append(names, unescape(*p.Prefix))
		}
		if int(*page.KeyCount) > int(*in.MaxKeys) {
			s.t.Errorf("a page of %d holds %d", *in.MaxKeys, *page.KeyCount)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestListObjectsV1ContinuesAfterItsMarker(t *testing.T) {
	s := newStack(t, "")
	for _, key := range []string{"a", "b/1", "b/2", "c"} {
		s.put("plain", key, "x")
	}
	client, ctx := s.client("https"), context.Background()
	first, err := client.ListObjects(ctx, &sdk.ListObjectsInput{Bucket: aws.String("plain"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(2)})
	s.must(err)
	if *first.NextMarker != "b/" {
		t.Fatalf("NextMarker %q", *first.NextMarker)
	}
	second, err := client.ListObjects(ctx, &sdk.ListObjectsInput{Bucket: aws.String("plain"), Delimiter: aws.String("/"), Marker: first.NextMarker})
	s.must(err)
	if len(second.Contents) != 1 || *second.Contents[0].Key != "c" || len(second.CommonPrefixes) != 0 {
		t.Errorf("second page %+v", second.Contents)
	}
}

func TestListObjectVersionsPagesThroughTheVersionsOfAKey(t *testing.T) {
	s := newStack(t, "")
	for i := range 3 {
		s.put("kept", "a", fmt.Sprint(i))
		s.put("kept", "b", fmt.Sprint(i))
	}
	s.send("DELETE", "/kept/b", "")
	for _, size := range []int32{1, 2, 3, 1000} {
		var got []string
		in := &sdk.ListObjectVersionsInput{Bucket: aws.String("kept"), MaxKeys: &size}
		for pages := sdk.NewListObjectVersionsPaginator(s.client("https"), in); pages.HasMorePages(); {
			page, err := pages.NextPage(context.Background())
			s.must(err)
			for _, m := range page.DeleteMarkers {
				got = append(got, fmt.Sprint(*m.Key, "marker", *m.IsLatest))
			}
			for _, v := range page.Versions {
				got = append(got, fmt.Sprint(*v.Key, *v.IsLatest))
			}
		}
		slices.Sort(got)
		if want := "atrue afalse afalse bfalse bfalse bfalse bmarkertrue"; !slices.Equal(got, sorted(want)) {
			t.Errorf("pages of %d: %v", size, got)
		}
	}
}

func sorted(words string) []string { return slices.Sorted(slices.Values(strings.Fields(words))) }

func TestListRefusesWhatItCannotRead(t *testing.T) {
	s := newStack(t, "")
	for target, want := range map[string]string{
		"/plain?list-type=3":                               "InvalidArgument",
		"/plain?list-type=2&max-keys=-1":                   "InvalidArgument",
		"/plain?list-type=2&max-keys=x":                    "InvalidArgument",
		"/plain?list-type=2&continuation-token=%25":        "InvalidArgument",
		"/plain?list-type=2&encoding-type=xml":             "InvalidArgument",
		"/plain?versions&version-id-marker=x":              "InvalidArgument",
		"/plain?list-type=2&colour=red":                    "NotImplemented",
		"/nobucket?list-type=2":                            "NoSuchBucket",
		"/plain?versions&key-marker=k&version-id-marker=x": "InvalidArgument",
	} {
		if got := text(s.send("GET", target, "")); !strings.Contains(got, "<Code>"+want+"</Code>") {
			t.Errorf("GET %s: %s, want %s", target, got, want)
		}
	}
}
