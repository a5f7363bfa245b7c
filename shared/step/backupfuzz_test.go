package step_test

import (
	"errors"
	"strings"
	"testing"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// FuzzBackupParameters holds that the kinds accept parameters or refuse them with a
// problem, and that what they accept can be resolved.
func FuzzBackupParameters(f *testing.F) {
	for _, seed := range []string{
		ofOrders, drill("dynamodb/orders", `,"verify":{"count":{"min":3},"keys":[{"id":"order-3","line":1e3}]},"keep":true`),
		drill("s3/{bucket}", `,"to":"{bucket}-restored-x","verify":{"objects":[{"key":"a","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}`),
		drill("rds/storefront", `,"recovery-point":"arn:aws:rds:x"`), `{}`, `null`, `{"resource":{"type":"s3","name":"{"}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, with string) {
		if with != strings.ToLower(with) {
			return // the schema refuses keys in other letters before a kind sees them
		}
		for _, name := range []string{"backup", "restore"} {
			kind, _ := step.Lookup(name)
			refs, err := kind.References([]byte(with))
			if err != nil {
				if !errors.Is(err, pipeline.ErrInvalid) {
					t.Errorf("%s: %v is no problem", name, err)
				}
				continue
			}
			values := map[string]string{}
			for _, template := range refs.Templates {
				names, err := step.Placeholders(template.Text)
				if err != nil {
					t.Errorf("%s accepts %q: %v", name, template.Text, err)
				}
				for _, n := range names {
					values[n] = "x"
				}
			}
			if _, err := step.Resolve(kind, []byte(with), values); err != nil {
				t.Errorf("%s: resolve %s: %v", name, with, err)
			}
		}
	})
}
