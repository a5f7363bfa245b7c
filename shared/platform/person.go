package platform

import (
	"slices"
	"strings"

	"slipway/shared/pipeline"
)

// Person returns the name under which the groups know the caller with that IAM
// ARN: the ARN itself if it is a member of a group, else the user name of an IAM
// user, else the ARN: also of a user whose name is that by which Slipway itself acts. In local mode the access key id is the user name.
func (p Platform) Person(arn string) string {
	user, isUser := userName(arn)
	if isUser && user != pipeline.System && !slices.Contains(p.Members(p.GroupNames()...), arn) {
		return user
	}
	return arn
}

// userName returns the last part of an ARN arn:aws:iam::<account>:user/<path><name>.
func userName(arn string) (name string, ok bool) {
	_, user, ok := strings.Cut(arn, ":user/")
	if !ok || !strings.HasPrefix(arn, "arn:") {
		return "", false
	}
	return user[strings.LastIndex(user, "/")+1:], true
}
