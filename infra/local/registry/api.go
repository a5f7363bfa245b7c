package registry

import (
	"fmt"
	"strings"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// newAPI lists what the API answers.
func (e *Engine) newAPI() awsjson.Service {
	return awsjson.Service{Target: "AmazonEC2ContainerRegistry_V20150921", Version: "1.1", NewID: e.NewID, Malformed: malformed,
		Internal: "ServerException",
		Operations: map[string]awsjson.Operation{
			"GetAuthorizationToken":  awsjson.AnswerRequest(e.getAuthorizationToken),
			"DescribeRepositories":   awsjson.Answer(e.describeRepositories),
			"DescribeImages":         awsjson.Answer(e.describeImages),
			"ListImages":             awsjson.Answer(e.listImages),
			"BatchGetImage":          awsjson.Answer(e.batchGetImage),
			"BatchDeleteImage":       awsjson.Answer(e.batchDeleteImage),
			"GetDownloadUrlForLayer": awsjson.Answer(e.getDownloadURLForLayer),
		}}
}

// malformed refuses a request that can't be read with the code that the ECR API
// reference has for parameters that can't be taken.
func malformed(err error) *awsjson.Error {
	return invalidParameter("Invalid request: %s", strings.TrimPrefix(err.Error(), "json: "))
}

func invalidParameter(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("InvalidParameterException", format, args...)
}

func (e *Engine) noRegistry(parameter string) *awsjson.Error {
	return invalidParameter("Invalid parameter at '%s': the one registry here is %s", parameter, e.Account)
}

func (e *Engine) noRepository(name, registry string) string {
	return fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", name, registry)
}

// An address is how a request names a repository.
type address struct {
	RegistryID     string `json:"registryId"`
	RepositoryName string `json:"repositoryName"`
}

// find returns the repository, or RepositoryNotFoundException when it isn't there.
func (e *Engine) find(tx store.Tx, a address) (*repository, error) {
	if a.RegistryID == "" {
		a.RegistryID = e.Account
	}
	r, err := readRepository(tx, a.RepositoryName)
	switch {
	case a.RepositoryName == "":
		return nil, invalidParameter("Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must not be null'")
	case err != nil:
		return nil, err
	case r == nil || a.RegistryID != e.Account:
		return nil, awsjson.Errorf("RepositoryNotFoundException", "%s", e.noRepository(a.RepositoryName, a.RegistryID))
	}
	return r, nil
}
