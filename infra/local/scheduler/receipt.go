package scheduler

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// receiptLife is how long a ClientToken makes a request idempotent. The
// documentation gives no time.
const receiptLife = 8 * time.Hour

// receiptPurge is how many expired receipts a request with a token clears away.
const receiptPurge = 4

var tokenPattern = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,64}$`)

// A receipt is what is kept of a request under its ClientToken.
type receipt struct {
	Request json.RawMessage
	Answer  json.RawMessage
	Expires time.Time // from then on, the token is as good as new
}

// once runs a request in one transaction, unless it was answered before under the
// same token: then it returns that answer again.
func (e *Engine) once(operation, token string, request any, run func(tx store.Tx) (any, error)) (answer any, err error) {
	if token != "" && !tokenPattern.MatchString(token) {
		return nil, check(constraint{false, "clientToken", token, "satisfy regular expression pattern: " + tokenPattern.String()})
	}
	err = e.Store.Update(func(tx store.Tx) (err error) {
		if token == "" {
			answer, err = run(tx)
			return err
		}
		answer, err = e.onceIn(tx, operation+"/"+token, request, run)
		return err
	})
	return answer, err
}

func (e *Engine) onceIn(tx store.Tx, key string, request any, run func(tx store.Tx) (any, error)) (any, error) {
	asked, err := awsjson.Encode(request)
	if err != nil {
		return nil, err
	}
	kept, err := store.GetJSON[receipt](tx, receiptsTable, []byte(key))
	if err != nil {
		return nil, err
	}
	if kept != nil && kept.Expires.After(e.Clock.Now()) {
		if string(kept.Request) != string(asked) {
			return nil, &awsjson.Error{Code: "ConflictException", Status: http.StatusConflict,
				Message: "The client token was used for a request with other parameters; a new request needs a new token."}
		}
		return kept.Answer, nil
	}
	answer, err := run(tx)
	if err != nil {
		return nil, err
	}
	return answer, e.keep(tx, key, asked, answer)
}

// keep stores a receipt, and clears some expired ones away.
func (e *Engine) keep(tx store.Tx, key string, request []byte, answer any) error {
	e.purgeReceipts(tx)
	given, err := awsjson.Encode(answer)
	if err != nil {
		return err
	}
	expires := e.Clock.Now().Add(receiptLife)
	tx.Put(receiptAges, receiptAge(expires, key), []byte{})
	return store.PutJSON(tx, receiptsTable, []byte(key), receipt{request, given, expires})
}

func receiptAge(expires time.Time, key string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(expires.Unix())), key...)
}

// purgeReceipts deletes a few receipts that have expired, so that they never pile up.
func (e *Engine) purgeReceipts(tx store.Tx) {
	now := receiptAge(e.Clock.Now(), "")
	var old [][]byte
	for age := range tx.Scan(receiptAges, nil) {
		if slices.Compare(age, now) > 0 || len(old) == receiptPurge {
			break
		}
		old = append(old, slices.Clone(age))
	}
	for _, age := range old {
		tx.Delete(receiptAges, age)
		tx.Delete(receiptsTable, age[len(now):])
	}
}
