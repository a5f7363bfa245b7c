package workflows_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// fits tells what is wrong with a call that a answers: with what the function is
// told, or with the answer itself.
func (a answer) fits(s state, c contract, payload []byte) error {
	if c.input == nil {
		return fmt.Errorf("contracts doesn't list the function")
	}
	if err := decodeStrictly(payload, c.input()); err != nil {
		return fmt.Errorf("payload %s is not what the function takes: %w", payload, err)
	}
	if a.Result != nil {
		if err := decodeStrictly(a.Result, c.output()); err != nil {
			return fmt.Errorf("result %s is not what the function returns: %w", a.Result, err)
		}
	}
	return errors.Join(a.check(s), a.told(payload))
}

// check tells whether a is an answer that a task of s can have.
func (a answer) check(s state) error {
	ways := 0
	for _, given := range []bool{a.Result != nil, a.Error != "", a.Token != nil, a.Unanswered, a.Late} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1:
		return errors.New("an answer is one of result, error, token, unanswered and late")
	case s.waitsForToken() && (a.Result != nil || a.Late):
		return errors.New("the state waits for its token: answer with token, unanswered or error")
	case !s.waitsForToken() && (a.Token != nil || a.Unanswered):
		return errors.New("the state has no token: answer with result, late or error")
	case a.Token != nil && (a.Token.Success == nil) == (a.Token.Failure == nil):
		return errors.New("a token is answered with either success or failure")
	}
	return nil
}

// told compares what the function is told, besides the token, with what a wants it to be.
func (a answer) told(payload []byte) error {
	if a.Given == nil {
		return nil
	}
	var got, want map[string]any
	if err := errors.Join(json.Unmarshal(payload, &got), json.Unmarshal(a.Given, &want)); err != nil {
		return err
	}
	delete(got, "token")
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the function is told %v, want %v", got, want)
	}
	return nil
}
