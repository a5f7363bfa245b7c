package local

import (
	"slipway/infra/local/registry"
	"slipway/infra/local/scheduler"
	"slipway/infra/local/store"
)

type repositoryProperties struct {
	EncryptionConfiguration, ImageScanningConfiguration ignored

	RepositoryName     string
	ImageTagMutability string
}

// makeRepository makes a repository of the registry, which images are pushed to.
func (s *Stack) makeRepository(id string, data []byte) (map[string]string, error) {
	p, err := properties[repositoryProperties](data)
	if err != nil {
		return nil, err
	}
	return map[string]string{"": p.RepositoryName, "Arn": s.arn("ecr", "repository/"+p.RepositoryName)},
		s.images.CreateRepository(registry.RepositorySpec{Name: p.RepositoryName, ImmutableTags: p.ImageTagMutability == "IMMUTABLE"})
}

// imagePushed emits ECR's "ECR Image Action" event.
func (s *Stack) imagePushed(tx store.Tx, p registry.Push) {
	s.emit(tx, "aws.ecr", "ECR Image Action", p.Time, s.arn("ecr", "repository/"+p.Repository), map[string]any{
		"result": "SUCCESS", "action-type": "PUSH", "repository-name": p.Repository, "image-digest": p.Digest, "image-tag": p.Tag,
		"manifest-media-type": p.MediaType})
}

type scheduleGroupProperties struct{ Name string }

func (s *Stack) makeScheduleGroup(_ string, data []byte) (map[string]string, error) {
	p, err := properties[scheduleGroupProperties](data)
	if err != nil {
		return nil, err
	}
	return map[string]string{"": p.Name, "Arn": s.schedules.GroupARN(p.Name)}, s.schedules.CreateGroup(p.Name)
}

// makeSchedule makes a schedule; the engine's spec has the names of the template's
// properties.
func (s *Stack) makeSchedule(id string, data []byte) (map[string]string, error) {
	spec, err := properties[scheduler.Spec](data)
	if err != nil {
		return nil, err
	}
	if spec.Name == "" {
		spec.Name = physicalName(id)
	}
	return map[string]string{"": spec.Name, "Arn": s.schedules.ARN(spec.GroupName, spec.Name)}, s.schedules.CreateSchedule(spec)
}

// scheduleTarget returns what a schedule invokes.
func (s *Stack) scheduleTarget(arn string) (scheduler.Target, error) { return s.target(arn) }
