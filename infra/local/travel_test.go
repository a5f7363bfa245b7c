package local_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/infra/local"
	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
	"slipway/infra/template"
)

var _ = json.Marshal

func TestSmoke(t *testing.T) {
	v := clock.NewVirtual(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	n := 0
	s, err := local.Start(local.Config{Template: template.JSON, Store: store.NewMemory(), Clock: v,
		NewID:    func() string { n++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) },
		Endpoint: "http://127.0.0.1:4566", Web: "http://127.0.0.1:8080", Path: os.Getenv("PATH"),
		Observe: func(bus string, e eventbridge.Event) {
			t.Logf("%s %s %s %s %.300s", v.Now().Format("15:04:05.000"), bus, e.Source, e.DetailType, e.Detail)
		},
		Report: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(s.Outputs())
	ctx := context.Background()
	client := s3.NewFromConfig(s.Configuration("ci"), func(o *s3.Options) { o.UsePathStyle = true })
	yaml, _ := os.ReadFile("../../scripts/demo/slipway.yaml")
	put := func(key string, data []byte) {
		if _, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(s.Outputs()["PackagesBucket"]), Key: &key, Body: bytes.NewReader(data)}); err != nil {
			t.Fatal(err)
		}
	}
	put("projects/storefront/slipway.yaml", yaml)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []string{"index.html", "assets/style.css", "assets/version.js", "assets/mark.svg", "smoke.sh"} {
		data, _ := os.ReadFile("../../scripts/demo/site/" + f)
		h := &zip.FileHeader{Name: f, Method: zip.Deflate}
		h.SetMode(0o755)
		w, _ := z.CreateHeader(h)
		w.Write(data)
	}
	w, _ := z.Create("version.json")
	w.Write([]byte(`{"version":"1.0.0"}`))
	z.Close()
	put("packages/web/1.0.0/site.zip", b.Bytes())
	v.RunUntil(v.Now().Add(time.Minute))
	ex := sfn.NewFromConfig(s.Configuration("manager1"))
	_ = ex
	m, err := s.Messages()
	t.Log(m, err)
}
