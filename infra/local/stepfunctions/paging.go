package stepfunctions

import (
	"encoding/base64"

	"slipway/infra/local/awsjson"
)

// pageSize returns how many results a page has, of 100 by default and 1000 at most.
func pageSize(asked int) (int, error) {
	if asked < 0 || asked > 1000 {
		return 0, awsjson.Errorf("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must be between 0 and 1000", asked)
	}
	if asked == 0 {
		return 100, nil
	}
	return asked, nil
}

// parsePaging returns the size of the page that is asked for, and the key in its token.
func parsePaging(maxResults int, token string) (size int, after []byte, err error) {
	if size, err = pageSize(maxResults); err == nil {
		after, err = parsePage(token)
	}
	return size, after, err
}

// pageToken is the token of the page after the one that ends with the result at key.
func pageToken(key []byte) string { return base64.URLEncoding.EncodeToString(key) }

// parsePage returns the key in a page token, nil for the first page.
func parsePage(token string) ([]byte, error) {
	if token == "" {
		return nil, nil
	}
	key, err := base64.URLEncoding.DecodeString(token)
	if err != nil || len(key) == 0 {
		return nil, errInvalidPage()
	}
	return key, nil
}

func errInvalidPage() error { return awsjson.Errorf("InvalidToken", "Invalid Token: 'Invalid token'") }
