package stack

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"slipway/shared/platform"
)

// vpcConfig tells CodeBuild which network a project's builds are in.
func vpcConfig(n platform.Network) *awscodebuild.CfnProject_VpcConfigProperty {
	return &awscodebuild.CfnProject_VpcConfigProperty{
		VpcId:            new(n.VPC),
		Subnets:          pointers(n.Subnets),
		SecurityGroupIds: pointers(n.SecurityGroups),
	}
}

// useNetworks allows CodeBuild to put builds into the networks: to make a network
// interface in one of their subnets, with their security groups, to hand it to its own
// service alone, and to delete it again; nil when there are no networks. The actions are
// those of "Allow CodeBuild access to AWS services required to create a VPC network
// interface" in the CodeBuild User Guide. What that guide leaves open and IAM can narrow
// is narrowed to the networks, since a script has its build's role.
func useNetworks(stack awscdk.Stack, networks []platform.Network) []awsiam.PolicyStatement {
	if len(networks) == 0 {
		return nil
	}
	var subnets, groups []*string
	for _, n := range networks {
		subnets = append(subnets, ec2ARNs(stack, "subnet", n.Subnets...)...)
		groups = append(groups, ec2ARNs(stack, "security-group", n.SecurityGroups...)...)
	}
	interfaces := ec2ARNs(stack, "network-interface", "*")
	inThem := map[string]any{"ec2:Subnet": subnets}
	forBuilds := map[string]any{"ec2:AuthorizedService": "codebuild.amazonaws.com"}
	return list(nil,
		allowEverywhere("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
		allow(slices.Concat(subnets, groups, interfaces), "ec2:CreateNetworkInterface"),
		allowWhen(&map[string]any{"ArnEquals": inThem}, interfaces, "ec2:DeleteNetworkInterface"),
		allowWhen(&map[string]any{"ArnEquals": inThem, "StringEquals": forBuilds}, interfaces, "ec2:CreateNetworkInterfacePermission"))
}

// ec2ARNs returns the ARNs of resources of EC2 in the stack's account and Region.
func ec2ARNs(stack awscdk.Stack, resource string, ids ...string) []*string {
	var all []*string
	for _, id := range ids {
		all = append(all, stack.FormatArn(&awscdk.ArnComponents{Service: new("ec2"), Resource: new(resource), ResourceName: new(id)}))
	}
	return all
}

// acceptNetworks accepts the asterisk of network interfaces in the policy of the role of builds.
func acceptNetworks(policy awsiam.Policy) {
	cdknag.NagSuppressions_AddResourceSuppressions(policy, &[]*cdknag.NagPackSuppression{
		accept("IAM5", "The asterisk stands for the network interfaces that builds have in the subnets of the condition; CodeBuild makes one for each build.",
			&cdknag.RegexAppliesTo{Regex: new(`/^Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface\/\*$/`)}),
	}, nil)
}
