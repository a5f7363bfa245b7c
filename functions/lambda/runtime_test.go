package main_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A runtime is Lambda's side of its Runtime API: it hands out one event and takes
// the answer.
type runtime struct {
	event   string
	handed  chan struct{} // has one element until the event is handed out
	answers chan string
}

func newRuntime(event string) *runtime {
	r := &runtime{event: event, handed: make(chan struct{}, 1), answers: make(chan string, 1)}
	r.handed <- struct{}{}
	return r
}

func (r *runtime) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	if in.Method == http.MethodGet {
		select {
		case <-r.handed:
		case <-in.Context().Done(): // the second event never comes
			return
		}
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", "4102444800000")
		fmt.Fprint(w, r.event)
		return
	}
	body, err := io.ReadAll(in.Body)
	if err != nil {
		body = []byte(err.Error())
	}
	w.WriteHeader(http.StatusAccepted)
	r.answers <- filepath.Base(in.URL.Path) + " " + string(body)
}

// build builds a Lambda binary as the stack has it, but for this machine.
func build(tb testing.TB, folder string) string {
	tb.Helper()
	binary := filepath.Join(tb.TempDir(), "bootstrap")
	out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", binary, folder).CombinedOutput()
	if err != nil {
		tb.Fatalf("build %s: %v\n%s", folder, err, out)
	}
	return binary
}

// firstAnswer starts a function, hands it event, and returns what it answers.
func firstAnswer(tb testing.TB, binary, handler, event string) string {
	tb.Helper()
	r := newRuntime(event)
	server := httptest.NewServer(r)
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, binary)
	command.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(server.URL, "http://"), "_HANDLER=" + handler, "BUS=Slipway",
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_XRAY_CONTEXT_MISSING=LOG_ERROR"}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	defer cancel()
	select {
	case answer := <-r.answers:
		cancel()
		<-ended
		return answer
	case err := <-ended:
		tb.Fatalf("%s ended without an answer: %v", handler, err)
		return ""
	}
}

func TestTheBinaryAnswersThroughLambdasRuntimeAPI(t *testing.T) {
	got := firstAnswer(t, build(t, "."), "publishevents", `{"Records":[]}`)
	if want := `response {"batchItemFailures":[]}`; got != want {
		t.Errorf("publishevents answers %q, want %q", got, want)
	}
}

// BenchmarkFirstAnswer measures from the start of the process to its first answer,
// for the Slipway binary and for an empty function.
func BenchmarkFirstAnswer(b *testing.B) {
	for name, folder := range map[string]string{"slipway": ".", "empty": "./testdata/empty"} {
		b.Run(name, func(b *testing.B) {
			binary := build(b, folder)
			info, err := os.Stat(binary)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				firstAnswer(b, binary, "publishevents", `{"Records":[]}`)
			}
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		})
	}
}
