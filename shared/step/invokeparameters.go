package step

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// invokeParameters are the parameters of [invoke].
type invokeParameters struct {
	Function   string          `json:"function"`  // a name, or an ARN
	Qualifier  string          `json:"qualifier"` // a version or an alias; "": the latest
	Payload    json.RawMessage `json:"payload"`   // an object; nil: {}
	Repeatable bool            `json:"repeatable"`
	Outputs    pointedOutputs  `json:"outputs"`
}

// versionOutput is the output that every invoke step has: the function's version that ran.
const versionOutput = "version"

// maxPayload is the longest payload in bytes; Lambda takes 6 MB, and the state of a
// deployment is no place for so much.
const maxPayload = 256 << 10

func parseInvoke(with json.RawMessage) (invokeParameters, *Problem) {
	var p invokeParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case p.Function == "":
		return p, &Problem{"function", "is missing", "name the Lambda function that is invoked"}
	case len(p.Payload) > maxPayload:
		return p, &Problem{"payload", fmt.Sprintf("has %d bytes", len(p.Payload)), fmt.Sprintf("keep it within %d, and put what is larger into S3", maxPayload)}
	}
	return p, p.Outputs.check(versionOutput)
}

var (
	functionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	functionARN  = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}$`)
	qualifier    = regexp.MustCompile(`^(\$LATEST|[A-Za-z0-9_-]{1,128})$`)
)

// checkResolved checks what holds only once the placeholders are resolved.
func (p invokeParameters) checkResolved() *Problem {
	switch {
	case !functionName.MatchString(p.Function) && !functionARN.MatchString(p.Function):
		return &Problem{"function", fmt.Sprintf("%.200q is neither a function's name nor its ARN", p.Function),
			"write a name of letters, digits, \"-\" and \"_\", at most 64, or an ARN; version or alias are the qualifier"}
	case p.Qualifier != "" && !qualifier.MatchString(p.Qualifier):
		return &Problem{"qualifier", fmt.Sprintf("%.200q is neither a version nor an alias", p.Qualifier), "write a version such as 7, or an alias such as live"}
	}
	return nil
}

// payload returns what the function is given.
func (p invokeParameters) payload() []byte {
	if len(p.Payload) == 0 {
		return []byte("{}")
	}
	return p.Payload
}
