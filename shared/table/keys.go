package table

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/shared/pipeline"
)

// The keys of every item. Numbers are padded so that keys sort as numbers do.
//
//	PROJECT#<p>    PROJECT                             the project file in force
//	PROJECT#<p>    DOCUMENT#<digest>                   a project file, by content
//	PROJECT#<p>    RELEASE#<number>                    a release
//	PROJECT#<p>    VERSION#<version>                   which release has a version
//	PROJECT#<p>    DEPLOYMENT#<release>#<env>#<n>      a deployment
//	PROJECT#<p>    STEP#<release>#<env>#<n>#<step>     a step of a deployment
//	PROJECT#<p>    ENVIRONMENT#<env>                   lock, queue, and what is deployed
//	PROJECT#<p>    RUNBOOK#<b>                         which version is published, which runs go on and wait
//	PROJECT#<p>    RUN#<b>#<number>                    a run of a runbook
//	PROJECT#<p>    RUNSTEP#<b>#<number>#<step>         a step of a run
//	PROJECT#<p>    OCCASION#<b>#<env>#<key>            what a slot, an event or a request made
//	PROJECT#<p>    EVENT#<sequence>                    the project's chain
//	PACKAGE#<k>    VERSION#<version>                   a package version
//	PACKAGE#<k>    PROJECT#<p>                         a project that uses the package
//	PACKAGE#<k>    EVENT#<sequence>                    the package's chain
//	REPOSITORY#<r> PACKAGE#<k>#<p>                     an ECR repository that a project takes a package from
//	REFUSED#<bucket> <key>#<object version>            an object that was refused
//	REFUSED#ecr:<r> <tag>#<digest>                     an image that was refused
//	INTAKE         EVENT#<sequence>                    the chain of refusals without a subject
//	PROJECTS       PROJECT#<p>                         the list of projects
//	APPROVAL       <execution ARN>                     an approval whose approver is not known yet
type key struct{ pk, sk string }

const eventPrefix = "EVENT#"

func projectPartition(project string) string { return "PROJECT#" + project }
func packagePartition(name string) string    { return "PACKAGE#" + name }

func projectKey(project string) key { return key{projectPartition(project), "PROJECT"} }
func listedKey(project string) key  { return key{"PROJECTS", "PROJECT#" + project} }
func documentKey(project, digest string) key {
	return key{projectPartition(project), "DOCUMENT#" + digest}
}
func releaseKey(project string, number int) key {
	return key{projectPartition(project), fmt.Sprintf("RELEASE#%09d", number)}
}
func versionKey(project string, v pipeline.Version) key {
	return key{projectPartition(project), "VERSION#" + v.String()}
}
func deploymentsPrefix(release int) string { return fmt.Sprintf("DEPLOYMENT#%09d#", release) }
func deploymentKey(id pipeline.DeploymentID) key {
	return key{projectPartition(id.Project), fmt.Sprintf("%s%s#%04d", deploymentsPrefix(id.Release), id.Environment, id.Attempt)}
}
func stepsPrefix(id pipeline.ExecutionID) string {
	if id.IsRun() {
		return fmt.Sprintf("RUNSTEP#%s#%09d#", id.Run.Runbook, id.Run.Number)
	}
	d := id.Deployment
	return fmt.Sprintf("STEP#%09d#%s#%04d#", d.Release, d.Environment, d.Attempt)
}
func stepKey(id pipeline.ExecutionID, step string) key {
	return key{projectPartition(id.Project()), stepsPrefix(id) + step}
}
func runbookKey(project, runbook string) key {
	return key{projectPartition(project), "RUNBOOK#" + runbook}
}
func runsPrefix(runbook string) string { return "RUN#" + runbook + "#" }
func runKey(id pipeline.RunID) key {
	return key{projectPartition(id.Project), fmt.Sprintf("%s%09d", runsPrefix(id.Runbook), id.Number)}
}
func occasionKey(project, runbook, environment, occasion string) key {
	return key{projectPartition(project), "OCCASION#" + runbook + "#" + environment + "#" + occasion}
}
func environmentKey(project, environment string) key {
	return key{projectPartition(project), "ENVIRONMENT#" + environment}
}
func packageKey(name string, v pipeline.Version) key {
	return key{packagePartition(name), "VERSION#" + v.String()}
}
func usedByKey(name, project string) key           { return key{packagePartition(name), "PROJECT#" + project} }
func repositoryPartition(repository string) string { return "REPOSITORY#" + repository }
func sourceKey(s pipeline.Source, project string) key {
	return key{repositoryPartition(s.Repository), "PACKAGE#" + s.Package + "#" + project}
}
func refusedKey(l pipeline.Location) key {
	if l.Repository != "" {
		return key{"REFUSED#ecr:" + l.Repository, l.Key + "#" + l.VersionID} // no bucket's name has a colon
	}
	return key{"REFUSED#" + l.Bucket, l.Key + "#" + l.VersionID}
}
func approvalKey(execution string) key { return key{"APPROVAL", execution} }

func eventKey(c pipeline.Chain, sequence int) key {
	return key{chainPartition(c), fmt.Sprintf("%s%012d", eventPrefix, sequence)}
}

// chainPartition returns the partition of the noun whose chain c is.
func chainPartition(c pipeline.Chain) string {
	noun, name, _ := strings.Cut(string(c), "/")
	if name == "" {
		return strings.ToUpper(noun)
	}
	return strings.ToUpper(noun) + "#" + name
}

func (k key) attributes() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": text(k.pk), "sk": text(k.sk)}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}
