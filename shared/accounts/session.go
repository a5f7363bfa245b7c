package accounts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"slipway/shared/platform"
	"slipway/shared/step"
)

// A session is a stay in a deploy role, as STS is asked for it.
type session struct {
	arn         string // of the role
	endpoint    string // of the STS; "" for AWS's own
	project     string
	environment string
	execution   string
	step        string
}

// session returns the session in which w acts.
func (a *Accounts) session(w step.Work) session {
	account := cmp.Or(w.Target.Account, a.account)
	return session{
		arn:         fmt.Sprintf("arn:%s:iam::%s:role/%s", a.partition, account, w.Target.Role),
		endpoint:    w.Target.Endpoint,
		project:     w.Project,
		environment: w.Environment,
		execution:   w.Execution,
		step:        w.Step,
	}
}

// externalID returns what the role is trusted for.
func (s session) externalID() string { return platform.ExternalID(s.environment) }

// maxName is the most characters that the name of a session may have (STS API
// reference, "AssumeRole").
const maxName = 64

// name returns the execution's id as the name of a session. One that is too long ends
// in a part of its digest, which tells it from others that begin alike.
func (s session) name() string {
	name := clean(s.execution, "=,.@-_+")
	if len(name) >= 2 && len(name) <= maxName {
		return name
	}
	sum := sha256.Sum256([]byte(s.execution))
	digest := "-" + hex.EncodeToString(sum[:])[:12]
	return name[:min(len(name), maxName-len(digest))] + digest
}

// maxTag is the most characters that the value of a session's tag may have (STS API
// reference, "Tag").
const maxTag = 256

// tags returns the tags of the session, by which the account's own policies and its
// CloudTrail tell whose work it is.
func (s session) tags() []types.Tag {
	tag := func(key, value string) types.Tag {
		value = clean(value, "_.:/=+-@")
		value = value[:min(len(value), maxTag)]
		return types.Tag{Key: &key, Value: &value}
	}
	return []types.Tag{tag("environment", s.environment), tag("execution", s.execution), tag("project", s.project), tag("step", s.step)}
}

// clean returns text with a hyphen for each character that is no ASCII letter, digit or
// one of others.
func clean(text, others string) string {
	return strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(others, r)) {
			return r
		}
		return '-'
	}, text)
}
