package stepfunctions

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/recolabs/gnata"
)

// queryFunctions returns the JSONata functions that Step Functions adds or
// changes, per "Transforming data with JSONata in Step Functions".
func queryFunctions(now func() time.Time, newID func() string) map[string]gnata.CustomFunc {
	return map[string]gnata.CustomFunc{
		"parse":     parseFunction,
		"partition": partition,
		"range":     rangeFunction,
		"hash":      hashFunction,
		"uuid":      func([]any, any) (any, error) { return newID(), nil },
		"random":    func(args []any, _ any) (any, error) { return randomFunction(args, newID) },
		"millis":    func([]any, any) (any, error) { return float64(now().UnixMilli()), nil },
		"now":       func(args []any, _ any) (any, error) { return nowFunction(args, now()) },
		"shuffle":   func(args []any, _ any) (any, error) { return shuffle(args, newID) },
		"eval":      func([]any, any) (any, error) { return nil, errors.New("T1006: $eval is not supported; use $parse") },
	}
}

func parseFunction(args []any, _ any) (any, error) {
	if len(args) != 1 || args[0] == nil {
		return nil, nil
	}
	text, ok := args[0].(string)
	if !ok || !json.Valid([]byte(text)) {
		return nil, fmt.Errorf("$parse: %v is not valid JSON text", args[0])
	}
	return gnata.DecodeJSON([]byte(text))
}

func partition(args []any, _ any) (any, error) {
	if len(args) != 2 {
		return nil, errors.New("$partition needs an array and a chunk size")
	}
	list, isList := args[0].([]any)
	size, isSize := toNumber(args[1])
	if !isList || !isSize {
		return nil, errors.New("$partition needs an array and a chunk size")
	}
	if size < 1 || len(list) == 0 {
		return nil, nil
	}
	list, err := restore(list)
	chunks := []any{}
	for chunk := range slices.Chunk(list, int(size)) {
		chunks = append(chunks, slices.Clone(chunk))
	}
	return chunks, err
}

// restore gives the values in a list that gnata handed to a function back the
// form that gnata works with, in which null is not undefined.
func restore(list []any) ([]any, error) {
	var text bytes.Buffer
	if err := encode(&text, list); err != nil {
		return nil, err
	}
	value, err := gnata.DecodeJSON(text.Bytes())
	if err != nil {
		return nil, err
	}
	return value.([]any), nil // what was encoded as a list
}

// maxRange is how many values $range may make.
const maxRange = 360145

func rangeFunction(args []any, _ any) (any, error) {
	if len(args) != 3 {
		return nil, nil
	}
	var n [3]float64
	for i, arg := range args {
		f, ok := toNumber(arg)
		if !ok {
			return nil, fmt.Errorf("$range: %v is not a number", arg)
		}
		n[i] = math.Trunc(f)
	}
	if n[2] == 0 || (n[1]-n[0])/n[2] < 0 {
		return nil, nil
	}
	count := math.Floor((n[1]-n[0])/n[2]) + 1
	if count > maxRange {
		return nil, fmt.Errorf("$range: %v values are too many; at most %d", count, maxRange)
	}
	if count == 1 {
		return n[0], nil
	}
	list := make([]any, int(count))
	for i := range list {
		list[i] = n[0] + float64(i)*n[2]
	}
	return list, nil
}

func hashFunction(args []any, _ any) (any, error) {
	if len(args) != 2 {
		return nil, nil
	}
	text, isText := args[0].(string)
	algorithm, isName := args[1].(string)
	hashes := map[string]func() hash.Hash{"MD5": md5.New, "SHA-1": sha1.New, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New}
	newHash, known := hashes[algorithm]
	if !isText || !isName || !known {
		return nil, fmt.Errorf("$hash needs a string and one of MD5, SHA-1, SHA-256, SHA-384 and SHA-512, got %v", args[1])
	}
	h := newHash()
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil)), nil
}

func randomFunction(args []any, newID func() string) (any, error) {
	if len(args) == 0 || args[0] == nil {
		return fraction(newID()), nil
	}
	seed, ok := toNumber(args[0])
	if !ok {
		return nil, fmt.Errorf("$random: seed %v is not a number", args[0])
	}
	return fraction(fmt.Sprint(math.Trunc(seed))), nil
}

// fraction makes a number in [0, 1) of seed.
func fraction(seed string) float64 {
	h := fnv.New64a()
	h.Write([]byte(seed))
	bits := h.Sum64()
	bits = (bits ^ bits>>33) * 0xff51afd7ed558ccd // spreads what differs in the last characters only
	bits = (bits ^ bits>>33) * 0xc4ceb9fe1a85ec53
	return float64((bits^bits>>33)>>11) / (1 << 53)
}

func nowFunction(args []any, now time.Time) (any, error) {
	if len(args) > 0 {
		return nil, errors.New("$now takes no argument here; use $fromMillis($millis(), picture, timezone)")
	}
	return timestamp(now), nil
}

func shuffle(args []any, newID func() string) (any, error) {
	if len(args) != 1 {
		return nil, errors.New("$shuffle needs an array")
	}
	list, ok := args[0].([]any)
	if !ok {
		return args[0], nil
	}
	list, err := restore(list)
	for i := len(list) - 1; i > 0; i-- {
		j := int(fraction(newID()) * float64(i+1))
		list[i], list[j] = list[j], list[i]
	}
	return list, err
}

func toNumber(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// sortedMap offers a Go map as an orderedMap.
type sortedMap map[string]any

func (m sortedMap) Keys() []string { return slices.Sorted(maps.Keys(m)) }

func (m sortedMap) Get(key string) (any, bool) {
	v, ok := m[key]
	return v, ok
}

// timestamp writes a time as the context object does.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
