package registry

import (
	"iter"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// repositoryJSON is the Repository of the API reference.
type repositoryJSON struct {
	ARN        string         `json:"repositoryArn"`
	RegistryID string         `json:"registryId"`
	Name       string         `json:"repositoryName"`
	URI        string         `json:"repositoryUri"`
	CreatedAt  awsjson.Time   `json:"createdAt"`
	Mutability string         `json:"imageTagMutability"`
	Scanning   scanningJSON   `json:"imageScanningConfiguration"`
	Encryption encryptionJSON `json:"encryptionConfiguration"`
}

type scanningJSON struct {
	ScanOnPush bool `json:"scanOnPush"`
}

type encryptionJSON struct {
	Type string `json:"encryptionType"`
}

func (e *Engine) describeRepository(r *repository) repositoryJSON {
	out := repositoryJSON{
		ARN:        "arn:aws:ecr:" + e.Region + ":" + e.Account + ":repository/" + r.Name,
		RegistryID: e.Account, Name: r.Name, URI: e.Host() + "/" + r.Name, CreatedAt: awsjson.Time(r.Created),
		Mutability: "MUTABLE", Encryption: encryptionJSON{"AES256"},
	}
	if r.Immutable {
		out.Mutability = "IMMUTABLE"
	}
	return out
}

type describeRepositoriesInput struct {
	paging
	RegistryID      string   `json:"registryId"`
	RepositoryNames []string `json:"repositoryNames"`
}

type describeRepositoriesOutput struct {
	Repositories []repositoryJSON `json:"repositories"`
	NextToken    string           `json:"nextToken,omitempty"`
}

// describeRepositories describes the named repositories, or all, page by page.
func (e *Engine) describeRepositories(in describeRepositoriesInput) (any, error) {
	size, after, err := in.read()
	switch {
	case err != nil:
		return nil, err
	case len(in.RepositoryNames) > maxNames:
		return nil, invalidParameter("Invalid parameter at 'repositoryNames' failed to satisfy constraint: 'must have at most %d members'", maxNames)
	case in.RepositoryNames != nil && in.isSet():
		return nil, invalidParameter("Invalid request: maxResults and nextToken can not be used with repositoryNames")
	case in.RepositoryNames == nil && in.RegistryID != "" && in.RegistryID != e.Account:
		return nil, e.noRegistry("registryId")
	}
	out := describeRepositoriesOutput{Repositories: []repositoryJSON{}}
	err = e.Store.View(func(tx store.Tx) (err error) {
		if in.RepositoryNames == nil {
			out.Repositories, out.NextToken = page(e.repositories(tx, after, &err), size, after)
			return err
		}
		for _, name := range in.RepositoryNames {
			r, err := e.find(tx, address{in.RegistryID, name})
			if err != nil {
				return err
			}
			out.Repositories = append(out.Repositories, e.describeRepository(r))
		}
		return nil
	})
	return out, err
}

// repositories yields the repositories from the given name on. It ends early when it sets err.
func (e *Engine) repositories(tx store.Tx, from string, err *error) iter.Seq2[string, repositoryJSON] {
	return func(yield func(string, repositoryJSON) bool) {
		for _, value := range tx.Scan(repositoryTable, []byte(from)) {
			var r *repository
			if r, *err = store.ParseJSON[repository](repositoryTable, value); *err != nil {
				return
			}
			if !yield(r.Name, e.describeRepository(r)) {
				return
			}
		}
	}
}
