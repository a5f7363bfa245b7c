package lambda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// permissionsTable holds what functions' resource policies say: function, 0, statement
// id → statement. It has no effect: on one machine everybody may invoke.
const permissionsTable = "lambda/permissions"

var (
	statementID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
	accountID   = regexp.MustCompile(`^\d{12}$`)
)

// A statement is one of a resource policy.
type statement struct {
	Sid       string
	Effect    string
	Principal any
	Action    string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
}

type addPermissionInput struct {
	StatementId         string
	Action              string
	Principal           string
	SourceArn           string
	SourceAccount       string
	FunctionUrlAuthType string
}

// statement returns the statement that in asks for, or what is wrong with it.
func (in addPermissionInput) statement(function string) (statement, error) {
	switch {
	case !statementID.MatchString(in.StatementId):
		return statement{}, invalidValue("The statement id %q must be 1 to 100 letters, digits, hyphens and underscores.", in.StatementId)
	case in.Action != "*" && !strings.HasPrefix(in.Action, "lambda:"):
		return statement{}, invalidValue("The action %q must be one of Lambda's, such as lambda:InvokeFunction.", in.Action)
	case in.Principal == "":
		return statement{}, invalidValue("The principal must be a service, an account, an ARN or *.")
	}
	s := statement{Sid: in.StatementId, Effect: "Allow", Principal: principal(in.Principal), Action: in.Action, Resource: function, Condition: map[string]map[string]string{}}
	condition := func(operator, key, value string) {
		if value != "" {
			if s.Condition[operator] == nil {
				s.Condition[operator] = map[string]string{}
			}
			s.Condition[operator][key] = value
		}
	}
	condition("ArnLike", "AWS:SourceArn", in.SourceArn)
	condition("StringEquals", "AWS:SourceAccount", in.SourceAccount)
	condition("StringEquals", "lambda:FunctionUrlAuthType", in.FunctionUrlAuthType)
	return s, nil
}

// principal returns who is permitted as policies write it.
func principal(name string) any {
	switch {
	case name == "*":
		return name
	case accountID.MatchString(name):
		return map[string]string{"AWS": "arn:aws:iam::" + name + ":root"}
	case strings.HasSuffix(name, ".amazonaws.com"):
		return map[string]string{"Service": name}
	}
	return map[string]string{"AWS": name}
}

// permissionsOf is what the keys of a function's statements begin with.
func permissionsOf(function string) string { return function + "\x00" }

func (e *Engine) addPermission(w http.ResponseWriter, r *http.Request) error {
	f, err := e.qualified(r)
	if err != nil {
		return err
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	var in addPermissionInput
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return &apiError{"InvalidRequestContentException", fmt.Sprintf("Could not parse request body: %v", err), http.StatusBadRequest}
	}
	s, err := in.statement(f.arn)
	if err != nil {
		return err
	}
	text, err := awsjson.Encode(s)
	if err != nil {
		return err
	}
	err = e.Store.Update(func(tx store.Tx) error {
		key := []byte(permissionsOf(f.Name) + s.Sid)
		if tx.Get(permissionsTable, key) != nil {
			return &apiError{"ResourceConflictException", fmt.Sprintf("The statement id (%s) provided already exists. "+
				"Please provide a new statement id, or remove the existing statement.", s.Sid), http.StatusConflict}
		}
		tx.Put(permissionsTable, key, text)
		return nil
	})
	if err == nil {
		writeJSON(w, http.StatusCreated, map[string]string{"Statement": string(text)})
	}
	return err
}

func (e *Engine) removePermission(w http.ResponseWriter, r *http.Request) error {
	f, err := e.qualified(r)
	if err != nil {
		return err
	}
	id := r.PathValue("statement")
	err = e.Store.Update(func(tx store.Tx) error {
		key := []byte(permissionsOf(f.Name) + id)
		if tx.Get(permissionsTable, key) == nil {
			return &apiError{"ResourceNotFoundException", fmt.Sprintf("Statement %s is not found in resource policy.", id), http.StatusNotFound}
		}
		tx.Delete(permissionsTable, key)
		return nil
	})
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func (e *Engine) getPolicy(w http.ResponseWriter, r *http.Request) error {
	f, err := e.qualified(r)
	if err != nil {
		return err
	}
	statements, err := e.permissions(f.Name)
	if err != nil {
		return err
	}
	if len(statements) == 0 {
		return &apiError{"ResourceNotFoundException", "No policy is associated with the given resource.", http.StatusNotFound}
	}
	policy, err := awsjson.Encode(map[string]any{"Version": "2012-10-17", "Id": "default", "Statement": statements})
	if err == nil {
		writeJSON(w, http.StatusOK, map[string]string{"Policy": string(policy)})
	}
	return err
}

// permissions returns the statements of a function's policy by their ids.
func (e *Engine) permissions(function string) ([]json.RawMessage, error) {
	var statements []json.RawMessage
	err := e.Store.View(func(tx store.Tx) error {
		for key, value := range tx.Scan(permissionsTable, []byte(permissionsOf(function))) {
			if !strings.HasPrefix(string(key), permissionsOf(function)) {
				break
			}
			statements = append(statements, bytes.Clone(value))
		}
		return nil
	})
	return statements, err
}
