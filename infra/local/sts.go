package local

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
)

// STS: who calls, and the roles that callers assume.

type callerIdentity struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	Arn       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

func (s *Stack) callerIdentity(w http.ResponseWriter, r *http.Request) {
	name := awsjson.Caller(r)
	if name == "" {
		s.refuse(w, &awsjson.Error{Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token", Status: http.StatusForbidden})
		return
	}
	id := name
	if assumed, ok := parseSession(name); ok {
		id = assumed.id()
	}
	s.answer(w, http.StatusOK, callerIdentity{Arn: userARN(name), UserID: id, Account: Account, RequestID: s.config.NewID()})
}

// The limits of a session, per the AssumeRole reference.
const (
	minDuration   = 900 // seconds
	maxTags       = 50
	maxExternalID = 1224 // characters
)

var (
	rolePattern       = regexp.MustCompile(`^arn:aws:iam::(\d{12}):role/([\w+=,.@/-]+)$`)
	sessionPattern    = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	externalIDPattern = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
	tagKeyPattern     = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$`)
	tagValuePattern   = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)
	tagParameter      = regexp.MustCompile(`^Tags\.member\.\d+\.(Key|Value)$`)
	tagKeyParameter   = regexp.MustCompile(`^TransitiveTagKeys\.member\.\d+$`)
)

type assumedRole struct {
	XMLName         xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	AssumedRoleID   string   `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
	Arn             string   `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	AccessKeyID     string   `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
	SecretAccessKey string   `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
	SessionToken    string   `xml:"AssumeRoleResult>Credentials>SessionToken"`
	Expiration      string   `xml:"AssumeRoleResult>Credentials>Expiration"`
	RequestID       string   `xml:"ResponseMetadata>RequestId"`
}

// assumeRole gives credentials for a role of the template. Its trust policy and the
// external id have no effect, as there are no rights on one machine, and the
// credentials aren't refused after their expiry.
func (s *Stack) assumeRole(w http.ResponseWriter, r *http.Request, parameters url.Values) {
	duration, err := checkSession(parameters)
	if err != nil {
		s.refuse(w, err)
		return
	}
	arn := parameters.Get("RoleArn")
	match := rolePattern.FindStringSubmatch(arn)
	name := match[2]
	role, ok := s.roles[name]
	switch {
	case match[1] != Account || !ok:
		s.refuse(w, &awsjson.Error{Code: "AccessDenied", Status: http.StatusForbidden, Message: fmt.Sprintf(
			"User: %s is not authorized to perform: sts:AssumeRole on resource: %s", userARN(cmp.Or(awsjson.Caller(r), "anonymous")), arn)})
		return
	case duration > role.session:
		s.refuse(w, awsjson.Errorf("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."))
		return
	}
	assumed := session{name, parameters.Get("RoleSessionName")}
	s.answer(w, http.StatusOK, assumedRole{AssumedRoleID: assumed.id(), Arn: assumed.arn(), AccessKeyID: assumed.accessKeyID(),
		SecretAccessKey: s.config.NewID(), SessionToken: s.config.NewID(), Expiration: date(s.config.Clock.Now().Add(duration)), RequestID: s.config.NewID()})
}

// checkSession checks the parameters of AssumeRole and returns how long it is for.
func checkSession(parameters url.Values) (time.Duration, error) {
	const constraint = "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy regular expression pattern: %s"
	for _, c := range []struct {
		parameter, member string
		pattern           *regexp.Regexp
		optional          bool
	}{{"RoleArn", "roleArn", rolePattern, false}, {"RoleSessionName", "roleSessionName", sessionPattern, false}, {"ExternalId", "externalId", externalIDPattern, true}} {
		value := parameters.Get(c.parameter)
		if (value != "" || !c.optional) && !c.pattern.MatchString(value) || len(value) > maxExternalID {
			return 0, awsjson.Errorf("ValidationError", constraint, value, c.member, c.pattern)
		}
	}
	if err := checkTags(parameters); err != nil {
		return 0, err
	}
	seconds, err := strconv.Atoi(cmp.Or(parameters.Get("DurationSeconds"), "3600"))
	if err != nil || seconds < minDuration || seconds > int(maxSession/time.Second) {
		return 0, awsjson.Errorf("ValidationError", "1 validation error detected: Value '%s' at 'durationSeconds' failed to satisfy constraint: Member must be between %d and %d",
			parameters.Get("DurationSeconds"), minDuration, int(maxSession/time.Second))
	}
	return time.Duration(seconds) * time.Second, nil
}

// checkTags checks the session's tags, and refuses parameters that would have no effect.
func checkTags(parameters url.Values) error {
	keys := map[string]bool{}
	for name := range parameters {
		value := parameters.Get(name)
		switch {
		case strings.HasSuffix(name, ".Key") && tagParameter.MatchString(name):
			if !tagKeyPattern.MatchString(value) {
				return awsjson.Errorf("ValidationError", "The tag key '%s' must have 1 to 128 letters, digits, spaces and _.:/=+-@", value)
			}
			if keys[strings.ToLower(value)] {
				return awsjson.Errorf("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
			}
			keys[strings.ToLower(value)] = true
		case tagParameter.MatchString(name):
			if !tagValuePattern.MatchString(value) {
				return awsjson.Errorf("ValidationError", "The tag value '%s' must have at most 256 letters, digits, spaces and _.:/=+-@", value)
			}
		case !tagKeyParameter.MatchString(name) && !slices.Contains([]string{"Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"}, name):
			return awsjson.Errorf("ValidationError", "The parameter %s of AssumeRole is not supported by local mode", name)
		}
	}
	if len(keys) > maxTags {
		return awsjson.Errorf("ValidationError", "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to %d", maxTags)
	}
	return nil
}
