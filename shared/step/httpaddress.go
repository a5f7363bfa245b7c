package step

import "net/netip"

// An addressZone says who may send requests to an address.
type addressZone int

// The zones.
const (
	publicZone   addressZone = iota // every step
	privateZone                     // steps that say allow-private
	loopbackZone                    // those, where the machine is the user's own
	closedZone                      // none
)

// addressRange is a range of addresses that have one zone.
type addressRange struct {
	prefix string
	zone   addressZone
	what   string // an address in it is
}

// addressRanges returns the ranges that are not public, of IANA's special-purpose
// address registries for IPv4 and IPv6; of ranges that overlap, the first counts.
func addressRanges() []addressRange {
	const reserved = "an address for special purposes"
	return []addressRange{
		{"0.0.0.0/8", closedZone, "the unspecified address"}, // Linux takes it for loopback
		{"10.0.0.0/8", privateZone, "a private address"},
		{"100.64.0.0/10", privateZone, "an address behind a carrier's NAT"},
		{"127.0.0.0/8", loopbackZone, "a loopback address"},
		{"169.254.0.0/16", closedZone, "a link-local address, as the machine's metadata has"},
		{"172.16.0.0/12", privateZone, "a private address"},
		{"192.0.0.0/24", closedZone, reserved},
		{"192.0.2.0/24", closedZone, "an address for documentation"},
		{"192.88.99.0/24", closedZone, reserved},
		{"192.168.0.0/16", privateZone, "a private address"},
		{"198.18.0.0/15", privateZone, "an address for benchmarks"},
		{"198.51.100.0/24", closedZone, "an address for documentation"},
		{"203.0.113.0/24", closedZone, "an address for documentation"},
		{"224.0.0.0/4", closedZone, "a multicast address"},
		{"240.0.0.0/4", closedZone, reserved},

		{"::1/128", loopbackZone, "a loopback address"},
		{"fd00:ec2::/32", closedZone, "an address of the machine's metadata"}, // per the EC2 user guide, "Instance metadata service"
		{"fc00::/7", privateZone, "a unique local address"},
		{"fe80::/10", closedZone, "a link-local address"},
		{"ff00::/8", closedZone, "a multicast address"},
		{"2001::/23", closedZone, reserved}, // Teredo among them, which hides an IPv4 address
		{"2001:db8::/32", closedZone, "an address for documentation"},
		{"3fff::/20", closedZone, "an address for documentation"},
		{"2000::/3", publicZone, ""},
		{"::/0", closedZone, reserved}, // IANA has given out nothing else for hosts
	}
}

// zoneOf returns the zone of an address and, unless that is public, what it is. An
// IPv6 address that stands for an IPv4 address is what that is.
func zoneOf(a netip.Addr) (addressZone, string) {
	a = embedded(a.Unmap().WithZone(""))
	for _, r := range addressRanges() {
		if netip.MustParsePrefix(r.prefix).Contains(a) {
			return r.zone, r.what
		}
	}
	return publicZone, "" // IPv4: what is in no range above
}

// embedded returns the IPv4 address that a stands for where translators and tunnels
// take it so: NAT64 (RFC 6052), 6to4 (RFC 3056) and IPv4-compatible addresses (RFC
// 4291); any other address it returns as it is.
func embedded(a netip.Addr) netip.Addr {
	if a.Is4() {
		return a
	}
	b := a.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a):
		return netip.AddrFrom4([4]byte(b[12:]))
	case netip.MustParsePrefix("2002::/16").Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	case netip.MustParsePrefix("::/96").Contains(a) && b[12]|b[13]|b[14] != 0:
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}
