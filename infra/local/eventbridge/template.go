package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
)

// An InputTransformer makes a payload of parts of the event.
type InputTransformer struct {
	// InputPathsMap names up to 100 values by their JSON paths.
	InputPathsMap map[string]string
	// InputTemplate is JSON with the names in angle brackets: as a value, where the
	// value appears as JSON, or inside of a string, where it appears as text. A
	// value that the event doesn't have is null, or no text.
	InputTemplate string
}

const (
	maxVariables   = 100
	reservedPrefix = "aws.events."
)

// placeholder is a variable in a template.
var placeholder = regexp.MustCompile(`^<([A-Za-z0-9_.-]+)>`)

// A template is an InputTransformer that was parsed.
type template struct {
	parts []part
	paths map[string]path
}

// A part is literal text, or a variable when it has a name.
type part struct {
	text     string
	variable string
	quoted   bool // the variable is inside of a string
}

// newTemplate checks t and returns its transform.
func newTemplate(t InputTransformer) (transform, error) {
	if len(t.InputPathsMap) > maxVariables {
		return nil, fmt.Errorf("InputPathsMap has %d variables, more than the limit of %d", len(t.InputPathsMap), maxVariables)
	}
	parsed := template{paths: map[string]path{}}
	for name, text := range t.InputPathsMap {
		if strings.HasPrefix(strings.ToLower(name), "aws") {
			return nil, fmt.Errorf("InputPathsMap: variable %s is reserved; choose a name that doesn't begin with AWS", name)
		}
		p, err := parsePath(text)
		if err != nil {
			return nil, fmt.Errorf("InputPathsMap: variable %s: %w", name, err)
		}
		parsed.paths[name] = p
	}
	if err := parsed.parse(t.InputTemplate); err != nil {
		return nil, fmt.Errorf("InputTemplate: %w", err)
	}
	return parsed.fill, nil
}

// parse splits text into parts; it must be JSON whatever the variables hold.
func (t *template) parse(text string) error {
	literal, quoted, sample := "", false, ""
	for i := 0; i < len(text); {
		if found := placeholder.FindStringSubmatch(text[i:]); found != nil {
			if !t.knows(found[1]) {
				return fmt.Errorf("variable <%s> is not in InputPathsMap", found[1])
			}
			t.parts = append(t.parts, part{text: literal}, part{variable: found[1], quoted: quoted})
			if literal = ""; !quoted {
				sample += "null"
			}
			i += len(found[0])
			continue
		}
		width := 1
		switch {
		case text[i] == '\\' && i+1 < len(text):
			width = 2 // the next character is escaped, and so it ends no string
		case text[i] == '"':
			quoted = !quoted
		}
		literal += text[i : i+width]
		sample += text[i : i+width]
		i += width
	}
	t.parts = append(t.parts, part{text: literal})
	if !json.Valid([]byte(sample)) {
		return errors.New(`it must be JSON when its variables are filled in; quote plain text, as in "\"<name> has ended\""`)
	}
	return nil
}

// knows tells whether name is a variable of t or one that EventBridge predefines.
func (t *template) knows(name string) bool {
	if _, ok := t.paths[name]; ok {
		return true
	}
	switch strings.TrimPrefix(name, reservedPrefix) {
	case "rule-arn", "rule-name", "event", "event.json", "event.ingestion-time":
		return strings.HasPrefix(name, reservedPrefix)
	}
	return false
}

// fill makes the payload for o.
func (t *template) fill(o occurrence) ([]byte, error) {
	var filled strings.Builder
	for _, p := range t.parts {
		filled.WriteString(p.text)
		if p.variable == "" {
			continue
		}
		value, err := t.value(p.variable, o)
		if err != nil {
			return nil, fmt.Errorf("variable <%s>: %w", p.variable, err)
		}
		if p.quoted {
			if value, err = quotable(value); err != nil {
				return nil, fmt.Errorf("variable <%s>: %w", p.variable, err)
			}
		}
		filled.Write(value)
	}
	return []byte(filled.String()), nil
}

// value returns the value of a variable as JSON.
func (t *template) value(name string, o occurrence) (json.RawMessage, error) {
	if p, ok := t.paths[name]; ok {
		if value, ok := p.find(o.envelope); ok {
			return value, nil
		}
		return json.RawMessage("null"), nil
	}
	switch strings.TrimPrefix(name, reservedPrefix) {
	case "rule-arn":
		return awsjson.Encode(o.rule.arn)
	case "rule-name":
		return awsjson.Encode(o.rule.Name)
	case "event.ingestion-time":
		return awsjson.Encode(o.at.Format(time.RFC3339))
	case "event":
		return withoutDetail(o.envelope)
	}
	return o.envelope, nil
}

// withoutDetail returns an envelope without its last member, the detail.
func withoutDetail(envelope []byte) (json.RawMessage, error) {
	var ev struct {
		Event
		Detail any `json:"detail,omitempty"` // hides the detail of Event
	}
	if err := json.Unmarshal(envelope, &ev); err != nil {
		return nil, err
	}
	ev.Detail = nil
	return awsjson.Encode(ev)
}

// quotable returns value as it stands inside of a JSON string: text as text,
// nothing for null, anything else as its JSON.
func quotable(value json.RawMessage) (json.RawMessage, error) {
	var text *string
	if err := json.Unmarshal(value, &text); err != nil {
		text = new(string(value)) // it is no string
	}
	if text == nil {
		return nil, nil
	}
	quoted, err := awsjson.Encode(*text)
	if err != nil {
		return nil, err
	}
	return quoted[1 : len(quoted)-1], nil
}
