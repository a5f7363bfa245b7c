package stepfunctions

import (
	"encoding/base64"
	"encoding/json"
	"errors"

	"slipway/infra/local/awsjson"
)

// A tokenClaim is what a task token says: which thread of which execution it
// ends, and an identifier that makes it unique and hard to guess.
type tokenClaim struct {
	Execution string `json:"e"`
	Thread    int    `json:"t"`
	ID        string `json:"i"`
}

func newToken(execution string, thread int, id string) string {
	return base64.RawURLEncoding.EncodeToString(marshal(tokenClaim{execution, thread, id}))
}

func parseToken(token string) (tokenClaim, error) {
	var c tokenClaim
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || c.Execution == "" || c.ID == "" {
		return c, awsjson.Errorf("InvalidToken", "Invalid Token: 'Invalid token'")
	}
	return c, nil
}

// answerToken changes the task that waits for token. It returns TaskTimedOut
// when the task has ended in any way, and InvalidToken for what is no token.
func (e *Engine) answerToken(token string, f func(*run, *thread)) error {
	claim, err := parseToken(token)
	if err != nil {
		return err
	}
	over := awsjson.Errorf("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
	err = e.update(claim.Execution, func(r *run) error {
		t := r.thread(claim.Thread)
		if t == nil || t.Task == nil || t.Task.Token != token {
			return over
		}
		if late := t.ownDue(); !late.IsZero() && !r.now.Before(late) {
			return over
		}
		f(r, t)
		return nil
	})
	if errors.Is(err, errStale) {
		return over
	}
	return err
}
