package pattern

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// parseCIDR accepts the addresses of the network that operand names; one address
// is no network, as in event-ruler.
func parseCIDR(operand any) (func(leaf) bool, error) {
	text, ok := operand.(string)
	if !ok {
		return nil, errors.New(`cidr must be a string such as "10.0.0.0/24"`)
	}
	start, mask, _ := strings.Cut(text, "/")
	address, ok := parseAddress(start)
	bits, err := strconv.Atoi(mask)
	if !ok || err != nil || bits < 0 {
		return nil, fmt.Errorf("cidr %q is not an address, a slash and mask bits, such as 10.0.0.0/24", text)
	}
	if bits >= address.BitLen() {
		return nil, fmt.Errorf("cidr %q: mask bits must be less than %d", text, address.BitLen())
	}
	network := netip.PrefixFrom(address, bits).Masked()
	return onText(func(got string) bool {
		address, ok := parseAddress(got)
		return ok && network.Contains(address)
	}), nil
}

// parseAddress reads an IP address as event-ruler does: an IPv4 address within an
// IPv6 one, such as ::ffff:a00:5, is the IPv4 address; written with dots, as in
// ::ffff:10.0.0.5, it is none, and neither is an address with a zone.
func parseAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	mixed := strings.Contains(text, ":") && strings.ContainsAny(text, ".%")
	return address.Unmap(), err == nil && !mixed
}
