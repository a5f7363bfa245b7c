package scheduler_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/scheduler"
)

// FuzzExpression checks that an expression is refused, or has slots that rise and
// lie on whole minutes.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"at(2026-03-29T03:00:00)", "rate(5 minutes)", "cron(0/15 8-17 ? * MON-FRI *)", "cron(5,10 0 LW FEB ? 2026-2030)", "cron(0 9 ? * 2#1 *)", "cron(0 0 29-31 * ? *)"} {
		f.Add(seed, "Europe/Zurich", int64(1774742400))
	}
	f.Add("cron(0 0 15W * ? *)", "Australia/Lord_Howe", int64(-1<<40))
	f.Fuzz(func(t *testing.T, text, zone string, after int64) {
		x, err := scheduler.ParseExpression(text, zone)
		if err != nil {
			return
		}
		last := time.Unix(after, 0)
		for range 5 {
			slot, ok := x.Next(last)
			if !ok {
				return
			}
			if !slot.After(last) || slot.Location() != time.UTC {
				t.Fatalf("%q in %q: after %s comes %s", text, zone, last, slot)
			}
			if strings.HasPrefix(text, "cron") && slot.Nanosecond() != 0 {
				t.Fatalf("%q in %q: slot %s", text, zone, slot)
			}
			last = slot
		}
	})
}

// FuzzRequest checks that every body is answered, and that what was taken runs.
func FuzzRequest(f *testing.F) {
	f.Add("POST", body("rate(1 hour)", `,"ClientToken":"t"`))
	f.Add("PUT", body("cron(0 3 * * ? *)", `,"StartDate":1795338000,"EndDate":1795341600,"ActionAfterCompletion":"DELETE"`))
	f.Add("POST", body("at(2026-11-22T08:30:00)", `,"State":"DISABLED","Description":"d"`))
	f.Add("POST", `{"FlexibleTimeWindow":null,"Target":{"RetryPolicy":{}}}`)
	f.Fuzz(func(t *testing.T, method, content string) {
		if method != http.MethodPost && method != http.MethodPut {
			return
		}
		r := newRig(t)
		r.must("POST", "/schedules/old", body("rate(1 day)", ""))
		path := map[string]string{http.MethodPost: "/schedules/new", http.MethodPut: "/schedules/old"}[method]
		w := httptest.NewRecorder()
		r.engine.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(content)))
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("%s: %d %s", content, w.Code, w.Body)
		}
		if w.Code == http.StatusOK {
			r.must("GET", "/schedules", "")
			r.run(2 * time.Hour)
		}
	})
}
