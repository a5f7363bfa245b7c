package scheduler_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

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
