package step

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ecsAttemptTag is the key of the tag that says which attempt has registered a task definition.
const ecsAttemptTag = "slipway:attempt"

// define returns the ARN of a task definition like the one before, with the images of
// the packages. It is the one before if that has them already, or the one that an
// earlier call for this attempt has registered, or a new one.
func (r *ecsRollout) define(ctx context.Context) (arn string, err error) {
	before, err := r.describe(ctx, r.before.Definition)
	if err != nil {
		return "", err
	}
	containers, changed, err := r.replace(ctx, before.TaskDefinition.ContainerDefinitions)
	if err != nil {
		return "", err
	}
	if !changed {
		fmt.Fprintf(r.w.Log, "task definition %s has the images already\n", r.before.Definition)
		return r.before.Definition, nil
	}
	latest, err := r.describe(ctx, aws.ToString(before.TaskDefinition.Family))
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(latest.Tags, r.isOwn) {
		return aws.ToString(latest.TaskDefinition.TaskDefinitionArn), nil
	}
	registered, err := r.client.RegisterTaskDefinition(ctx, r.copied(*before.TaskDefinition, before.Tags, containers))
	if err != nil {
		return "", r.failed("ecs:RegisterTaskDefinition", err)
	}
	return aws.ToString(registered.TaskDefinition.TaskDefinitionArn), nil
}

// describe returns a task definition, given by its ARN or by its family, of which it is
// the latest, with its tags.
func (r *ecsRollout) describe(ctx context.Context, definition string) (*ecs.DescribeTaskDefinitionOutput, error) {
	found, err := r.client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: &definition, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	})
	if err != nil {
		return nil, r.failed("ecs:DescribeTaskDefinition", err)
	}
	return found, nil
}

// replace returns a copy of the containers with the images of the packages, and whether
// that changes any.
func (r *ecsRollout) replace(ctx context.Context, containers []types.ContainerDefinition) (replaced []types.ContainerDefinition, changed bool, err error) {
	replaced = slices.Clone(containers)
	for _, container := range slices.Sorted(maps.Keys(r.p.Images)) {
		i := slices.IndexFunc(replaced, func(c types.ContainerDefinition) bool { return aws.ToString(c.Name) == container })
		if i < 0 {
			return nil, false, permanent("NoSuchContainer", "task definition %s has no container %s, but %s; name one of those under images", r.before.Definition, container, containerNames(replaced))
		}
		name := r.p.Images[container]
		a, ok := r.w.Packages[name]
		if !ok {
			return nil, false, permanent("NoSuchPackage", "release %s has no package %s; add it to the project file's packages", r.w.Release, name)
		}
		image, err := pinnedImage(ctx, r.d.Images, name, a)
		if err != nil {
			return nil, false, err
		}
		if aws.ToString(replaced[i].Image) != image {
			fmt.Fprintf(r.w.Log, "container %s gets %s in place of %s\n", container, image, aws.ToString(replaced[i].Image))
			replaced[i].Image, changed = &image, true
		}
	}
	return replaced, changed, nil
}

func containerNames(containers []types.ContainerDefinition) string {
	names := make([]string, len(containers))
	for i, c := range containers {
		names[i] = aws.ToString(c.Name)
	}
	return strings.Join(names, ", ")
}

// isOwn tells whether t says that this attempt has registered what has it.
func (r *ecsRollout) isOwn(t types.Tag) bool {
	return aws.ToString(t.Key) == ecsAttemptTag && aws.ToString(t.Value) == attemptName(r.w)
}

// copied asks for a task definition like d, with those containers, the tags of d and
// that of the attempt. Inference accelerators are left out: AWS has none any more.
func (r *ecsRollout) copied(d types.TaskDefinition, tags []types.Tag, containers []types.ContainerDefinition) *ecs.RegisterTaskDefinitionInput {
	kept := slices.DeleteFunc(slices.Clone(tags), func(t types.Tag) bool {
		return aws.ToString(t.Key) == ecsAttemptTag || strings.HasPrefix(aws.ToString(t.Key), "aws:")
	})
	return &ecs.RegisterTaskDefinitionInput{
		Family: d.Family, ContainerDefinitions: containers,
		Tags: append(kept, types.Tag{Key: aws.String(ecsAttemptTag), Value: aws.String(attemptName(r.w))}),
		Cpu:  d.Cpu, Memory: d.Memory, EphemeralStorage: d.EphemeralStorage, RuntimePlatform: d.RuntimePlatform,
		TaskRoleArn: d.TaskRoleArn, ExecutionRoleArn: d.ExecutionRoleArn,
		NetworkMode: d.NetworkMode, IpcMode: d.IpcMode, PidMode: d.PidMode, ProxyConfiguration: d.ProxyConfiguration,
		Volumes: d.Volumes, PlacementConstraints: d.PlacementConstraints, RequiresCompatibilities: d.RequiresCompatibilities,
		EnableFaultInjection: d.EnableFaultInjection,
	}
}
