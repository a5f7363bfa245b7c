package step

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// Web is how http steps reach servers.
type Web struct {
	Network  Network
	Roots    *x509.CertPool // what vouches for https servers; nil for the machine's own
	Loopback bool           // whether the machine's own servers may be reached by allow-private
}

// A Network looks hosts up and connects to their addresses; [Internet] is one.
type Network interface {
	Lookup(ctx context.Context, host string) ([]netip.Addr, error)
	Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error)
}

// Internet is the machine's own [Network].
type Internet struct{}

// Lookup implements [Network].
func (Internet) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// Dial implements [Network].
func (Internet) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", to.String())
}

// dialTimeout is how long one address of a host may take to answer.
const dialTimeout = 10 * time.Second

// A guardedDialer connects only to addresses that the step may reach. It looks the
// host up itself, once for each connection, and dials the addresses that it has
// judged: a name that means another address the next moment gets nobody past it.
type guardedDialer struct {
	web          Web
	allowPrivate bool
}

// DialContext connects to address, a host and a port, as [http.Transport] asks it to.
// A host of which a single address is out of bounds is a permanent [*Failure].
func (g guardedDialer) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	host, digits, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("port of %s: %w", address, err)
	}
	addresses, err := g.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addresses {
		if failure := g.judge(host, a); failure != nil {
			return nil, failure
		}
	}
	return g.dialAny(ctx, addresses, uint16(port))
}

// lookup returns the addresses of a host, which may be an address itself.
func (g guardedDialer) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if literal, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{literal}, nil
	}
	addresses, err := g.web.Network.Lookup(ctx, host)
	if err == nil && len(addresses) == 0 {
		err = fmt.Errorf("host %s has no address", host)
	}
	return addresses, err
}

// dialAny connects to the first of the addresses that answers.
func (g guardedDialer) dialAny(ctx context.Context, addresses []netip.Addr, port uint16) (net.Conn, error) {
	var failed []error
	for _, a := range addresses {
		limited, cancel := context.WithTimeout(ctx, dialTimeout)
		conn, err := g.web.Network.Dial(limited, netip.AddrPortFrom(a.Unmap(), port))
		cancel()
		if err == nil {
			return conn, nil
		}
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

// judge returns the failure of a host with an address that the step may not reach.
func (g guardedDialer) judge(host string, a netip.Addr) error {
	remedy := "a step can't send requests there"
	switch z, what := zoneOf(a); {
	case z == publicZone || g.allowPrivate && (z == privateZone || z == loopbackZone && g.web.Loopback):
		return nil
	case z == privateZone || z == loopbackZone && g.web.Loopback:
		remedy = "say allow-private: true if it is meant"
		fallthrough
	default:
		return permanent("PrivateAddress", "host %s is at %s, %s; %s", host, a, what, remedy)
	}
}
