package step

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// backupParameters are the parameters of [backupJob].
type backupParameters struct {
	Resource backupResource `json:"resource"`
	Vault    string         `json:"vault"`
	Role     string         `json:"role"`
	Retain   int            `json:"retain"` // in days
}

// maxRetain is the longest retention in days, per the Lifecycle of the StartBackupJob reference.
const maxRetain = 36500

var (
	// vaultName is the form of a vault's name, per the CreateBackupVault reference.
	vaultName = regexp.MustCompile(`^[A-Za-z0-9_-]{2,50}$`)
	// roleName is the form of a role's name, after its path if it has one, per the IAM
	// user guide, "IAM and AWS STS quotas".
	roleName = regexp.MustCompile(`^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$`)
)

// parseBackup reads the parameters and checks what holds with placeholders and without.
func parseBackup(with json.RawMessage) (backupParameters, *Problem) {
	var p backupParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	if problem := p.Resource.check(); problem != nil {
		return p, problem
	}
	if problem := checkVaultAndRole(p.Vault, p.Role); problem != nil {
		return p, problem
	}
	if p.Retain < 1 || p.Retain > maxRetain {
		return p, &Problem{"retain", fmt.Sprintf("is %d", p.Retain), fmt.Sprintf("write for how many days to keep the backup, from 1 to %d", maxRetain)}
	}
	return p, nil
}

// checkVaultAndRole returns a problem with what both kinds must have.
func checkVaultAndRole(vault, role string) *Problem {
	switch {
	case vault == "":
		return &Problem{"vault", "is missing", "name the backup vault that keeps the recovery points"}
	case role == "":
		return &Problem{"role", "is missing", "name the role that AWS Backup assumes, one of the environment's allow: { roles: … }"}
	}
	return nil
}

// checkResolvedVaultAndRole checks what holds only once the placeholders are resolved.
func checkResolvedVaultAndRole(vault, role string) *Problem {
	switch {
	case !vaultName.MatchString(vault):
		return &Problem{"vault", fmt.Sprintf("%.80q is not a vault's name", vault), "write its name alone, such as nightly"}
	case !roleName.MatchString(role):
		return &Problem{"role", fmt.Sprintf("%.80q is not a role's name", role), "write its name alone, such as storefront-backup"}
	}
	return nil
}

// checkResolved checks what holds only once the placeholders are resolved.
func (p backupParameters) checkResolved() *Problem {
	if problem := p.Resource.checkResolved(); problem != nil {
		return problem
	}
	return checkResolvedVaultAndRole(p.Vault, p.Role)
}

// backupTemplates returns the templates that both kinds have.
func backupTemplates(r backupResource, vault, role string) []Template {
	return []Template{
		{Key: "resource", Text: r.Name, Within: []string{"name"}},
		{Key: "vault", Text: vault},
		{Key: "role", Text: role},
	}
}
