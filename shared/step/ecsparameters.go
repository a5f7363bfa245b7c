package step

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// ecsParameters are the parameters of [ecsService].
type ecsParameters struct {
	Cluster        string            `json:"cluster"`
	Service        string            `json:"service"`
	Images         map[string]string `json:"images"`          // packages by the names of containers
	DesiredCount   *int32            `json:"desired-count"`   // nil leaves it as it is
	CircuitBreaker bool              `json:"circuit-breaker"` // go back when tasks don't start
	Alarms         watchedAlarms     `json:"alarms"`          // none leaves those of the service
}

// maxECSTasks is the most tasks of a service, per the quotas of ECS.
const maxECSTasks = 5000

// ecsName is the form of the names of clusters, services and containers, per the
// CreateCluster, CreateService and RegisterTaskDefinition references.
var ecsName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)

func parseECS(with json.RawMessage) (ecsParameters, *Problem) {
	p := ecsParameters{CircuitBreaker: true}
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case p.Cluster == "":
		return p, &Problem{"cluster", "is missing", "name the cluster of the service"}
	case p.Service == "":
		return p, &Problem{"service", "is missing", "name the service"}
	case len(p.Images) == 0:
		return p, &Problem{"images", "is missing", "name a package for each container whose image is to be replaced, such as { api: api }"}
	case p.DesiredCount != nil && (*p.DesiredCount < 0 || *p.DesiredCount > maxECSTasks):
		return p, &Problem{"desired-count", fmt.Sprintf("is %d", *p.DesiredCount), fmt.Sprintf("write a number of tasks from 0 to %d", maxECSTasks)}
	}
	for _, container := range slices.Sorted(maps.Keys(p.Images)) {
		switch {
		case !ecsName.MatchString(container):
			return p, &Problem{"images", fmt.Sprintf("%.80q is not a container's name", container), "write at most 255 letters, digits, \"_\" and \"-\""}
		case p.Images[container] == "":
			return p, &Problem{"images", fmt.Sprintf("container %s has no package", container), "name a package of the feed ecr"}
		}
	}
	return p, p.Alarms.check()
}

// checkResolved checks what holds only once the placeholders are resolved.
func (p ecsParameters) checkResolved() *Problem {
	for _, named := range [][2]string{{"cluster", p.Cluster}, {"service", p.Service}} {
		if !ecsName.MatchString(named[1]) {
			return &Problem{named[0], fmt.Sprintf("%.80q is not a name", named[1]), "write its name, not its ARN: at most 255 letters, digits, \"_\" and \"-\""}
		}
	}
	return nil
}
