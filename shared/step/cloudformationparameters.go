package step

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// cloudFormationParameters are the parameters of [cloudFormation].
type cloudFormationParameters struct {
	Stack        string            `json:"stack"`
	Action       string            `json:"action"`
	Package      string            `json:"package"`       // one that has the template
	Template     string            `json:"template"`      // a file in the package, "" when it is the template; or s3://BUCKET/KEY
	TemplateBody string            `json:"template-body"` // the template's text
	Parameters   map[string]string `json:"parameters"`
	Capabilities []string          `json:"capabilities"`
	Tags         map[string]string `json:"tags"`
	RoleARN      string            `json:"role-arn"` // of the role that CloudFormation takes; "": the deploy role's own rights
	Expect       string            `json:"expect"`   // of a drift detection
}

// The actions.
const (
	deployStack = "deploy"
	deleteStack = "delete"
	detectDrift = "drift"
)

// What a drift detection expects.
const (
	expectInSync   = "in-sync"
	expectAnything = "any"
)

// templateScheme begins the addresses of templates in S3.
const templateScheme = "s3://"

// parseCloudFormation reads the parameters and checks what holds with placeholders and without.
func parseCloudFormation(with json.RawMessage) (cloudFormationParameters, *Problem) {
	p := cloudFormationParameters{Action: deployStack}
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	if p.Stack == "" {
		return p, &Problem{"stack", "is missing", "name the stack"}
	}
	switch p.Action {
	case deployStack:
		return p, p.checkDeploy()
	case deleteStack:
		return p, p.checkOnly("role-arn")
	case detectDrift:
		if p.Expect == "" {
			p.Expect = expectInSync
		}
		if p.Expect != expectInSync && p.Expect != expectAnything {
			return p, &Problem{"expect", fmt.Sprintf("%.80q is no expectation", p.Expect), "write in-sync or any"}
		}
		return p, p.checkOnly("expect")
	}
	return p, &Problem{"action", fmt.Sprintf("%.80q is not one of the actions", p.Action), "write deploy, delete or drift"}
}

// checkOnly returns a problem with a parameter beside stack, action and allowed.
func (p cloudFormationParameters) checkOnly(allowed string) *Problem {
	given := map[string]bool{
		"package": p.Package != "", "template": p.Template != "", "template-body": p.TemplateBody != "", "parameters": p.Parameters != nil,
		"capabilities": p.Capabilities != nil, "tags": p.Tags != nil, "role-arn": p.RoleARN != "", "expect": p.Expect != "",
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if given[key] && key != allowed {
			return &Problem{key, "has no meaning for the action " + p.Action, "leave it out"}
		}
	}
	return nil
}

func (p cloudFormationParameters) checkDeploy() *Problem {
	inS3 := strings.HasPrefix(p.Template, templateScheme)
	switch {
	case p.Expect != "":
		return &Problem{"expect", "has no meaning for the action deploy", "leave it out"}
	case p.TemplateBody != "" && (p.Package != "" || p.Template != ""):
		return &Problem{"template-body", "is given beside package or template", "leave out one of them"}
	case p.TemplateBody == "" && p.Package == "" && p.Template == "":
		return &Problem{"package", "is missing, so that there is no template", "name the package that has the template; in a runbook, write template-body, or template: s3://BUCKET/KEY"}
	case p.Package == "" && p.Template != "" && !inS3 && !strings.HasPrefix(p.Template, "{"):
		return &Problem{"template", fmt.Sprintf("%.200q is a file of no package", p.Template), "name the package, or write s3://BUCKET/KEY"}
	case p.Package != "" && inS3:
		return &Problem{"template", "is in S3 beside a package", "name a file of the package, or leave out the package"}
	case len(p.TemplateBody) > maxTemplateBody:
		return &Problem{"template-body", fmt.Sprintf("has %d bytes", len(p.TemplateBody)), fmt.Sprintf("keep it within %d, or put it into S3", maxTemplateBody)}
	}
	return p.checkCapabilities()
}

func (p cloudFormationParameters) checkCapabilities() *Problem {
	known := []string{"CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"}
	for _, c := range p.Capabilities {
		if !slices.Contains(known, c) {
			return &Problem{"capabilities", fmt.Sprintf("%.80q is not a capability", c), "write some of " + strings.Join(known, ", ")}
		}
	}
	return nil
}

// templates returns the texts of p that may hold placeholders.
func (p cloudFormationParameters) templates() []Template {
	all := []Template{{Key: "stack", Text: p.Stack}}
	for _, t := range []Template{{Key: "template", Text: p.Template}, {Key: "role-arn", Text: p.RoleARN}} {
		if t.Text != "" {
			all = append(all, t)
		}
	}
	return append(append(all, textsOf("parameters", p.Parameters)...), textsOf("tags", p.Tags)...)
}

var (
	stackName   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)
	roleARN     = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$`)
	templateURL = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9!_.*'()/-]+$`)
)

func (p cloudFormationParameters) checkStack() *Problem {
	if !stackName.MatchString(p.Stack) {
		return &Problem{"stack", fmt.Sprintf("%.200q is not a stack's name", p.Stack), "use letters, digits and \"-\", at most 128, first a letter"}
	}
	return nil
}

// checkResolved checks what holds only once the placeholders are resolved.
func (p cloudFormationParameters) checkResolved() *Problem {
	switch {
	case p.RoleARN != "" && !roleARN.MatchString(p.RoleARN):
		return &Problem{"role-arn", fmt.Sprintf("%.200q is not the ARN of a role", p.RoleARN), "write one such as arn:aws:iam::111122223333:role/stacks"}
	case p.Package == "" && p.Template != "" && !templateURL.MatchString(p.Template):
		return &Problem{"template", fmt.Sprintf("%.200q is not the address of an object", p.Template), "write s3://BUCKET/KEY, or name the package that has the file"}
	}
	return p.checkStack()
}
