package stepfunctions

import (
	"fmt"
	"strings"
)

// checkPicture tells what in a picture of a date and time is unknown or would come
// out otherwise than in jsonata.js.
func checkPicture(picture string) error {
	for rest := strings.ReplaceAll(picture, "[[", ""); ; {
		_, after, found := strings.Cut(rest, "[")
		if !found {
			return nil
		}
		marker, remainder, closed := strings.Cut(after, "]")
		if !closed {
			return nil // which $fromMillis refuses
		}
		if err := checkMarker(strings.Join(strings.Fields(marker), "")); err != nil {
			return err
		}
		rest = remainder
	}
}

func checkMarker(marker string) error {
	presentation, width, _ := strings.Cut(marker, ",")
	switch {
	case marker == "" || !strings.Contains("YMDdFWwXxHhPmsfZzCE", marker[:1]):
		return fmt.Errorf("D3132: Unknown component specifier %s in date/time picture string", quote(marker))
	case width != "" && (marker[0] == 'f' || strings.ContainsAny(presentation[1:], "Nn")):
		return fmt.Errorf("the width in [%s] of a date/time picture string is not supported for names and fractions of a second", marker)
	case strings.HasPrefix(presentation[1:], "Ww"):
		return fmt.Errorf("[%s] of a date/time picture string is not supported; use w or W", marker)
	}
	return nil
}

// fractionDigits returns how many digits behind the decimal separator a picture of
// $formatNumber shows; ok is false for pictures that scale the number.
func fractionDigits(picture string) (digits int, ok bool) {
	positive, _, _ := strings.Cut(picture, ";")
	if strings.ContainsAny(positive, "%‰e") {
		return 0, false
	}
	_, fraction, _ := strings.Cut(positive, ".")
	return strings.Count(fraction, "0") + strings.Count(fraction, "#"), true
}
