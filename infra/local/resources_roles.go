package local

import "time"

// The bounds and the default of a role's MaxSessionDuration, per the IAM CreateRole reference.
const (
	defaultSession = time.Hour
	maxSession     = 12 * time.Hour
)

// A role is one of the template's roles: what STS asks of it. What it may do has no
// meaning on one machine.
type role struct {
	session time.Duration // the longest that somebody may have it for
}

type roleProperties struct {
	AssumeRolePolicyDocument, Description, ManagedPolicyArns, Policies ignored

	RoleName           string
	MaxSessionDuration int // in seconds
}

// makeRole makes a role that can be assumed.
func (s *Stack) makeRole(id string, data []byte) (map[string]string, error) {
	p, err := properties[roleProperties](data)
	if err != nil {
		return nil, err
	}
	name, made := p.RoleName, role{time.Duration(p.MaxSessionDuration) * time.Second}
	if name == "" {
		name = physicalName(id)
	}
	if made.session == 0 {
		made.session = defaultSession
	}
	s.roles[name] = made
	return map[string]string{"": name, "Arn": roleARN(name)}, nil
}

func roleARN(name string) string { return "arn:aws:iam::" + Account + ":role/" + name }
