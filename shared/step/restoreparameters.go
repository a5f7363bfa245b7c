package step

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// restoreParameters are the parameters of [restoreJob].
type restoreParameters struct {
	Resource      backupResource      `json:"resource"` // the original
	Vault         string              `json:"vault"`
	Role          string              `json:"role"`
	RecoveryPoint string              `json:"recovery-point"` // an ARN, or latestPoint
	To            string              `json:"to"`             // the copy's name; "" for one that the attempt makes up
	Verify        restoreExpectations `json:"verify"`
	Keep          bool                `json:"keep"`
}

// latestPoint stands for the newest recovery point of the resource in the vault.
const latestPoint = "latest"

// copyMark stands between the original's name and the rest of a copy's. The deploy role
// may delete nothing whose name lacks it, so no step can delete an original.
const copyMark = "-restored-"

// parseRestore reads the parameters and checks what holds with placeholders and without.
func parseRestore(with json.RawMessage) (restoreParameters, *Problem) {
	p := restoreParameters{RecoveryPoint: latestPoint}
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	if problem := p.Resource.check(); problem != nil {
		return p, problem
	}
	if problem := checkVaultAndRole(p.Vault, p.Role); problem != nil {
		return p, problem
	}
	if problem := p.checkPoint(); problem != nil {
		return p, problem
	}
	if before, after, marked := strings.Cut(p.To, copyMark); p.To != "" && (!marked || before == "" || after == "") {
		return p, &Problem{"to", fmt.Sprintf("%.80q lacks %s after the original's name", p.To, copyMark), "write a name such as " + p.Resource.Name + copyMark + "drill, or leave it out"}
	}
	return p, p.Verify.check(p.Resource.Type)
}

// checkPoint refuses what can be no recovery point, whatever its placeholders stand for.
func (p restoreParameters) checkPoint() *Problem {
	if p.RecoveryPoint == latestPoint || strings.HasPrefix(p.RecoveryPoint, "arn:") || strings.HasPrefix(p.RecoveryPoint, "{") {
		return nil
	}
	return &Problem{"recovery-point", fmt.Sprintf("%.80q is neither an ARN nor %s", p.RecoveryPoint, latestPoint), "write latest, or the ARN that a backup step has as its output recovery-point"}
}

// templates returns the parameters that may hold placeholders.
func (p restoreParameters) templates() []Template {
	all := append(backupTemplates(p.Resource, p.Vault, p.Role), Template{Key: "recovery-point", Text: p.RecoveryPoint})
	if p.To != "" {
		all = append(all, Template{Key: "to", Text: p.To})
	}
	return all
}

// checkResolved checks what holds only once the placeholders are resolved, for an
// attempt whose copy has that name.
func (p restoreParameters) checkResolved(name string) *Problem {
	if problem := p.Resource.checkResolved(); problem != nil {
		return problem
	}
	if problem := checkResolvedVaultAndRole(p.Vault, p.Role); problem != nil {
		return problem
	}
	switch {
	case p.RecoveryPoint != latestPoint && !arn.IsARN(p.RecoveryPoint):
		return &Problem{"recovery-point", fmt.Sprintf("%.80q is no ARN", p.RecoveryPoint), "write latest, or the ARN of a recovery point"}
	case !strings.HasPrefix(name, p.Resource.Name+copyMark):
		return &Problem{"to", fmt.Sprintf("%.80q does not begin with %s", name, p.Resource.Name+copyMark), "write the original's name first, so that no copy is taken for another resource"}
	case !p.Resource.Type.form().MatchString(name):
		return &Problem{"to", fmt.Sprintf("%.80q is not a name of the type %s", name, p.Resource.Type), "write a shorter name, of the characters that the type allows"}
	}
	return nil
}

// copyName returns the name of the attempt's copy. One that is made up is another for
// each attempt: the name of a bucket is not free again as soon as it is deleted.
func (p restoreParameters) copyName(w Work) string {
	if p.To != "" {
		return p.To
	}
	return p.Resource.Name + copyMark + backupToken(w)[:8]
}
