package lambda

import (
	"net/http"
	"strconv"
	"strings"
)

// A configuration is a function as the API shows it.
type configuration struct {
	FunctionName     string
	FunctionArn      string
	Version          string
	Runtime          string
	PackageType      string
	State            string
	Timeout          int
	Environment      *environment      `json:",omitempty"`
	DeadLetterConfig *deadLetterConfig `json:",omitempty"`
}

type environment struct{ Variables map[string]string }

type deadLetterConfig struct{ TargetArn string }

func (f *function) configuration() configuration {
	c := configuration{FunctionName: f.Name, FunctionArn: f.arn, Version: latest, Runtime: "provided.al2023",
		PackageType: "Zip", State: "Active", Timeout: int(f.Timeout.Seconds())}
	if len(f.Environment) > 0 {
		c.Environment = &environment{f.Environment}
	}
	if f.DeadLetter != "" {
		c.DeadLetterConfig = &deadLetterConfig{f.DeadLetter}
	}
	return c
}

func (e *Engine) getFunction(w http.ResponseWriter, r *http.Request) error {
	f, err := e.qualified(r)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]any{"Configuration": f.configuration()})
	return nil
}

const maxItems = 50

// listFunctions pages by name: the marker is the name that the next page starts with.
func (e *Engine) listFunctions(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if err := checkQuery(query, "Marker", "MaxItems"); err != nil {
		return err
	}
	limit := maxItems
	if text := query.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 10000 {
			return invalidValue("MaxItems %s must be a number between 1 and 10000.", text)
		}
		limit = min(n, maxItems)
	}
	page := struct {
		Functions  []configuration
		NextMarker string `json:",omitempty"`
	}{Functions: []configuration{}}
	for _, f := range e.allFunctions() {
		if strings.Compare(f.Name, query.Get("Marker")) < 0 {
			continue
		}
		if len(page.Functions) == limit {
			page.NextMarker = f.Name
			break
		}
		page.Functions = append(page.Functions, f.configuration())
	}
	writeJSON(w, http.StatusOK, page)
	return nil
}
