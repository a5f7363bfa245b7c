package s3

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
)

// A caller is who sent a request. Signatures are not verified: the access key id
// that a request claims is believed.
type caller struct {
	key     string // access key id; empty for an anonymous request
	address string // IP address
}

// identify finds out who calls, from the Authorization header or the parameters
// of a presigned URL, and leaves only the operation's own parameters in the query.
func (c *call) identify() error {
	c.caller.address = "127.0.0.1" // a request handed over in process has no address
	if host, _, err := net.SplitHostPort(c.r.RemoteAddr); err == nil {
		c.caller.address = host
	}
	if authorization := c.header.Get("Authorization"); authorization != "" {
		return c.signed(authorization)
	}
	switch {
	case c.query.Has("X-Amz-Algorithm"):
		return c.presignedV4()
	case c.query.Has("AWSAccessKeyId"):
		return c.presignedV2()
	}
	return nil
}

// signed reads an Authorization header of Signature Version 4, or of the older
// Version 2: "AWS <access key id>:<signature>".
func (c *call) signed(authorization string) error {
	if rest, old := strings.CutPrefix(authorization, "AWS "); old {
		c.caller.key, _, _ = strings.Cut(rest, ":")
		return nil
	}
	if c.caller.key = awsjson.Caller(c.r); c.caller.key == "" {
		return invalidArgument("Authorization", authorization, "Unsupported Authorization Type")
	}
	return nil
}

// presignedV4 reads a URL signed with Signature Version 4, per "Authenticating
// Requests: Using Query Parameters" in the Amazon S3 API reference. The URL's date
// may lie ahead of the clock, for a signer has a clock of its own.
func (c *call) presignedV4() error {
	c.caller.key, _, _ = strings.Cut(c.query.Get("X-Amz-Credential"), "/")
	signed, err := time.Parse("20060102T150405Z", c.query.Get("X-Amz-Date"))
	if err != nil {
		return badQueryAuth("X-Amz-Date must be formatted 20060102T150405Z")
	}
	seconds, err := strconv.Atoi(c.query.Get("X-Amz-Expires"))
	if err != nil || seconds < 0 || seconds > 604800 {
		return badQueryAuth("X-Amz-Expires must be a number of seconds from 0 to 604800, which is a week")
	}
	if err := c.checkExpiry(signed.Add(time.Duration(seconds) * time.Second)); err != nil {
		return err.with("X-Amz-Expires", strconv.Itoa(seconds))
	}
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
		"X-Amz-Signature", "X-Amz-Security-Token"} {
		c.query.Del(name)
	}
	c.adoptHeaders()
	return nil
}

// presignedV2 reads a URL signed with Signature Version 2, as older clients make them.
func (c *call) presignedV2() error {
	c.caller.key = c.query.Get("AWSAccessKeyId")
	seconds, err := strconv.ParseInt(c.query.Get("Expires"), 10, 64)
	if err != nil {
		return accessDenied().with("Reason", "Invalid date (should be seconds since epoch): "+c.query.Get("Expires"))
	}
	if err := c.checkExpiry(time.Unix(seconds, 0)); err != nil {
		return err
	}
	for _, name := range []string{"AWSAccessKeyId", "Expires", "Signature"} {
		c.query.Del(name)
	}
	c.adoptHeaders()
	return nil
}

func (c *call) checkExpiry(end time.Time) *fault {
	now := c.engine.Clock.Now()
	if !now.After(end) {
		return nil
	}
	return newFault(http.StatusForbidden, "AccessDenied", "Request has expired").
		with("Expires", timestamp(end)).with("ServerTime", timestamp(now))
}

// adoptHeaders turns the x-amz parameters of a presigned URL into the headers that they stand for.
func (c *call) adoptHeaders() {
	for name, values := range c.query {
		if strings.HasPrefix(strings.ToLower(name), "x-amz-") {
			c.header[http.CanonicalHeaderKey(name)] = values
			c.query.Del(name)
		}
	}
}

func badQueryAuth(message string) *fault {
	return newFault(http.StatusBadRequest, "AuthorizationQueryParametersError", "%s", message)
}
