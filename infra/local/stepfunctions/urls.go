package stepfunctions

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decodeURL returns $decodeUrl or $decodeUrlComponent: the escapes of characters in
// kept stay.
func decodeURL(name, kept string) native {
	return func(args []any) (any, error) {
		text, ok := args[0].(string)
		if !ok {
			return nil, nil
		}
		decoded, ok := unescape(text, kept)
		if !ok {
			return nil, fmt.Errorf("D3140: Malformed URL passed to $%s(): %s", name, quote(text))
		}
		return decoded, nil
	}
}

func unescape(text, kept string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		n, err := strconv.ParseUint(text[i+1:min(i+3, len(text))], 16, 8)
		if err != nil || i+3 > len(text) {
			return "", false
		}
		if strings.IndexByte(kept, byte(n)) >= 0 {
			b.WriteString(text[i : i+3])
		} else {
			b.WriteByte(byte(n))
		}
		i += 2
	}
	return b.String(), utf8.ValidString(b.String())
}
