package dynamodb

import (
	"crypto/sha256"
	encoding "encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

const (
	maxTokenSize = 36
	// tokenLife is how long a ClientRequestToken makes a transaction idempotent.
	tokenLife = 10 * time.Minute
	// tokenPurge is how many expired tokens a transaction with a token clears away.
	tokenPurge = 4
)

// A receipt is what is kept of a transaction under its ClientRequestToken.
type receipt struct {
	Request string    // a digest of what the transaction asked for
	Expires time.Time // from then on, the token is as good as new
}

// repeats tells whether the transaction was made before, under the same token.
func (w *writer) repeats(r transactWriteRequest) (bool, error) {
	if r.ClientRequestToken == "" {
		return false, nil
	}
	kept, err := store.GetJSON[receipt](w.tx, tokensTable, []byte(r.ClientRequestToken))
	if err != nil || kept == nil || !kept.Expires.After(w.engine.clock.Now()) {
		return false, err
	}
	digest, err := r.digest()
	if err == nil && digest != kept.Request {
		err = awsjson.Errorf("IdempotentParameterMismatchException",
			"ClientRequestToken %s was used for another transaction less than %s ago; a new transaction needs a new token",
			r.ClientRequestToken, tokenLife)
	}
	return err == nil, err
}

// remember keeps a receipt of the transaction, and clears some expired ones away.
func (w *writer) remember(r transactWriteRequest) error {
	if r.ClientRequestToken == "" {
		return nil
	}
	digest, err := r.digest()
	if err != nil {
		return err
	}
	w.purgeReceipts()
	expires := w.engine.clock.Now().Add(tokenLife)
	w.tx.Put(tokenAgesTable, tokenAge(expires, r.ClientRequestToken), []byte{})
	return store.PutJSON(w.tx, tokensTable, []byte(r.ClientRequestToken), receipt{digest, expires})
}

// digest is the same for requests that ask for the same actions, however they are written.
func (r transactWriteRequest) digest() (string, error) {
	raw, err := json.Marshal(r.TransactItems)
	if err != nil {
		return "", fmt.Errorf("digest transaction: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

func tokenAge(expires time.Time, token string) []byte {
	return append(encoding.BigEndian.AppendUint64(nil, uint64(expires.UnixNano())), token...)
}

// purgeReceipts deletes a few receipts that have expired, so that they never pile up.
func (w *writer) purgeReceipts() {
	now := tokenAge(w.engine.clock.Now(), "")
	var old [][]byte
	for age := range w.tx.Scan(tokenAgesTable, nil) {
		if slices.Compare(age, now) > 0 || len(old) == tokenPurge {
			break
		}
		old = append(old, slices.Clone(age))
	}
	for _, age := range old {
		w.tx.Delete(tokenAgesTable, age)
		w.tx.Delete(tokensTable, age[8:])
	}
}
