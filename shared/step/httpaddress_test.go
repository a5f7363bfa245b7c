package step_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"slipway/shared/step"
)

func TestAddressesAreReachedByWhoMay(t *testing.T) {
	// always: every step; allowed: with allow-private; own: with allow-private where
	// loopback is the user's own; never: no step.
	for address, who := range map[string]string{
		"93.184.216.34": "always", "1.1.1.1": "always", "172.15.255.255": "always", "172.32.0.0": "always", "100.63.255.255": "always",
		"100.128.0.0": "always", "169.253.0.1": "always", "11.0.0.0": "always", "128.0.0.1": "always", "223.255.255.255": "always",
		"[2606:2800:220:1::1]": "always", "[2a00:1450::1]": "always", "[2001:4860:4860::8888]": "always", "[2001:200::1]": "always",

		"10.0.0.1": "allowed", "10.255.255.255": "allowed", "172.16.0.1": "allowed", "172.31.255.255": "allowed", "192.168.1.1": "allowed",
		"100.64.0.1": "allowed", "100.127.255.255": "allowed", "198.18.0.1": "allowed", "[fd12:3456::1]": "allowed", "[fc00::1]": "allowed",

		"127.0.0.1": "own", "127.8.8.8": "own", "[::1]": "own",

		"0.0.0.0": "never", "0.1.2.3": "never", "169.254.169.254": "never", "169.254.170.2": "never", "169.254.0.1": "never", "224.0.0.1": "never",
		"239.255.255.255": "never", "240.0.0.1": "never", "255.255.255.255": "never", "192.0.0.170": "never", "192.0.2.1": "never",
		"192.88.99.1": "never", "198.51.100.1": "never", "203.0.113.1": "never",
		"[::]": "never", "[fe80::1]": "never", "[febf::1]": "never", "[fec0::1]": "never", "[ff02::1]": "never", "[fd00:ec2::254]": "never", "[fd00:ec2::23]": "never",
		"[2001:db8::1]": "never", "[3fff::1]": "never", "[2001::1]": "never", "[100::1]": "never", "[4000::1]": "never", "[5f00::1]": "never",

		// IPv6 addresses that stand for IPv4 addresses: mapped, NAT64, 6to4, compatible.
		"[::ffff:93.184.216.34]": "always", "[64:ff9b::93.184.216.34]": "always", "[2002:5db8:d822::1]": "always",
		"[::ffff:10.0.0.1]": "allowed", "[64:ff9b::10.0.0.1]": "allowed", "[2002:0a00:0001::]": "allowed", "[::10.0.0.1]": "allowed",
		"[::ffff:127.0.0.1]": "own", "[64:ff9b::7f00:1]": "own", "[2002:7f00:0001::]": "own", "[::127.0.0.1]": "own",
		"[::ffff:169.254.169.254]": "never", "[64:ff9b::a9fe:a9fe]": "never", "[2002:a9fe:a9fe::]": "never", "[::169.254.169.254]": "never",
		"[64:ff9b:1::169.254.169.254]": "never", "[::ffff:0:169.254.169.254]": "never",
	} {
		for _, c := range []struct {
			private  string
			loopback bool
			reached  bool
		}{
			{"false", true, who == "always"},
			{"true", true, who != "never"},
			{"true", false, who == "always" || who == "allowed"},
		} {
			w := newWeb(t, answering(200, ""))
			attempt := work(`{"url": "http://`+address+`/", "allow-private": `+c.private+`}`, step.Artifact{})
			_, err := newStack(t).on(step.Web{Network: w, Loopback: c.loopback}).Start(context.Background(), "http", attempt)
			if c.reached && err != nil {
				t.Errorf("%s with %+v: %v", address, c, err)
			} else if !c.reached {
				wantFailure(t, address, err, "PrivateAddress: host "+strings.Trim(address, "[]")+" is at ", true)
				if len(w.dials()) > 0 {
					t.Errorf("%s: dialed %q", address, w.dials())
				}
			}
			if w.lookups > 0 {
				t.Errorf("%s is looked up", address)
			}
		}
	}
}

func TestTheRefusalOfAnAddressSaysWhatToDo(t *testing.T) {
	for address, want := range map[string]string{
		"10.1.2.3":        "PrivateAddress: host internal.example is at 10.1.2.3, a private address; say allow-private: true if it is meant",
		"127.0.0.1":       "PrivateAddress: host internal.example is at 127.0.0.1, a loopback address; say allow-private: true if it is meant",
		"169.254.169.254": "PrivateAddress: host internal.example is at 169.254.169.254, a link-local address, as the machine's metadata has; a step can't send requests there",
	} {
		w := newWeb(t, answering(200, ""))
		w.addresses = [][]string{{address}}
		if _, _, err := newStack(t).ask(w, `{"url": "http://internal.example/"}`); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
}

func TestAHostWithOneAddressOutOfBoundsIsNotReachedAtAll(t *testing.T) {
	w := newWeb(t, answering(200, ""))
	w.addresses = [][]string{{"93.184.216.34", "::ffff:10.0.0.1"}}
	_, _, err := newStack(t).ask(w, `{"url": "http://example.com/"}`)
	wantFailure(t, "one of two", err, "PrivateAddress: ", true)
	if len(w.dials()) > 0 {
		t.Errorf("dialed %q", w.dials())
	}
}

func TestTheNextAddressIsTriedWhenOneDoesNotAnswer(t *testing.T) {
	w := newWeb(t, answering(200, ""))
	w.addresses, w.refuse = [][]string{{"2606:2800:220:1::1", "93.184.216.34"}}, 1
	if _, _, err := newStack(t).ask(w, `{"url": "http://example.com/"}`); err != nil {
		t.Error(err)
	}
	if !slices.Equal(w.dials(), []string{"[2606:2800:220:1::1]:80", "93.184.216.34:80"}) {
		t.Errorf("dialed %q", w.dials())
	}
}
