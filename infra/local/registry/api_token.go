package registry

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"time"

	"slipway/infra/local/awsjson"
)

// tokenLife is how long a token is good for, per the GetAuthorizationToken
// reference. Here it is only told: the registry takes older ones as well.
const tokenLife = 12 * time.Hour

type tokenInput struct {
	RegistryIDs []string `json:"registryIds"`
}

type tokenOutput struct {
	AuthorizationData []authorizationData `json:"authorizationData"`
}

type authorizationData struct {
	AuthorizationToken string       `json:"authorizationToken"`
	ExpiresAt          awsjson.Time `json:"expiresAt"`
	ProxyEndpoint      string       `json:"proxyEndpoint"`
}

// getAuthorizationToken returns a token whose password is the access key id that
// signed the request, so that pushes tell who made them.
func (e *Engine) getAuthorizationToken(r *http.Request, in tokenInput) (any, error) {
	if slices.ContainsFunc(in.RegistryIDs, func(id string) bool { return id != e.Account }) {
		return nil, e.noRegistry("registryIds")
	}
	password := cmp.Or(awsjson.Caller(r), anonymous)
	return tokenOutput{[]authorizationData{{
		AuthorizationToken: base64.StdEncoding.EncodeToString([]byte("AWS:" + password)),
		ExpiresAt:          awsjson.Time(e.Clock.Now().Add(tokenLife)),
		ProxyEndpoint:      e.endpoint(),
	}}}, nil
}

// endpoint returns the URL that clients log in to.
func (e *Engine) endpoint() string { return "http://" + e.Host() }
