package stepfunctions_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"slipway/infra/local/clock"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
)

// benchStores are the stores that each benchmark runs on.
func benchStores() map[string]func(b *testing.B) store.Store {
	return map[string]func(b *testing.B) store.Store{
		"memory": func(*testing.B) store.Store { return store.NewMemory() },
		"disk": func(b *testing.B) store.Store {
			s, err := store.OpenFile(filepath.Join(b.TempDir(), "store"))
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
	}
}

// benchEngine returns an engine on s with machine m, whose functions return null.
func benchEngine(b *testing.B, s store.Store, definition string) (*stepfunctions.Engine, *clock.Virtual) {
	b.Helper()
	c := clock.NewVirtual(start)
	ids := 0
	e := stepfunctions.New(stepfunctions.Config{
		Store: s, Clock: c, NewID: func() string { ids++; return fmt.Sprint("id", ids) },
		Invoke: func(context.Context, string, []byte) ([]byte, error) { return nil, nil },
	})
	if err := e.Create(stepfunctions.StateMachineSpec{Name: "m", Definition: definition}); err != nil {
		b.Fatal(err)
	}
	return e, c
}

// BenchmarkTransitions runs executions that call a function ten times, one after the
// other, with a choice and an assignment in between.
func BenchmarkTransitions(b *testing.B) {
	definition := machine(`"A":{"Type":"Pass","Assign":{"n":0},"Next":"Call"},` +
		`"Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"n":"{% $n %}"}},"Assign":{"n":"{% $n + 1 %}"},"Next":"Enough"},` +
		`"Enough":{"Type":"Choice","Choices":[{"Condition":"{% $n < 10 %}","Next":"Call"}],"Default":"End"},"End":{"Type":"Succeed"}`)
	for _, name := range []string{"memory", "disk"} {
		b.Run(name, func(b *testing.B) {
			s := benchStores()[name](b)
			defer s.Close()
			e, c := benchEngine(b, s, definition)
			transitions := 0
			for b.Loop() {
				arn, err := e.Start(e.StateMachineARN("m"), "", "{}")
				if err != nil {
					b.Fatal(err)
				}
				c.Run()
				transitions += e.Transitions(arn)
			}
			b.ReportMetric(float64(transitions)/b.Elapsed().Seconds(), "transitions/s")
		})
	}
}

// BenchmarkWaitingExecutions measures the memory that executions take which wait for their task tokens.
func BenchmarkWaitingExecutions(b *testing.B) {
	const executions = 10000
	definition := machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":86400,` +
		`"Arguments":{"FunctionName":"f","Payload":{"Token":"{% $states.context.Task.Token %}"}},"End":true}`)
	for _, name := range []string{"memory", "disk"} {
		b.Run(name, func(b *testing.B) {
			var used uint64
			for b.Loop() {
				s := benchStores()[name](b)
				before := heap()
				e, c := benchEngine(b, s, definition)
				for i := range executions {
					if _, err := e.Start(e.StateMachineARN("m"), fmt.Sprint("x", i), "{}"); err != nil {
						b.Fatal(err)
					}
				}
				c.RunUntil(start)
				used = heap() - before
				runtime.KeepAlive(e)
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(used)/executions, "bytes/execution")
			b.ReportMetric(float64(used)/(1<<20), "MB")
		})
	}
}

// heap returns the bytes in use after a collection.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
