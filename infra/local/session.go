package local

import (
	"net/url"
	"strings"
)

// A session is a role that somebody has assumed. Its access key id says which, so that
// nothing of it has to be kept.
type session struct{ role, name string }

// sessionPrefix begins the access key ids of sessions, as those of STS begin with ASIA.
const sessionPrefix = "ASIA:"

func (s session) accessKeyID() string {
	return sessionPrefix + url.QueryEscape(s.role) + ":" + url.QueryEscape(s.name)
}

// parseSession returns the session whose access key id is given; ok is false when it
// is none's.
func parseSession(accessKeyID string) (s session, ok bool) {
	names, ok := strings.CutPrefix(accessKeyID, sessionPrefix)
	role, name, two := strings.Cut(names, ":")
	if !ok || !two {
		return session{}, false
	}
	role, badRole := url.QueryUnescape(role)
	name, badName := url.QueryUnescape(name)
	return session{role, name}, badRole == nil && badName == nil
}

// arn returns the ARN of the assumed role, which GetCallerIdentity tells.
func (s session) arn() string {
	return "arn:aws:sts::" + Account + ":assumed-role/" + s.role + "/" + s.name
}

// id returns the unique identifier of the session: that of its role, and its name.
func (s session) id() string { return "AROA" + s.role + ":" + s.name }
