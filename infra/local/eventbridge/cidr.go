package eventbridge

import (
	"errors"
	"fmt"
	"net/netip"
)

// parseCIDR accepts the addresses of the network that operand names; one address
// is no network, as in event-ruler.
func parseCIDR(operand any) (func(leaf) bool, error) {
	text, ok := operand.(string)
	if !ok {
		return nil, errors.New(`cidr must be a string such as "10.0.0.0/24"`)
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, fmt.Errorf("cidr %q is not an address, a slash and mask bits, such as 10.0.0.0/24", text)
	}
	if network.IsSingleIP() {
		return nil, fmt.Errorf("cidr %q: mask bits must be less than %d", text, network.Bits())
	}
	network = network.Masked()
	return onText(func(got string) bool {
		address, err := netip.ParseAddr(got)
		return err == nil && network.Contains(address)
	}), nil
}
