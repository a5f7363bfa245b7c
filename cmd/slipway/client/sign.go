package client

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
)

// service is the service that function URLs belong to, as signatures name it.
const service = "lambda"

// sign signs r, whose body is body, by AWS Signature Version 4.
func (c *Client) sign(r *http.Request, body []byte) error {
	if c.credentials == nil {
		return nil
	}
	credentials, err := c.credentials.Retrieve(r.Context())
	if err != nil {
		return fmt.Errorf("find AWS credentials: %w", err)
	}
	sum := sha256.Sum256(body)
	if err := c.signer.SignHTTP(r.Context(), credentials, r, hex.EncodeToString(sum[:]), service, c.region, c.now()); err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	return nil
}
