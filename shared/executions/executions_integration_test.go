//go:build integration

package executions_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"slipway/scripts/integration"
	"slipway/shared/executions"
)

// TestIntegration holds the adapter against a Step Functions that others have written.
func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "executions",
		Holds: []integration.Claim{
			{Says: "starts by name", Hold: emulated(startingAgainStartsNothing)},
			{Says: "answers to tasks", Hold: emulated(theFirstAnswerCounts)},
			{Says: "answers that come too late", Hold: emulated(anAnswerThatComesTooLateIsNoError)},
			{Says: "failures of tasks", Hold: emulated(aTaskFailsWithItsError)},
			{Says: "what is refused", Hold: emulated(whatCannotBeIsRefused)},
		},
		Gaps: []integration.Claim{
			{Says: "SendTaskFailure drops the cause.", Hold: emulated(theCauseIsDropped)},
			{Says: "An answer to a task that has been answered or has timed out is taken, without effect, while the execution goes on.", Hold: emulated(anEndedTaskTakesAnswers)},
			{Says: "SendTaskSuccess answers InvalidToken once the execution has ended.", Hold: emulated(aLateTokenIsInvalid)},
			{Says: "An execution may have any name.", Hold: emulated(anyNameIsTaken)},
			{Says: "SendTaskSuccess takes an output of more than 256 KiB; the execution fails of it.", Hold: emulated(anyOutputIsTaken)},
			{Says: "JSONata isn't evaluated.", Hold: emulated(jsonataIsNotEvaluated)},
		},
	}.Run(t)
}

// asking sends its token to a queue and waits so many seconds for the answer; then it
// asks once more.
const asking = `{"StartAt":"Ask","States":{
	"Ask":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","TimeoutSeconds":%[2]d,
		"Parameters":{"QueueUrl":%[1]q,"MessageBody.$":"$$.Task.Token"},"ResultPath":"$.first","Next":"Again",
		"Catch":[{"ErrorEquals":["States.Timeout"],"ResultPath":"$.first","Next":"Again"}]},
	"Again":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
		"Parameters":{"QueueUrl":%[1]q,"MessageBody.$":"$$.Task.Token"},"ResultPath":"$.second","End":true}}}`

// A service is executions of a state machine on the emulator.
type service struct {
	*testing.T
	*executions.Executions
	client  *sfn.Client
	queues  *sqs.Client
	queue   string // the URL of the queue that the tokens are sent to
	machine string // ARN
}

// emulated returns hold with a service of its own.
func emulated(hold func(s *service)) func(*testing.T) {
	return func(t *testing.T) {
		c := integration.Configuration(t)
		s := &service{T: t, client: sfn.NewFromConfig(c), queues: sqs.NewFromConfig(c)}
		s.Executions = executions.New(s.client)
		name := "executions-" + integration.Name(t)
		queue, err := s.queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
		s.must(err)
		s.queue = *queue.QueueUrl
		s.machine = s.create(name, fmt.Sprintf(asking, s.queue, 3600))
		hold(s)
	}
}

// create creates a state machine and returns its ARN.
func (s *service) create(name, definition string) string {
	s.Helper()
	out, err := s.client.CreateStateMachine(s.Context(), &sfn.CreateStateMachineInput{Name: &name, Definition: &definition,
		RoleArn: aws.String("arn:aws:iam::000000000000:role/states")})
	s.must(err)
	return *out.StateMachineArn
}

func (s *service) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// token returns the token of the next task that asks.
func (s *service) token() string {
	s.Helper()
	out, err := s.queues.ReceiveMessage(s.Context(), &sqs.ReceiveMessageInput{QueueUrl: &s.queue, WaitTimeSeconds: 20})
	s.must(err)
	if len(out.Messages) == 0 {
		s.Fatal("no task asks")
	}
	return *out.Messages[0].Body
}

// ended returns the execution of that name once it has ended.
func (s *service) ended(name string) *sfn.DescribeExecutionOutput {
	s.Helper()
	arn := strings.Replace(s.machine, ":stateMachine:", ":execution:", 1) + ":" + name
	for {
		out, err := s.client.DescribeExecution(s.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		s.must(err)
		if out.Status != types.ExecutionStatusRunning {
			return out
		}
	}
}

func (s *service) start(name string, input any) {
	s.Helper()
	s.must(s.Start(s.Context(), s.machine, name, input))
}

func startingAgainStartsNothing(s *service) {
	input := map[string]string{"deployment": "storefront_1_dev_1"}
	s.start("storefront_1_dev_1", input)
	s.start("storefront_1_dev_1", input)
	s.start("storefront_1_dev_1", map[string]string{"other": "input"})
	s.must(s.Fail(s.Context(), s.token(), "Rejected", ""))
	if got := s.ended("storefront_1_dev_1"); aws.ToString(got.Input) != `{"deployment":"storefront_1_dev_1"}` {
		s.Errorf("it is of %s", aws.ToString(got.Input))
	}
	s.start("storefront_1_dev_1", input)
	list, err := s.client.ListExecutions(s.Context(), &sfn.ListExecutionsInput{StateMachineArn: &s.machine})
	s.must(err)
	if len(list.Executions) != 1 {
		s.Errorf("there are %d executions", len(list.Executions))
	}
}

// An answer is what a task is answered with.
type answer struct {
	Text string `json:"text"`
}

// output returns the output of the execution x, which has succeeded.
func (s *service) output() (both struct{ First, Second answer }) {
	s.Helper()
	got := s.ended("x")
	if got.Status != types.ExecutionStatusSucceeded {
		s.Fatalf("it is %s with %s", got.Status, aws.ToString(got.Error))
	}
	s.must(json.Unmarshal([]byte(aws.ToString(got.Output)), &both))
	return both
}

func theFirstAnswerCounts(s *service) {
	s.start("x", struct{}{})
	first := s.token()
	s.must(s.Succeed(s.Context(), first, answer{"<&> ä 🚢"}))
	second := s.token()
	s.must(s.Succeed(s.Context(), first, answer{"again"}))
	s.must(s.Fail(s.Context(), first, "Rejected", "too late"))
	s.must(s.Succeed(s.Context(), second, answer{"second"}))
	if got := s.output(); got.First.Text != "<&> ä 🚢" || got.Second.Text != "second" {
		s.Errorf("the answers are %+v", got)
	}
}

func anAnswerThatComesTooLateIsNoError(s *service) {
	s.machine = s.create("executions-timeout", fmt.Sprintf(asking, s.queue, 1))
	s.start("x", struct{}{})
	first, second := s.token(), s.token()
	s.must(s.Succeed(s.Context(), first, answer{"late"}))
	s.must(s.Fail(s.Context(), first, "Rejected", "too late"))
	s.must(s.Succeed(s.Context(), second, answer{"second"}))
	if got := s.output(); got.First.Text != "" || got.Second.Text != "second" {
		s.Errorf("the answers are %+v", got)
	}
}

func aTaskFailsWithItsError(s *service) {
	s.start("x", struct{}{})
	s.must(s.Fail(s.Context(), s.token(), "Rejected", "rejected by manager2: not today"))
	if got := s.ended("x"); got.Status != types.ExecutionStatusFailed || aws.ToString(got.Error) != "Rejected" {
		s.Errorf("it is %s with %s", got.Status, aws.ToString(got.Error))
	}
}

func whatCannotBeIsRefused(s *service) {
	s.start("x", struct{}{})
	token := s.token()
	for what, err := range map[string]error{
		"a machine that is not there": s.Start(s.Context(), s.machine+"s", "y", struct{}{}),
		"a token that is none":        s.Succeed(s.Context(), "nonsense", struct{}{}),
		"a failed token that is none": s.Fail(s.Context(), "nonsense", "Rejected", ""),
		"an output that isn't JSON":   s.Succeed(s.Context(), token, make(chan int)),
		"an input that isn't JSON":    s.Start(s.Context(), s.machine, "y", make(chan int)),
	} {
		if err == nil {
			s.Errorf("%s is none", what)
		}
	}
}

func theCauseIsDropped(s *service) {
	s.start("x", struct{}{})
	s.must(s.Fail(s.Context(), s.token(), "Rejected", "rejected by manager2: not today"))
	if got := s.ended("x"); got.Cause != nil {
		s.Errorf("the cause is %q", *got.Cause)
	}
}

func anEndedTaskTakesAnswers(s *service) {
	s.machine = s.create("executions-ended", fmt.Sprintf(asking, s.queue, 1))
	s.start("x", struct{}{})
	timedOut := s.token()
	s.token() // of the state that follows
	s.start("y", struct{}{})
	for _, token := range []string{timedOut, s.token()} {
		for range 2 {
			_, err := s.client.SendTaskSuccess(s.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
			s.must(err)
		}
	}
}

func aLateTokenIsInvalid(s *service) {
	s.start("x", struct{}{})
	token := s.token()
	s.must(s.Fail(s.Context(), token, "Rejected", ""))
	s.ended("x")
	var invalid *types.InvalidToken
	if err := s.Succeed(s.Context(), token, struct{}{}); !errors.As(err, &invalid) {
		s.Errorf("the answer is %v", err)
	}
}

func anyNameIsTaken(s *service) { s.start("a/b <c>", struct{}{}) }

func anyOutputIsTaken(s *service) {
	s.start("x", struct{}{})
	s.must(s.Succeed(s.Context(), s.token(), strings.Repeat("x", 1<<18)))
	if got := s.ended("x"); got.Status != types.ExecutionStatusFailed || aws.ToString(got.Error) != "States.DataLimitExceeded" {
		s.Errorf("it is %s with %s", got.Status, aws.ToString(got.Error))
	}
}

func jsonataIsNotEvaluated(s *service) {
	s.machine = s.create("executions-jsonata", `{"QueryLanguage":"JSONata","StartAt":"Add","States":{"Add":{"Type":"Pass","Output":"{% 1 + 1 %}","End":true}}}`)
	s.start("x", struct{}{})
	if got := s.ended("x"); got.Status != types.ExecutionStatusFailed || aws.ToString(got.Error) != "States.Runtime" {
		s.Errorf("it is %s with %s", got.Status, aws.ToString(got.Output))
	}
}
