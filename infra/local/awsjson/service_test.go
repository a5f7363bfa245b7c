package awsjson_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/awsjson"
)

type greeting struct {
	Name string
	At   awsjson.Time `json:",omitzero"`
}

// newService returns a service with an operation Greet, one that shows its caller, and ones that fail.
func newService() *awsjson.Service {
	fail := func(err error) awsjson.Operation {
		return awsjson.Answer(func(struct{}) (any, error) { return nil, err })
	}
	return &awsjson.Service{Target: "Greeter_1", Version: "1.0", NewID: func() string { return "id-1" },
		Operations: map[string]awsjson.Operation{
			"Greet": awsjson.Answer(func(in struct{ Name picky }) (greeting, error) {
				return greeting{"<" + string(in.Name) + ">", awsjson.Time(time.UnixMilli(1500))}, nil
			}),
			"Who":  awsjson.AnswerRequest(func(r *http.Request, _ struct{}) (greeting, error) { return greeting{Name: awsjson.Caller(r)}, nil }),
			"Wait": awsjson.AnswerRequest(func(r *http.Request, _ struct{}) (any, error) { return nil, r.Context().Err() }),
			"Lose": fail(fmt.Errorf("read greeting: %w", &awsjson.Error{Code: "Lost", Message: "gone", Status: 404, QueryCode: "Greeter.Lost"})),
			"Tell": fail(&awsjson.Error{Code: "Told", Message: "no", Members: map[string]any{"Message": "No", "Item": 1}}),
			"Fail": fail(errors.New("disk full")),
			"Loop": awsjson.Answer(func(struct{}) (any, error) { return func() {}, nil }),
		}}
}

// A picky name refuses one value by itself.
type picky string

func (p *picky) UnmarshalJSON(text []byte) error {
	if string(text) == `"nobody"` {
		return awsjson.Errorf("NobodyException", "nobody is no name")
	}
	return json.Unmarshal(text, (*string)(p))
}

func post(s *awsjson.Service, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=manager1/20260301/us-east-1/greeter/aws4_request, SignedHeaders=host, Signature=0")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestARequestIsAnsweredOrRefused(t *testing.T) {
	for name, c := range map[string]struct {
		target, body string
		status       int
		answer       string
	}{
		"an answer has no needless escapes": {"Greeter_1.Greet", `{"Name":"you"}`, 200, `{"Name":"<you>","At":1.5}`},
		"no body is no members":             {"Greeter_1.Greet", " \n", 200, `{"Name":"<>","At":1.5}`},
		"an operation sees the caller":      {"Greeter_1.Who", `{}`, 200, `{"Name":"manager1"}`},
		"an unknown operation": {"Greeter_1.Shout", `{}`, 400,
			`{"__type":"UnknownOperationException","message":"The operation \"Shout\" is not supported; the header X-Amz-Target must be Greeter_1.<operation> with one that is"}`},
		"another service's operation": {"Greeter_2.Greet", `{}`, 400,
			`{"__type":"UnknownOperationException","message":"The operation \"Greeter_2.Greet\" is not supported; the header X-Amz-Target must be Greeter_1.<operation> with one that is"}`},
		"an unknown member": {"Greeter_1.Greet", `{"Nom":1}`, 400,
			`{"__type":"ValidationException","message":"The request has a member that is not supported: Nom"}`},
		"a wrong type": {"Greeter_1.Who", `[]`, 400,
			`{"__type":"SerializationException","message":"The body of the request can not be read: json: cannot unmarshal array into Go value of type struct {}"}`},
		"two values": {"Greeter_1.Greet", `{}{}`, 400,
			`{"__type":"SerializationException","message":"The body of the request can not be read: it must be one JSON object"}`},
		"half a value": {"Greeter_1.Greet", `{`, 400,
			`{"__type":"SerializationException","message":"The body of the request can not be read: unexpected EOF"}`},
		"a refusal by a member":          {"Greeter_1.Greet", `{"Name":"nobody"}`, 400, `{"__type":"NobodyException","message":"nobody is no name"}`},
		"a refusal inside another error": {"Greeter_1.Lose", `{}`, 404, `{"__type":"Lost","message":"gone"}`},
		"a refusal with members":         {"Greeter_1.Tell", `{}`, 400, `{"Item":1,"Message":"No","__type":"Told"}`},
		"another error":                  {"Greeter_1.Fail", `{}`, 500, `{"__type":"InternalFailure","message":"disk full"}`},
		"an answer that JSON can't hold": {"Greeter_1.Loop", `{}`, 500, `{"__type":"InternalFailure","message":"json: unsupported type: func()"}`},
		"more than the longest request":  {"Greeter_1.Greet", strings.Repeat(" ", 24<<20+1), 413, `{"__type":"RequestEntityTooLargeException","message":"The request is longer than 25165824 bytes"}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := post(newService(), c.target, c.body)
			if w.Code != c.status || w.Body.String() != c.answer {
				t.Errorf("%d %s\nwant %d %s", w.Code, w.Body, c.status, c.answer)
			}
			var answer struct {
				Type string `json:"__type"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			for header, want := range map[string]string{"Content-Type": "application/x-amz-json-1.0", "X-Amzn-Requestid": "id-1",
				"Content-Length": strconv.Itoa(w.Body.Len()), "X-Amzn-Errortype": answer.Type, "X-Amz-Crc32": "", "X-Amzn-Query-Error": ""} {
				if got := w.Header().Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
		})
	}
}

func TestAServiceCanDifferInItsOwnWay(t *testing.T) {
	s := newService()
	s.Type, s.Internal, s.QueryCompatible, s.Checksum = func(code string) string { return "com.greeter#" + code }, "Broken", true, true
	s.Malformed = func(err error) *awsjson.Error { return awsjson.Errorf("InvalidInput", "what? %v", err) }
	for operation, want := range map[string]struct{ answer, errorType, query string }{
		"Who":  {`{"__type":"com.greeter#InvalidInput","message":"what? json: unknown field \"X\""}`, "InvalidInput", "InvalidInput;Sender"},
		"Lose": {`{"__type":"com.greeter#Lost","message":"gone"}`, "Lost", "Greeter.Lost;Sender"},
		"Fail": {`{"__type":"com.greeter#Broken","message":"disk full"}`, "Broken", "Broken;Receiver"},
	} {
		body := map[bool]string{true: `{"X":1}`, false: `{}`}[operation == "Who"]
		w := post(s, "Greeter_1."+operation, body)
		if w.Body.String() != want.answer || w.Header().Get("X-Amzn-Errortype") != want.errorType || w.Header().Get("X-Amzn-Query-Error") != want.query {
			t.Errorf("%s: %s %v", operation, w.Body, w.Header())
		}
		if sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE(w.Body.Bytes())), 10); w.Header().Get("X-Amz-Crc32") != sum {
			t.Errorf("%s: X-Amz-Crc32 %s, want %s", operation, w.Header().Get("X-Amz-Crc32"), sum)
		}
	}
}

func TestACallerWhoHasGoneGetsNoAnswer(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequestWithContext(gone, http.MethodPost, "/", http.NoBody)
	r.Header.Set("X-Amz-Target", "Greeter_1.Wait")
	w := httptest.NewRecorder()
	newService().ServeHTTP(w, r)
	if w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("%s %v", w.Body, w.Header())
	}
}

func TestTheCallerIsTheKeyThatSigned(t *testing.T) {
	for authorization, want := range map[string]string{
		"": "",
		"AWS4-HMAC-SHA256 Credential=manager1/20260301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0": "manager1",
		"AWS4-HMAC-SHA256 SignedHeaders=host,Credential=a.b@c/20260301/us-east-1/s3/aws4_request,Signature=0":      "a.b@c",
		"AWS4-HMAC-SHA256 Credential=manager1, SignedHeaders=host":                                                 "",
		"AWS4-HMAC-SHA256 Credential=manager1, SignedHeaders=host, Signature=a/b":                                  "",
		"AWS4-HMAC-SHA256 Signature=0": "",
		"Bearer Credential=manager1/x": "",
		"AWS manager1:signature":       "",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
		r.Header.Set("Authorization", authorization)
		if got := awsjson.Caller(r); got != want {
			t.Errorf("%q: %q, want %q", authorization, got, want)
		}
	}
}

func TestTheServiceIsTheOneThatTheScopeNames(t *testing.T) {
	for signed, want := range map[struct{ authorization, query string }]string{
		{}: "",
		{authorization: "AWS4-HMAC-SHA256 Credential=ci/20260301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"}: "s3",
		{authorization: "AWS4-HMAC-SHA256 SignedHeaders=host,Credential=ci/20260301/us-east-1/sqs/aws4_request"}:              "sqs",
		{authorization: "AWS4-HMAC-SHA256 Credential=ci/x, SignedHeaders=host"}:                                               "",
		{authorization: "AWS ci:signature"}:                                        "",
		{query: "?X-Amz-Credential=ci%2F20260301%2Fus-east-1%2Fs3%2Faws4_request"}: "s3",
	} {
		r := httptest.NewRequest(http.MethodGet, "/"+signed.query, http.NoBody)
		r.Header.Set("Authorization", signed.authorization)
		if got := awsjson.SigningName(r); got != want {
			t.Errorf("%q: %q, want %q", signed, got, want)
		}
	}
}

func FuzzRequestsAreAnsweredOrRefused(f *testing.F) {
	f.Add("Greeter_1.Greet", `{"Name":"you"}`)
	f.Add("Greeter_1.Who", `{"Nom":[null]}`)
	f.Add("Greeter", `{`)
	f.Fuzz(func(t *testing.T, target, body string) {
		if target == "Greeter_1.Fail" || target == "Greeter_1.Loop" {
			return // they fail whatever they are asked
		}
		if w := post(newService(), target, body); w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
