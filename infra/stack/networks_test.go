package stack_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/stack"
	"slipway/shared/platform"
)

// networked is the stack's template for the platform as shipped and two networks.
var networked = sync.OnceValues(func() ([]byte, error) {
	p, err := shippedPlatform()
	if err != nil {
		return nil, err
	}
	p.Networks = []platform.Network{
		{Name: "orders", VPC: "vpc-00000001", Subnets: []string{"subnet-00000001", "subnet-00000002"}, SecurityGroups: []string{"sg-00000001"}},
		{Name: "bill-ing", VPC: "vpc-00000002", Subnets: []string{"subnet-00000003"}, SecurityGroups: []string{"sg-00000002"}},
	}
	outdir, err := os.MkdirTemp("", "slipway-cdk-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(outdir)
	return stack.Synthesize(p, outdir)
})

func loadNetworked(t *testing.T) document {
	t.Helper()
	text, err := networked()
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

// projects returns the logical ids of the CodeBuild projects by their names.
func (d document) projects(t *testing.T) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for id, p := range d.of(t, "AWS::CodeBuild::Project") {
		ids[p.at("Name").(string)] = id
	}
	return ids
}

func TestEveryNetworkHasAProjectOfItsOwnThatIsLikeTheOther(t *testing.T) {
	d := loadNetworked(t)
	ids := d.projects(t)
	plain := d.Resources[ids["Slipway-Script"]]
	if len(ids) != 3 || plain.at("VpcConfig") != nil {
		t.Errorf("the projects are %v; the one outside of networks is in %v", ids, plain.at("VpcConfig"))
	}
	for name, want := range map[string]string{
		"Slipway-Script-orders":   "map[SecurityGroupIds:[sg-00000001] Subnets:[subnet-00000001 subnet-00000002] VpcId:vpc-00000001]",
		"Slipway-Script-bill-ing": "map[SecurityGroupIds:[sg-00000002] Subnets:[subnet-00000003] VpcId:vpc-00000002]",
	} {
		project := d.Resources[ids[name]]
		if got := fmt.Sprint(project.at("VpcConfig")); got != want {
			t.Errorf("%s is in %s, want %s", name, got, want)
		}
		if !slices.ContainsFunc(project.DependsOn, func(id string) bool { return strings.HasPrefix(id, "ScriptRights") }) {
			t.Errorf("%s depends on %v, want the rights of its role: CodeBuild looks at the VPC as it makes the project", name, project.DependsOn)
		}
		for key, value := range plain.Properties {
			if key != "Name" && !cmp.Equal(value, project.at(key)) {
				t.Errorf("%s has the %s %v, want %v", name, key, project.at(key), value)
			}
		}
	}
}

func TestTheRoleOfBuildsMayOnlyUseTheNetworks(t *testing.T) {
	var got []string
	for _, s := range loadNetworked(t).statements(t) {
		condition := resource{Properties: map[string]any{"c": s.condition}}
		for _, action := range s.actions {
			for _, r := range s.resources {
				if strings.HasPrefix(action, "ec2:") {
					line := strings.Join(slices.Concat([]string{action, flat(r)}, flats(condition.at("c", "ArnEquals", "ec2:Subnet")), flats(condition.at("c", "StringEquals", "ec2:AuthorizedService"))), " ")
					got = append(got, strings.ReplaceAll(line, "arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:", ""))
				}
			}
		}
	}
	slices.Sort(got)
	want := []string{
		"ec2:CreateNetworkInterface network-interface/*",
		"ec2:CreateNetworkInterface security-group/sg-00000001",
		"ec2:CreateNetworkInterface security-group/sg-00000002",
		"ec2:CreateNetworkInterface subnet/subnet-00000001",
		"ec2:CreateNetworkInterface subnet/subnet-00000002",
		"ec2:CreateNetworkInterface subnet/subnet-00000003",
		"ec2:CreateNetworkInterfacePermission network-interface/* subnet/subnet-00000001 subnet/subnet-00000002 subnet/subnet-00000003 codebuild.amazonaws.com",
		"ec2:DeleteNetworkInterface network-interface/* subnet/subnet-00000001 subnet/subnet-00000002 subnet/subnet-00000003",
		"ec2:DescribeDhcpOptions *", "ec2:DescribeNetworkInterfaces *", "ec2:DescribeSecurityGroups *", "ec2:DescribeSubnets *", "ec2:DescribeVpcs *",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("granted (-want +got):\n%s", diff)
	}
}

// flats writes out each of the values.
func flats(values any) []string {
	var all []string
	for _, value := range many(values) {
		all = append(all, flat(value))
	}
	return all
}

func TestBuildsInNetworksAreStartedStoppedAndHeardOf(t *testing.T) {
	d := loadNetworked(t)
	ids := d.projects(t)
	const arn = "arn:<AWS::Partition>:codebuild:<AWS::Region>:<AWS::AccountId>:project/"
	want := []string{arn + "Slipway-Script", arn + "Slipway-Script-bill-ing", arn + "Slipway-Script-orders"} // CDK sorts them
	for _, s := range d.statements(t) {
		if !slices.Contains(s.actions, "codebuild:StartBuild") && !slices.Contains(s.actions, "codebuild:StopBuild") {
			continue
		}
		if got := flats(s.resources); !slices.Equal(got, want) {
			t.Errorf("%s may %v on %v, want %v", s.holder, s.actions, got, want)
		}
	}
	var heard []string
	for _, project := range d.Resources["BuildEnded"].at("EventPattern", "detail", "project-name").([]any) {
		heard = append(heard, target(project))
	}
	if want := []string{ids["Slipway-Script"], ids["Slipway-Script-orders"], ids["Slipway-Script-bill-ing"]}; !slices.Equal(heard, want) {
		t.Errorf("the ends of the builds of %v are heard of, want %v", heard, want)
	}
}

func TestTheRoleOfBuildsIsTakenForItsProjectsOnly(t *testing.T) {
	var got []string
	for _, s := range loadNetworked(t).statements(t) {
		if slices.Contains(s.services, any("codebuild.amazonaws.com")) {
			condition := resource{Properties: map[string]any{"c": s.condition}}
			got = append(got, flat(condition.at("c", "ArnLike", "aws:SourceArn")))
		}
	}
	const arn = "arn:<AWS::Partition>:codebuild:<AWS::Region>:<AWS::AccountId>:project/"
	if want := []string{arn + "Slipway-Script", arn + "Slipway-Script-orders", arn + "Slipway-Script-bill-ing"}; !slices.Equal(got, want) {
		t.Errorf("it is taken for %v, want %v", got, want)
	}
}

func TestTheFunctionsKnowTheNamesOfNetworks(t *testing.T) {
	for id, f := range loadNetworked(t).of(t, "AWS::Lambda::Function") {
		text := fmt.Sprint(f.at("Environment", "Variables", "PLATFORM"))
		p, err := platform.Decode(text)
		if err != nil || !slices.Equal(p.NetworkNames(), []string{"orders", "bill-ing"}) || strings.Contains(text, "vpc-") {
			t.Errorf("%s is told %s, %v", id, text, err)
		}
	}
}
