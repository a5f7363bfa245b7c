package step_test

import (
	"fmt"
	"strings"
	"testing"

	watch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"slipway/events"
	"slipway/shared/step"
)

// late has a timer of the first attempt come once more.
func (w *lambdaWorld) late() []string {
	w.t.Helper()
	return w.resume(events.Source, step.TimerDue, fmt.Sprintf(`{"kind":"lambda","work":%q}`, lambdaWork))
}

func TestAnAttemptThatHasFailedLeavesTheAliasToTheNext(t *testing.T) {
	w := newLambdaWorld(t)
	w.start("lambda", w.attempt(watched))
	w.untilMoved(1)
	if ends := w.alarm(watch.StateValueAlarm); len(ends) != 1 || w.stands() != "6" {
		t.Fatalf("an alarm comes to %q; the alias stands for %s", ends, w.stands())
	}
	w.alarm(watch.StateValueOk)
	second := w.attempt(watched)
	second.Attempt = 2
	w.start("lambda", second)
	for len(w.moves) < 3 {
		w.due("lambda", "storefront_1_production_1/api/2")
	}
	if ends := w.late(); len(ends) != 1 || !strings.Contains(ends[0], "AlarmRaised") || w.stands() != "6+7:0.1" {
		t.Errorf("a late check of the first attempt comes to %q; the alias stands for %s", ends, w.stands())
	}
}

func TestAnAttemptThatMayNotGoBackLeavesTheAliasToTheNext(t *testing.T) {
	w := newLambdaWorld(t)
	w.start("lambda", w.attempt(watched))
	w.untilMoved(1)
	w.answer = func(request any) (any, error) {
		if _, ok := request.(*lambda.UpdateAliasInput); ok {
			return nil, denied("lambda:UpdateAlias")
		}
		return w.reply(request)
	}
	if ends := w.alarm(watch.StateValueAlarm); len(ends) != 1 || !strings.Contains(ends[0], "could not be put back: AccessDenied") {
		t.Fatalf("an alarm comes to %q", ends)
	}
	w.answer = w.reply // an operator allows it, and the next attempt goes on from there
	if w.late(); w.stands() != "6+7:0.1" {
		t.Errorf("after a late check the alias stands for %s", w.stands())
	}
}

func TestACallThatMovesTheAliasAfterTheEndTakesItBack(t *testing.T) {
	w := newLambdaWorld(t)
	w.start("lambda", w.attempt(watched))
	overtaken := false
	w.answer = func(request any) (any, error) {
		if _, ok := request.(*lambda.UpdateAliasInput); ok && !overtaken {
			overtaken = true
			if err := w.runner.Cancel(t.Context(), step.Attempt{Execution: "storefront_1_production_1", Step: "api", Attempt: 1}); err != nil {
				t.Error(err)
			}
			w.late()
		}
		return w.reply(request)
	}
	for range 3 {
		w.due("lambda", lambdaWork)
	}
	if !overtaken || w.stands() != "6" {
		t.Errorf("overtaken %t; the alias stands for %s", overtaken, w.stands())
	}
}

func TestTwoCallsThatGiveTheCodeAreNobodyElse(t *testing.T) {
	w := newLambdaWorld(t)
	faster := false
	w.answer = func(request any) (any, error) {
		answer, err := w.reply(request)
		if _, ok := request.(*lambda.GetFunctionInput); ok && !faster { // what it was like before the other call
			faster = true
			w.start("lambda", w.attempt(""))
		}
		return answer, err
	}
	if got := w.deploy(""); got != ended+"done" {
		t.Errorf("it comes to %s", got)
	}
}

func TestALambdaStepTriesAgainWhatPasses(t *testing.T) {
	for name, c := range map[string]struct {
		action any
		err    error
	}{
		"a throttled move":     {&lambda.UpdateAliasInput{}, &types.TooManyRequestsException{Message: new("Rate exceeded")}},
		"a throttled upload":   {&lambda.UpdateFunctionCodeInput{}, apiError("ThrottlingException")},
		"a version unheard of": {&lambda.GetFunctionInput{Qualifier: new("7")}, &types.ResourceNotFoundException{Message: new("Function not found")}},
	} {
		w := newLambdaWorld(t)
		times := 0
		w.answer = func(request any) (any, error) {
			in, described := request.(*lambda.GetFunctionInput)
			if fmt.Sprintf("%T", request) == fmt.Sprintf("%T", c.action) && (!described || in.Qualifier != nil) {
				if times++; times <= 2 {
					return nil, c.err
				}
			}
			return w.reply(request)
		}
		if got := w.deploy(watched); got != ended+"done" || times < 3 {
			t.Errorf("%s: it comes to %s after %d calls", name, got, times)
		}
	}
}
