package platform

// An Environment is a place to deploy to, and what steps may do there.
type Environment struct {
	Name    string `json:"name"`
	Account string `json:"account,omitempty"` // 12 digits; "" for the stack's own
	Region  string `json:"region,omitempty"`  // "" for the stack's own; named where Account is
	// Role is the name of the deploy role that steps take in Account; "" for none: steps
	// then act with the stack's own rights.
	Role string `json:"role,omitempty"`
	// Endpoint is the URL of a server that answers in AWS's place: scheme, host and
	// maybe a port. "" for AWS itself, or for the engines of local mode.
	Endpoint string `json:"endpoint,omitempty"`
	// Allow is what the deploy role lets steps act on. It is the stack's to grant, and
	// the functions have no use for it: it is not in the JSON.
	Allow Allowance `json:"-"`
}

// An Allowance lists what steps may act on in an environment, by step kind: names in
// the kind's own terms, which may end in an asterisk. Under [Roles], it lists the IAM
// roles that steps may hand on to services. Each list is sorted and has distinct names.
type Allowance map[string][]string

// Roles is the key of an [Allowance] that is no step kind.
const Roles = "roles"

// Elsewhere tells whether the environment is in an account or a Region that the file
// names, where a stack of its own is to be deployed.
func (e Environment) Elsewhere() bool { return (e.Account != "" || e.Region != "") && e.Endpoint == "" }

// Deploys tells whether steps act in the environment with a deploy role in AWS.
func (e Environment) Deploys() bool { return e.Role != "" && e.Endpoint == "" }

// ExternalID returns the external id without which nobody takes the environment's
// deploy role: "Slipway/" and the environment's name.
func (e Environment) ExternalID() string { return ExternalID(e.Name) }

// ExternalID returns the external id of the deploy role of the named environment. It is
// no secret: it keeps the role of one environment from being taken for another.
func ExternalID(environment string) string { return "Slipway/" + environment }

// roleFor returns the name of the deploy role of an environment that names none but
// needs one.
func roleFor(environment string) string { return "slipway-deploy-" + environment }
