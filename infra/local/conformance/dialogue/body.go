package dialogue

import (
	"bytes"
	"crypto/md5"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// longest is how many bytes of text an answer's body is told with.
const longest = 400

// body returns raw as what it is: XML, JSON or a text.
func (v View) body(raw []byte) any {
	text := bytes.TrimSpace(raw)
	switch {
	case bytes.HasPrefix(text, []byte("<")):
		if tree, err := v.parseXML(text); err == nil {
			return tree
		}
	case bytes.HasPrefix(text, []byte("{")):
		if tree, err := parseJSON(text); err == nil {
			return v.mask("", tree)
		}
	}
	switch {
	case len(raw) == 0:
		return nil
	case len(raw) > longest:
		return fmt.Sprintf("<%d bytes, MD5 %x>", len(raw), md5.Sum(raw))
	}
	return string(raw)
}

// entries returns a list of keys with values as a map, in which their order doesn't
// count, or nil when it is another list.
func entries(list []any) map[string]any {
	if len(list) == 0 {
		return nil
	}
	named := map[string]any{}
	for _, item := range list {
		entry, ok := item.(map[string]any)
		key, isText := entry["key"].(string)
		if !ok || !isText {
			return nil
		}
		named[key] = entry["value"]
	}
	return named
}

func parseJSON(text []byte) (any, error) {
	var tree any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(&tree)
	return tree, err
}

// mask returns the value of the given name without what passes or is empty. A text
// that holds a JSON object is told as the object, in a map of the one key "json".
func (v View) mask(name string, value any) any {
	switch value := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, member := range value {
			if member = v.mask(name, member); member != nil && !slices.Contains(v.Passing, name) {
				kept[name] = member
			}
		}
		return kept
	case []any:
		if named := entries(value); named != nil {
			return v.mask(name, named)
		}
		for i := range value {
			value[i] = v.mask(name, value[i])
		}
		return value
	case string:
		if strings.HasPrefix(value, "{") {
			if inner, err := parseJSON([]byte(value)); err == nil {
				return map[string]any{"json": v.mask("", inner)}
			}
		}
		return v.masked(name, value)
	case json.Number:
		return v.masked(name, value.String())
	}
	return value
}

// parseXML returns a document as a map of its one element.
func (v View) parseXML(text []byte) (any, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		if start, ok := token.(xml.StartElement); ok {
			content, err := element(d)
			if err != nil {
				return nil, err
			}
			return v.mask("", map[string]any{start.Name.Local: content}), nil
		}
	}
}

// element returns the content of the element that has begun: a map of its elements, of
// which those of one name are a list; or a text; or nil when it is empty.
func element(d *xml.Decoder) (any, error) {
	content, text := map[string]any{}, strings.Builder{}
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			inner, err := element(d)
			if err != nil {
				return nil, err
			}
			add(content, token.Name.Local, inner)
		case xml.EndElement:
			return settled(content, text.String()), nil
		}
	}
}

func settled(content map[string]any, text string) any {
	switch {
	case len(content) > 0:
		return content
	case text != "":
		return text
	}
	return nil
}

func add(content map[string]any, name string, inner any) {
	switch there := content[name].(type) {
	case nil:
		if inner != nil {
			content[name] = inner
		}
	case []any:
		content[name] = append(there, inner)
	default:
		content[name] = []any{there, inner}
	}
}

// find returns the first value under name in a body, members in the order of their names.
func find(body any, name string) (string, error) {
	switch body := body.(type) {
	case map[string]any:
		if value, ok := body[name].(string); ok {
			return value, nil
		}
		for _, member := range sortedKeys(body) {
			if value, err := find(body[member], name); err == nil {
				return value, nil
			}
		}
	case []any:
		for _, item := range body {
			if value, err := find(item, name); err == nil {
				return value, nil
			}
		}
	}
	return "", errors.New("the answer has no " + name)
}
