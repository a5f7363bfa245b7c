package local

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"slipway/infra/local/awsjson"
)

// API returns the function URL of the API as plain HTTP. The access key id that
// signs a request is its caller's name; a request that nobody signed has none.
func (s *Stack) API() http.Handler { return http.HandlerFunc(s.callAPI) }

// maxRequest is the longest request that Lambda takes, in bytes.
const maxRequest = 6 << 20

func (s *Stack) callAPI(w http.ResponseWriter, r *http.Request) {
	if s.apiFunction == "" {
		http.Error(w, "the template has no function URL", http.StatusNotFound)
		return
	}
	payload, err := functionURLRequest(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	data, err := s.functions.Invoke(r.Context(), s.apiFunction, payload)
	var answer events.LambdaFunctionURLResponse
	if err == nil {
		err = json.Unmarshal(data, &answer)
	}
	if err != nil {
		s.config.Report(fmt.Errorf("api %s %s: %w", r.Method, r.URL.Path, err))
		http.Error(w, `{"error":{"code":"Internal","message":"the API failed; local mode's output says why"}}`, http.StatusBadGateway)
		return
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(answer.StatusCode)
	if _, err := io.WriteString(w, answer.Body); err != nil {
		s.config.Report(fmt.Errorf("api %s %s: write response: %w", r.Method, r.URL.Path, err))
	}
}

// functionURLRequest returns r as Lambda hands it to a function.
func functionURLRequest(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if len(body) > maxRequest {
		return nil, fmt.Errorf("request body: longer than %d bytes", maxRequest)
	}
	in := events.LambdaFunctionURLRequest{Version: "2.0", RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{}, Body: base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true}
	for name := range r.Header {
		in.Headers[name] = r.Header.Get(name)
	}
	in.RequestContext.HTTP.Method, in.RequestContext.HTTP.Path = r.Method, r.URL.Path
	if name := awsjson.Caller(r); name != "" {
		in.RequestContext.Authorizer = &events.LambdaFunctionURLRequestContextAuthorizerDescription{
			IAM: &events.LambdaFunctionURLRequestContextAuthorizerIAMDescription{AccessKey: name, AccountID: Account, UserARN: userARN(name), UserID: name}}
	}
	return json.Marshal(in)
}
