package pipeline_test

import (
	"errors"
	"fmt"
	"testing"

	"slipway/shared/pipeline"
)

func TestAMessageForPeopleLeavesTheSentinelOut(t *testing.T) {
	for want, err := range map[string]error{
		"version x: write 1.4.0":    fmt.Errorf("version x: write 1.4.0: %w", pipeline.ErrInvalid),
		"deployment y has ended":    fmt.Errorf("deployment y has ended: %w", pipeline.ErrEnded),
		"plan: it is not approved":  fmt.Errorf("plan: %w", fmt.Errorf("it is not approved: %w", pipeline.ErrRefused)),
		"release 1.4.0: not found":  fmt.Errorf("release 1.4.0: %w", pipeline.ErrNotFound),
		"invalid":                   pipeline.ErrInvalid,
		"the bus said: unreachable": errors.New("the bus said: unreachable"),
		"refused: by the door":      errors.New("refused: by the door"),
	} {
		if got := pipeline.Message(err); got != want {
			t.Errorf("of %q it is %q, want %q", err, got, want)
		}
	}
}
