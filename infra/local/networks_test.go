package local_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codebuild"

	"slipway/events"
	"slipway/infra/template"
)

// withNetwork returns the template of an installation whose platform file has the network
// orders too.
func withNetwork(t *testing.T) []byte {
	t.Helper()
	platform := strings.ReplaceAll(string(template.JSON), `\"repositories\":[\"storefront/api\"]`, `\"repositories\":[\"storefront/api\"],\"networks\":[{\"name\":\"orders\"}]`)
	var source struct {
		Parameters, Outputs map[string]any
		Resources           map[string]map[string]any
		Description         string
	}
	if err := json.Unmarshal([]byte(platform), &source); err != nil {
		t.Fatal(err)
	}
	outside, ended := properties(source.Resources["Script"]), properties(source.Resources["BuildEnded"])
	inside := maps.Clone(outside)
	inside["Name"] = outside["Name"].(string) + "-orders"
	inside["VpcConfig"] = map[string]any{"VpcId": "vpc-00000001", "Subnets": []string{"subnet-00000001"}, "SecurityGroupIds": []string{"sg-00000001"}}
	source.Resources["ScriptInOrders"] = map[string]any{"Type": "AWS::CodeBuild::Project", "Properties": inside}
	detail := ended["EventPattern"].(map[string]any)["detail"].(map[string]any)
	detail["project-name"] = append(detail["project-name"].([]any), map[string]any{"Ref": "ScriptInOrders"})
	changed, err := json.Marshal(source)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func properties(resource map[string]any) map[string]any {
	return resource["Properties"].(map[string]any)
}

func TestAScriptInANetworkRunsOnThisMachine(t *testing.T) {
	w := newWorldOf(t, withNetwork(t), 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{scriptStep("migrate", "true", "network: orders", "compute: medium")}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
	project := "Slipway-Script-orders"
	builds, err := codebuild.NewFromConfig(w.stack.Configuration(manager)).ListBuildsForProject(context.Background(), &codebuild.ListBuildsForProjectInput{ProjectName: &project})
	if err != nil || len(builds.Ids) != 1 {
		t.Errorf("the builds of the network are %+v, %v", builds, err)
	}
}

func TestAProjectFileThatNamesANetworkThatIsNotThereIsRefused(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{scriptStep("migrate", "true", "network: orders")}}.String())
	w.run(time.Hour)
	rejected := happened[events.ProjectRejected](w)
	want := events.Problem{Line: 10, Column: 71, Message: `network "orders" is not in the platform file`, Remedy: "the networks there are none"}
	if len(rejected) != 1 || !slices.Equal(rejected[0].Problems, []events.Problem{want}) {
		t.Errorf("project files refused: %+v", rejected)
	}
}
