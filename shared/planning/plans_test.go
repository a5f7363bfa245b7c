package planning_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
)

// A bucket holds objects by key.
type bucket map[string]string

// Read implements [planning.Objects].
func (b bucket) Read(_ context.Context, l objects.Location) (io.ReadCloser, error) {
	body, ok := b[l.Bucket+"/"+l.Key]
	if !ok {
		return nil, fmt.Errorf("object %s: %w", l.Key, pipeline.ErrNotFound)
	}
	return io.NopCloser(strings.NewReader(body)), nil
}

// Put implements [planning.Objects].
func (b bucket) Put(_ context.Context, name, key string, body io.Reader, _ objects.Options) error {
	data, err := io.ReadAll(body)
	b[name+"/"+key] = string(data)
	return err
}

func TestAPlanIsKeptUnderItsHash(t *testing.T) {
	run, err := newBench().proposeRun(request(map[string]string{"REASON": "<&>"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	deployment, err := newBench().propose("production")
	if err != nil {
		t.Fatal(err)
	}
	for name, plan := range map[string]pipeline.Plan{"run": run, "deployment": deployment.Plan} {
		kept := bucket{}
		plans := planning.NewPlans(kept, "work")
		for range 2 {
			if _, err := plans.Keep(t.Context(), plan); err != nil {
				t.Fatal(err)
			}
		}
		hash, err := plan.Hash()
		if _, ok := kept["work/plans/"+hash+".json"]; err != nil || !ok || len(kept) != 1 {
			t.Errorf("%s: %s is not the one object of %v, %v", name, hash, kept, err)
		}
		got, err := plans.Read(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := got.Hash(); err != nil || again != hash {
			t.Errorf("%s: read, its hash is %s, %v; want %s", name, again, err, hash)
		}
		if diff := cmp.Diff(plan, got, cmp.Comparer(pipeline.Version.Equal)); diff != "" {
			t.Errorf("%s: read, the plan is (-want +got):\n%s", name, diff)
		}
	}
}

func TestAPlanThatWasChangedWhereItIsKeptIsRefused(t *testing.T) {
	plan, err := newBench().proposeRun(request(map[string]string{"REASON": "it leaks"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := bucket{}
	plans := planning.NewPlans(kept, "work")
	hash, err := plans.Keep(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	key := "work/plans/" + hash + ".json"
	whole := kept[key]
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"another command": {strings.Replace(whole, "restart --$MODE", "rm -rf /", 1), pipeline.ErrRefused},
		"another place":   {strings.Replace(whole, "111122223333", "444455556666", 1), pipeline.ErrRefused},
		"nothing":         {"{}", pipeline.ErrRefused},
		"half of it":      {whole[:len(whole)/2], pipeline.ErrRefused},
	} {
		kept[key] = c.body
		if c.body == whole {
			t.Fatalf("%s: nothing is changed", name)
		}
		if _, err := plans.Read(t.Context(), hash); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
	delete(kept, key)
	if _, err := plans.Read(t.Context(), hash); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("gone: error %v, want %v", err, pipeline.ErrNotFound)
	}
}

// TestAPlanOfAnOlderVersionIsReadAsItWasKept has a plan in the form in which an older
// version kept it, with members that are left out today when they are empty.
func TestAPlanOfAnOlderVersionIsReadAsItWasKept(t *testing.T) {
	const old = `{"deployment":"storefront_1_dev_1","release":"1.0.0","channel":"stable","packages":null,"variables":[],"steps":[],"gates":null,"environment":{"name":"dev"}}`
	hash := pipeline.HashOfPlan([]byte(old))
	plan, err := planning.NewPlans(bucket{"work/plans/" + hash + ".json": old}, "work").Read(t.Context(), hash)
	if err != nil || plan.Channel != "stable" || plan.Environment.Name != "dev" {
		t.Errorf("plan %+v, error %v", plan, err)
	}
}
