package stack_test

import (
	"slices"
	"strings"
	"testing"
)

func TestBuildsMayRunInImagesOfThePlatformsRepositories(t *testing.T) {
	var got []string
	for _, s := range load(t).statements(t) {
		if !strings.HasPrefix(s.holder, "ScriptRights") {
			continue
		}
		for _, action := range s.actions {
			if strings.HasPrefix(action, "ecr:") {
				got = append(got, action+" "+strings.Join(flats(s.resources), " "))
			}
		}
	}
	slices.Sort(got)
	const repository = " arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/storefront/api"
	want := []string{"ecr:BatchCheckLayerAvailability" + repository, "ecr:BatchGetImage" + repository, "ecr:GetAuthorizationToken *", "ecr:GetDownloadUrlForLayer" + repository}
	if !slices.Equal(got, want) {
		t.Errorf("builds may %q, want %q", got, want)
	}
}
