package lambda_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slipway/infra/local/lambda"
)

const functions = "/2015-03-31/functions"

// do sends a request with the given headers, written as "Name: value".
func (b *bench) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, r)
	return w
}

func TestInvocationsByHTTP(t *testing.T) {
	for name, c := range map[string]struct {
		path, body, header string
		status             int
		answer, failed     string
		calls              int
	}{
		"synchronous":         {"/f/invocations", `{"a":1}`, "X-Amz-Invocation-Type: RequestResponse", 200, `{"a":1}`, "", 1},
		"by ARN":              {"/arn:aws:lambda:us-east-1:000000000000:function:f/invocations", `1`, "", 200, `1`, "", 1},
		"of a version":        {"/f/invocations?Qualifier=$LATEST", `1`, "", 200, `1`, "", 1},
		"asynchronous":        {"/f/invocations", `{}`, "X-Amz-Invocation-Type: Event", 202, ``, "", 1},
		"dry":                 {"/f/invocations", `{}`, "X-Amz-Invocation-Type: DryRun", 204, ``, "", 0},
		"of another function": {"/g/invocations", `{}`, "", 404, `Function not found: arn:aws:lambda:us-east-1:000000000000:function:g`, "", 0},
		"of a failing one":    {"/bad/invocations", `{}`, "", 200, `{"errorMessage":"no luck","errorType":"errorString"}`, "Unhandled", 0},
		"of another kind":     {"/f/invocations", `{}`, "X-Amz-Invocation-Type: Later", 400, "Later", "", 0},
		"with the log":        {"/f/invocations", `{}`, "X-Amz-Log-Type: Tail", 400, "Tail", "", 0},
		"with a context":      {"/f/invocations", `{}`, "X-Amz-Client-Context: e30=", 400, "Client-Context", "", 0},
		"with a parameter":    {"/f/invocations?Colour=red", `{}`, "", 400, "Colour", "", 0},
		"without JSON":        {"/f/invocations", `{`, "", 400, "Could not parse request body into json", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			b, calls := newBench(t), 0
			b.create(lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 0)})
			b.create(lambda.FunctionSpec{Name: "bad", Handler: failing(new(int), 9)})
			w := b.do(http.MethodPost, functions+c.path, c.body, c.header)
			b.clock.Run()
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.answer) || w.Header().Get("X-Amz-Function-Error") != c.failed || calls != c.calls {
				t.Errorf("%d %s %v, calls %d", w.Code, w.Body, w.Header(), calls)
			}
			if w.Header().Get("X-Amzn-Requestid") == "" || (w.Code >= 400) != (w.Header().Get("X-Amzn-Errortype") != "") {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestFunctionsAreListedByPage(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"c", "a", "b"} {
		b.create(lambda.FunctionSpec{Name: name, Handler: failing(new(int), 0), Environment: map[string]string{"TABLE": "t"}, DeadLetter: deadARN})
	}
	var names []string
	for marker := ""; ; {
		var page struct {
			Functions []struct {
				FunctionName string
				Timeout      int
				Environment  struct{ Variables map[string]string }
			}
			NextMarker string
		}
		if err := json.Unmarshal(b.do(http.MethodGet, functions+"?MaxItems=2&Marker="+marker, "").Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Functions {
			names = append(names, f.FunctionName)
			if f.Timeout != 3 || f.Environment.Variables["TABLE"] != "t" {
				t.Errorf("function %v", f)
			}
		}
		if marker = page.NextMarker; marker == "" {
			break
		}
	}
	if strings.Join(names, "") != "abc" {
		t.Errorf("names %v", names)
	}
	if w := b.do(http.MethodGet, functions+"/b", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:b"`) {
		t.Errorf("GetFunction: %d %s", w.Code, w.Body)
	}
	if w := b.do(http.MethodDelete, functions+"/b", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "DELETE") {
		t.Errorf("DeleteFunction: %d %s", w.Code, w.Body)
	}
}

func FuzzInvocationsAreAnsweredOrRefused(f *testing.F) {
	f.Add("f", "Event", []byte(`{"a":[1,null]}`))
	f.Add("f", "", []byte(`"x"`))
	f.Add("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST", "RequestResponse", []byte(``))
	f.Fuzz(func(t *testing.T, name, kind string, body []byte) {
		b := newBench(t)
		b.create(lambda.FunctionSpec{Name: "f", Handler: failing(new(int), 0)})
		r := httptest.NewRequest(http.MethodPost, functions+"/f/invocations", strings.NewReader(string(body)))
		r.URL.Path = functions + "/" + name + "/invocations"
		r.Header.Set("X-Amz-Invocation-Type", kind)
		w := httptest.NewRecorder()
		b.engine.ServeHTTP(w, r)
		b.clock.Run()
		if w.Code >= 500 || !b.idle() {
			t.Errorf("%d %s, idle %v", w.Code, w.Body, b.idle())
		}
	})
}
