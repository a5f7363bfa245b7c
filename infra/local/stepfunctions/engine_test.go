package stepfunctions_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"slipway/infra/local/clock"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
)

func TestTenThousandWaitingExecutionsCostNoGoroutinesAndLittleMemory(t *testing.T) {
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Wait","Seconds":1000,"End":true}`))
	var before, after runtime.MemStats
	goroutines := runtime.NumGoroutine()
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 10000 {
		if _, err := r.engine.Start(r.machine, fmt.Sprint("x", i), "{}"); err != nil {
			t.Fatal(err)
		}
	}
	r.changes = nil
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(r)
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, were %d", n, goroutines)
	}
	if per := (after.HeapAlloc - before.HeapAlloc) / 10000; per > 8<<10 {
		t.Errorf("%d bytes for each waiting execution, most of them its record; want at most 8 KiB", per)
	}
}

func TestAnEndlessLoopEndsWithItsHistoryFull(t *testing.T) {
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Choice","Choices":[{"Condition":"{% false %}","Next":"End"}],"Default":"A"},"End":{"Type":"Succeed"}`))
	r.start("{}")
	r.clock.Run()
	if got := r.ending(); got.Status != "FAILED" || !strings.Contains(got.Cause, "25000") {
		t.Errorf("ended %s %s %s", got.Status, got.Error, got.Cause)
	}
	var page struct {
		Events []struct{ ID int }
	}
	if code := r.post("GetExecutionHistory", map[string]any{"executionArn": r.execution, "reverseOrder": true, "maxResults": 1}, &page); code != "" || page.Events[0].ID != 25000 {
		t.Errorf("last event %+v %s, want 25000", page, code)
	}
}

func TestAFullHistoryEndsTheMapRunBesideItOnce(t *testing.T) {
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Parallel","End":true,"Branches":[` +
		`{"StartAt":"M","States":{"M":{"Type":"Map","Items":[1],"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}}}},` +
		`{"StartAt":"T","States":{"T":{"Type":"Wait","Seconds":1,"Next":"L"},"L":{"Type":"Choice","Choices":[{"Condition":"{% false %}","Next":"End"}],"Default":"L"},"End":{"Type":"Succeed"}}}]}`))
	r.start("{}")
	r.clock.Run()
	if got := r.ending(); got.Status != "FAILED" || !strings.Contains(got.Cause, "25000") || got.Seconds != 1 {
		t.Errorf("ended %s %s %s after %ds", got.Status, got.Error, got.Cause, got.Seconds)
	}
	if got := r.others(); len(got) != 1 || !strings.HasSuffix(got[0], " ABORTED") {
		t.Errorf("executions of the Map Run %v, want one that was aborted", got)
	}
	var page struct {
		Events []struct {
			ID   int
			Type string
		}
	}
	if code := r.post("GetExecutionHistory", map[string]any{"executionArn": r.execution, "reverseOrder": true, "maxResults": 2}, &page); code != "" ||
		page.Events[0].ID != 25000 || page.Events[0].Type != "ExecutionFailed" || page.Events[1].Type == "ExecutionFailed" {
		t.Errorf("last events %+v %s", page.Events, code)
	}
}

func TestRetriesCountAsTransitions(t *testing.T) {
	r := newRig(t, map[string][]answer{"f": {{Error: "E"}, {Return: []byte("1")}}})
	r.create(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"Retry":[{"ErrorEquals":["E"]}],"Next":"B"},"B":{"Type":"Succeed"}`))
	r.start("{}")
	r.clock.Run()
	if n := r.engine.Transitions(r.execution); n != 3 {
		t.Errorf("%d transitions, want 3", n)
	}
}

func TestFullJitterStaysBelowTheDelay(t *testing.T) {
	r := newRig(t, map[string][]answer{"f": {{Error: "E"}}})
	r.create(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"End":true,` +
		`"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":100,"BackoffRate":1,"MaxAttempts":20,"JitterStrategy":"FULL"}]}`))
	r.start("{}")
	r.clock.Run()
	if got := r.ending().Seconds; got < 500 || got > 1500 {
		t.Errorf("20 retries took %ds, want about 1000", got)
	}
}

func TestAnAnswerThatIsNoJSONFailsTheTask(t *testing.T) {
	r := newRig(t, map[string][]answer{"f": {{Return: []byte("oops")}}})
	r.create(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"End":true}`))
	r.start("{}")
	r.clock.Run()
	if got := r.ending(); got.Error != "Lambda.Unknown" {
		t.Errorf("ended %s", describe(got))
	}
}

func TestManyMapRunsAndNestedExecutionsAtOnceOnTheWallClock(t *testing.T) {
	wall := clock.NewWall()
	defer wall.Stop()
	var ids atomic.Int64
	var ended sync.WaitGroup
	e := stepfunctions.New(stepfunctions.Config{
		Store: store.NewMemory(), Clock: wall, NewID: func() string { return fmt.Sprint("id", ids.Add(1)) },
		Invoke: func(_ context.Context, _ string, payload []byte) ([]byte, error) { return payload, nil },
		Changed: func(_ store.Tx, c stepfunctions.StatusChange) {
			if strings.HasSuffix(c.StateMachineARN, ":m") && c.Status == stepfunctions.Succeeded {
				ended.Done()
			}
		},
	})
	call := `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"End":true}`
	nested := `{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Arguments":{"StateMachineArn":"` + e.StateMachineARN("child") + `"},"End":true}`
	for name, states := range map[string]string{
		"child": `"A":` + call,
		"m": `"A":{"Type":"Map","Items":"{% [1..30] %}","MaxConcurrency":7,"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},` +
			`"StartAt":"B","States":{"B":` + nested + `}}}`,
	} {
		if err := e.Create(stepfunctions.StateMachineSpec{Name: name, Definition: machine(states)}); err != nil {
			t.Fatal(err)
		}
	}
	ended.Add(4)
	for range 4 {
		go func() {
			if _, err := e.Start(e.StateMachineARN("m"), "", "{}"); err != nil {
				t.Error(err)
			}
		}()
	}
	ended.Wait()
}

func TestManyExecutionsAtOnceOnTheWallClock(t *testing.T) {
	s, err := store.OpenFile(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wall := clock.NewWall()
	defer wall.Stop()
	var ids atomic.Int64
	var ended sync.WaitGroup
	e := stepfunctions.New(stepfunctions.Config{
		Store: s, Clock: wall, NewID: func() string { return fmt.Sprint("id", ids.Add(1)) },
		Invoke: func(_ context.Context, _ string, payload []byte) ([]byte, error) { return payload, nil },
		Changed: func(_ store.Tx, c stepfunctions.StatusChange) {
			if c.Status == stepfunctions.Succeeded {
				ended.Done()
			}
		},
	})
	definition := machine(`"A":{"Type":"Map","Items":[1,2,3],"ItemProcessor":{"StartAt":"B","States":{"B":` +
		`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":"{% $states.input %}"},"Output":"{% $states.result.Payload %}","End":true}}},"End":true}`)
	if err := e.Create(stepfunctions.StateMachineSpec{Name: "m", Definition: definition}); err != nil {
		t.Fatal(err)
	}
	ended.Add(16)
	for range 16 {
		go func() {
			if _, err := e.Start(e.StateMachineARN("m"), "", "{}"); err != nil {
				t.Error(err)
			}
		}()
	}
	ended.Wait()
}
