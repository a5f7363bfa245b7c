package local_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/events"
	"slipway/infra/local"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/host"
)

// Prices in us-east-1 on demand, per the services' price lists of October 2026, in
// dollars a million.
const (
	priceTransitions = 25.0
	priceInvocations = 0.20
	priceWrites      = 0.625
	priceReads       = 0.125
	priceEvents      = 1.0
)

// BenchmarkDeploymentCost counts what a deployment of one step takes, and what
// that costs but for the time that functions and builds run.
func BenchmarkDeploymentCost(b *testing.B) {
	for kind, step := range map[string]string{"s3-site": siteStep, "script": scriptStep("smoke", "true")} {
		b.Run(kind, func(b *testing.B) {
			var total spent
			var invocations, transitions, published int
			for b.Loop() {
				m := newMeter()
				w := newWorld(b, 1, &local.Rehearsal{Call: m.transport})
				w.travel(projectFile{"shop", []string{devPhase}, []string{step}})
				total, _ = m.total()
				invocations, _ = m.invoked()
				transitions = w.transitions("shop_1_dev_1")
				published = 0
				for _, e := range w.taken {
					if e.Event.Source == events.Source && bytes.Contains(e.Event.Detail, []byte(`"shop_1_dev_1"`)) {
						published++
					}
				}
			}
			b.ReportMetric(float64(transitions), "transitions")
			b.ReportMetric(float64(invocations), "invocations")
			b.ReportMetric(total.writes, "write-units")
			b.ReportMetric(total.reads, "read-units")
			b.ReportMetric(float64(published), "events")
			b.ReportMetric(float64(transitions)*priceTransitions+float64(invocations)*priceInvocations+
				total.writes*priceWrites+total.reads*priceReads+float64(published)*priceEvents, "microdollars")
		})
	}
}

// BenchmarkReleases measures releases that travel through three environments, one
// project each and all at once, in memory and on disk.
func BenchmarkReleases(b *testing.B) {
	for _, memory := range []bool{true, false} {
		b.Run(map[bool]string{true: "memory", false: "disk"}[memory], func(b *testing.B) {
			var arrived atomic.Int64
			done := make(chan struct{}, 1)
			target := int64(b.N)
			h, err := host.Start(host.Config{Data: b.TempDir(), Memory: memory, Listen: "127.0.0.1:0", Web: "127.0.0.1:0", Path: os.Getenv("PATH"),
				Observe: func(_ string, e eventbridge.Event) {
					if e.DetailType == "deployment.succeeded.v1" && bytes.Contains(e.Detail, []byte(`"production"`)) && arrived.Add(1) == target {
						done <- struct{}{}
					}
				},
				Report: func(err error) { b.Error(err) }})
			if err != nil {
				b.Fatal(err)
			}
			defer func() {
				if err := h.Close(context.Background()); err != nil {
					b.Error(err)
				}
			}()
			b.ResetTimer()
			for i := range b.N {
				pushProject(b, h, fmt.Sprintf("shop%d", i))
			}
			<-done
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "releases/s")
		})
	}
}

// pushProject pushes a project without soak and approval, and its package.
func pushProject(b *testing.B, h *host.Host, name string) {
	client := s3.NewFromConfig(h.Configuration(ci), func(o *s3.Options) { o.UsePathStyle = true })
	bucket := h.Outputs()["PackagesBucket"]
	live := "{ phase: live, environments: [production], deploy: automatic }"
	file := projectFile{name, []string{devPhase, strings.Replace(stagingPhase, ", soak: 30m", "", 1), live}, []string{siteStep}}
	for key, body := range map[string][]byte{
		"projects/" + name + "/slipway.yaml":           []byte(file.String()),
		"packages/" + name + "/1.0.0/" + name + ".zip": pack(b, site("1.0.0")),
	} {
		if _, err := client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)}); err != nil {
			b.Fatal(err)
		}
	}
}
