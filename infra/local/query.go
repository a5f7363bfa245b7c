package local

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"slipway/infra/local/awsjson"
)

// The query protocol of the services that have no engine: the call by which a client
// finds the stack, and STS.

// query answers a request of the query protocol.
func (s *Stack) query(w http.ResponseWriter, r *http.Request) {
	parameters, err := form(r)
	if err != nil {
		s.refuse(w, awsjson.Errorf("MalformedQueryString", "The form can not be read: %v", err))
		return
	}
	switch action := parameters.Get("Action"); action {
	case "GetCallerIdentity":
		s.callerIdentity(w, r)
	case "AssumeRole":
		s.assumeRole(w, r, parameters)
	case "DescribeStacks":
		if name := parameters.Get("StackName"); name != "" && name != Name {
			s.refuse(w, awsjson.Errorf("ValidationError", "Stack with id %s does not exist", name))
			return
		}
		s.describeStacks(w)
	default:
		s.refuse(w, awsjson.Errorf("InvalidAction", "local mode does not know the action %q; it knows DescribeStacks, GetCallerIdentity and AssumeRole", action))
	}
}

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (s *Stack) refuse(w http.ResponseWriter, err error) {
	refusal := awsjson.AsError(err)
	code, fault := refusal.Query()
	s.answer(w, refusal.HTTPStatus(), errorResponse{Type: fault, Code: code, Message: refusal.Message, RequestID: s.config.NewID()})
}

func (s *Stack) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	if err := xml.NewEncoder(w).Encode(body); err != nil {
		s.config.Report(fmt.Errorf("write response: %w", err))
	}
}

type describedStacks struct {
	XMLName   xml.Name         `xml:"http://cloudformation.amazonaws.com/doc/2010-05-15/ DescribeStacksResponse"`
	Stacks    []describedStack `xml:"DescribeStacksResult>Stacks>member"`
	RequestID string           `xml:"ResponseMetadata>RequestId"`
}

type describedStack struct {
	StackID      string            `xml:"StackId"`
	StackName    string            `xml:"StackName"`
	StackStatus  string            `xml:"StackStatus"`
	CreationTime string            `xml:"CreationTime"`
	Outputs      []describedOutput `xml:"Outputs>member"`
}

type describedOutput struct {
	Key   string `xml:"OutputKey"`
	Value string `xml:"OutputValue"`
}

func (s *Stack) describeStacks(w http.ResponseWriter) {
	stack := describedStack{StackID: s.arn("cloudformation", "stack/"+Name+"/local"), StackName: Name, StackStatus: "CREATE_COMPLETE",
		CreationTime: date(s.config.Clock.Now())}
	for _, key := range slices.Sorted(maps.Keys(s.outputs)) {
		stack.Outputs = append(stack.Outputs, describedOutput{key, s.outputs[key]})
	}
	s.answer(w, http.StatusOK, describedStacks{Stacks: []describedStack{stack}, RequestID: s.config.NewID()})
}

// arn returns the ARN of a resource of this stack's account and Region.
func (s *Stack) arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, Region, Account, resource)
}
