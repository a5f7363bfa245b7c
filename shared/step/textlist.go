package step

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// A textList is one text or a list of them.
type textList []string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *textList) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = textList{one}
		return nil
	}
	var several []string
	if err := json.Unmarshal(raw, &several); err != nil {
		return fmt.Errorf("%.40s is neither a text nor a list of texts", raw)
	}
	*l = several
	return nil
}

// templates returns a template for each of the texts, which are in the member key at
// the end of the way within.
func (l textList) templates(key string, within ...string) []Template {
	all := make([]Template, len(l))
	for i, text := range l {
		all[i] = Template{Key: key, Text: text, Within: append(slices.Clone(within), strconv.Itoa(i))}
	}
	return all
}
