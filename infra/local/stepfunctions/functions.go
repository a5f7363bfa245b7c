package stepfunctions

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"hash/fnv"
	"math"
	"slices"
	"time"

	"github.com/recolabs/gnata"
)

// natives returns the functions that Step Functions adds, per "Transforming data with
// JSONata in Step Functions", and those that gnata has not, or otherwise than jsonata.js.
func natives(now func() time.Time, newID func() string) map[string]native {
	return map[string]native{
		"hash":      hashFunction,
		"parse":     parseFunction,
		"partition": partition,
		"random":    func(args []any) (any, error) { return randomFunction(args, newID) },
		"range":     rangeFunction,
		"uuid":      func([]any) (any, error) { return newID(), nil },

		"clone":              clone,
		"decodeUrl":          decodeURL("decodeUrl", ";/?:@&=+$,#"),
		"decodeUrlComponent": decodeURL("decodeUrlComponent", ""),
		"distinct":           distinct,
		"lookup":             lookup,
		"match":              matchFunction,
		"millis":             func([]any) (any, error) { return float64(now().UnixMilli()), nil },
		"now":                func(args []any) (any, error) { return nowFunction(args, now()) },
		"number":             numberFunction,
		"shuffle":            func(args []any) (any, error) { return shuffle(args, newID) },
		"string":             stringFunction,
		"trim":               trim,
		"_descendants":       descendants,
		"_wildcard":          wildcard,
	}
}

func parseFunction(args []any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return nil, nil
	}
	if !json.Valid([]byte(text)) {
		return nil, fmt.Errorf("$parse: %v is not valid JSON text", text)
	}
	value, err := gnata.DecodeJSON([]byte(text))
	return numbers(value), err
}

func partition(args []any) (any, error) {
	array, _ := args[0].([]any)
	size, _ := toNumber(args[1])
	if size < 1 || len(array) == 0 {
		return nil, nil
	}
	chunks := []any{}
	for chunk := range slices.Chunk(array, int(min(size, float64(len(array))))) {
		chunks = append(chunks, slices.Clone(chunk))
	}
	return chunks, nil
}

// maxRange is how many values $range may make.
const maxRange = 360145

func rangeFunction(args []any) (any, error) {
	var n [3]float64
	for i, arg := range args {
		f, ok := toNumber(arg)
		if !ok {
			return nil, nil
		}
		n[i] = math.Trunc(f)
	}
	first, last, step := n[0], n[1], n[2]
	if step == 0 || (last-first)/step < 0 {
		return nil, nil
	}
	count := math.Floor((last-first)/step) + 1
	if count > maxRange {
		return nil, fmt.Errorf("$range: %v values are too many; at most %d", count, maxRange)
	}
	if count == 1 {
		return first, nil
	}
	list := make([]any, int(count))
	for i := range list {
		list[i] = first + float64(i)*step
	}
	return list, nil
}

func hashFunction(args []any) (any, error) {
	text, ok := args[0].(string)
	algorithm, named := args[1].(string)
	if !ok || !named {
		return nil, nil
	}
	hashes := map[string]func() hash.Hash{"MD5": md5.New, "SHA-1": sha1.New, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New}
	newHash, known := hashes[algorithm]
	if !known {
		return nil, fmt.Errorf("$hash: algorithm %q is unknown; use MD5, SHA-1, SHA-256, SHA-384 or SHA-512", algorithm)
	}
	h := newHash()
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil)), nil
}

func randomFunction(args []any, newID func() string) (any, error) {
	if seed, ok := toNumber(args[0]); ok {
		return fraction(fmt.Sprint(math.Trunc(seed))), nil
	}
	return fraction(newID()), nil
}

func nowFunction(args []any, now time.Time) (any, error) {
	if args[0] == nil && args[1] == nil {
		return timestamp(now), nil
	}
	if picture, ok := args[0].(string); ok {
		if err := checkPicture(picture); err != nil {
			return nil, err
		}
	}
	code, err := gnata.Compile("$fromMillis($millis, $picture, $timezone)")
	if err != nil {
		return nil, err
	}
	return code.EvalWithVars(context.Background(), nil,
		map[string]any{"millis": float64(now.UnixMilli()), "picture": args[0], "timezone": args[1]})
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

// timestamp writes a time as the context object does.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
