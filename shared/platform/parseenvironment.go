package platform

import (
	"net/url"
	"slices"
	"strings"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

func (r *reader) environments(n *document.Node) []Environment {
	var all []Environment
	first := make(map[string]document.Position) // by name
	roles := make(map[string]Environment)       // by account and name, which IAM doesn't tell apart by case
	for _, item := range n.List() {
		e := r.environment(item)
		if at, again := first[e.Name]; again && e.Name != "" {
			r.problems.Add(item.Place, "give each a name of its own", "environment %q: line %d has one of that name", e.Name, at.Line)
		}
		first[e.Name] = item.Place
		key := e.Account + "/" + strings.ToLower(e.Role)
		if other, again := roles[key]; again && e.Deploys() && other.Name != e.Name {
			r.problems.Add(item.Place, "give each a role of its own", "environment %q: its role %s is that of environment %q", e.Name, e.Role, other.Name)
		} else if e.Deploys() {
			roles[key] = e
		}
		all = append(all, e)
	}
	return all
}

func (r *reader) environment(item *document.Node) Environment {
	e := Environment{Name: text(item, "name"), Account: text(item, "account"), Region: text(item, "region"),
		Role: text(item, "role"), Endpoint: text(item, "endpoint"), Allow: r.allowance(item)}
	if e.Name != "" {
		r.check(item.Get("name").Position, pipeline.CheckName("environment", e.Name))
	}
	if e.Name != "" && e.Account != "" && item.Get("region") == nil {
		r.problems.Add(item.Get("account").Place, `add "region": the Region of that account in which steps act, such as eu-central-1`,
			"environment %q names an account and no Region", e.Name)
	}
	if e.Endpoint != "" {
		r.endpoint(item, e)
	}
	if e.Role == "" && e.Endpoint == "" && (e.Account != "" || e.Allow != nil) {
		e.Role = roleFor(e.Name)
	}
	return e
}

// endpoint checks where an environment's endpoint is. What may be a password is not
// repeated.
func (r *reader) endpoint(item *document.Node, e Environment) {
	at := item.Get("endpoint").Position
	if strings.Contains(e.Endpoint, "@") {
		r.problems.Add(at, "write scheme, host and port only, such as http://127.0.0.1:5000", "the endpoint of environment %q holds credentials", e.Name)
		return
	}
	u, err := url.Parse(e.Endpoint)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || strings.ContainsAny(e.Endpoint, "?#") {
		r.problems.Add(at, "write scheme, host and port only, such as http://127.0.0.1:5000", "the endpoint %.80q of environment %q is no server's URL", e.Endpoint, e.Name)
	}
	if item.Get("allow") != nil {
		r.problems.Add(item.Get("allow").Place, "remove one of them: the deploy role is one of AWS, and what answers at an endpoint has rights of its own",
			"environment %q has an endpoint and allows something", e.Name)
	}
}

// allowance reads what an environment allows; nil when it has no such key.
func (r *reader) allowance(item *document.Node) Allowance {
	n := item.Get("allow")
	if n == nil {
		return nil
	}
	kinds := append(privileged(), Roles)
	all := Allowance{}
	for _, f := range n.Pairs() {
		if !slices.Contains(kinds, f.Name) {
			r.problems.Add(f.Position, unprivileged(f.Name, kinds), "%q is no step kind that acts in an environment", f.Name)
		}
		names := words(f.Value)
		slices.Sort(names)
		all[f.Name] = slices.Compact(names)
	}
	return all
}

// unprivileged returns what to write instead of a key that allows nothing.
func unprivileged(key string, kinds []string) string {
	if _, exists := step.Lookup(key); exists {
		return "remove it: steps of that kind act with the stack's own rights"
	}
	return document.Choice(key, kinds, "the keys here are")
}

// privileged returns the names of the step kinds that act with a deploy role, sorted.
func privileged() []string {
	var names []string
	for _, k := range step.Kinds() {
		if _, ok := k.(step.Privileged); ok {
			names = append(names, k.Name())
		}
	}
	return names
}
