package platform

// A Network is a part of a VPC, in the stack's own account and Region, in which scripts
// run whose steps name it.
type Network struct {
	Name string `json:"name"`
	// VPC, Subnets and SecurityGroups are ids, such as "vpc-0a1b2c3d4e5f60718". They are
	// the stack's to set, and the functions have no use for them: they are not in the JSON.
	VPC            string   `json:"-"`
	Subnets        []string `json:"-"` // of VPC, distinct, 1 to 16
	SecurityGroups []string `json:"-"` // of VPC, distinct, 1 to 5
}

// NetworkNames returns the names of the networks, in the file's order.
func (p Platform) NetworkNames() []string {
	names := make([]string, len(p.Networks))
	for i, n := range p.Networks {
		names[i] = n.Name
	}
	return names
}
