package stepfunctions_test

import (
	"errors"
	"strings"
	"testing"

	"slipway/infra/local/clock"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
)

// machine returns a definition with the given states, of which A is the first.
func machine(states string) string {
	return `{"QueryLanguage":"JSONata","StartAt":"A","States":{` + states + `}}`
}

func TestCreateRefusesWhatItDoesNotKnowAndNamesIt(t *testing.T) {
	const invoke = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke"`
	const wait = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":{"FunctionName":"f"},"End":true`
	for name, c := range map[string]struct{ definition, want string }{
		"no JSON":              {`{"StartAt":"A"`, "INVALID_JSON_DESCRIPTION"},
		"no object":            {`[]`, "expected a JSON object"},
		"JSONPath":             {`{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}`, "QueryLanguage must be 'JSONata'"},
		"JSONPath state":       {machine(`"A":{"Type":"Succeed","QueryLanguage":"JSONPath"}`), "'QueryLanguage' can not be 'JSONPath'"},
		"JSONPath field":       {machine(`"A":{"Type":"Pass","ResultPath":"$.x","End":true}`), "/States/A/ResultPath"},
		"nothing":              {`{"QueryLanguage":"JSONata"}`, "These fields are required: [StartAt, States]"},
		"unknown top field":    {`{"QueryLanguage":"JSONata","StartAt":"A","Foo":1,"States":{"A":{"Type":"Succeed"}}}`, "Field 'Foo' is not supported at /Foo"},
		"unknown field":        {machine(`"A":{"Type":"Pass","Foo":1,"End":true}`), "Field 'Foo' is not supported at /States/A/Foo"},
		"field of another":     {machine(`"A":{"Type":"Wait","Seconds":1,"Retry":[],"End":true}`), "/States/A/Retry"},
		"field in other case":  {machine(`"A":{"Type":"Pass","end":true}`), "/States/A/end"},
		"duplicate field":      {machine(`"A":{"Type":"Pass","End":true,"End":true}`), "duplicate field 'End'"},
		"unknown type":         {machine(`"A":{"Type":"Loop"}`), "got 'Loop' at /States/A/Type"},
		"next and end":         {machine(`"A":{"Type":"Pass","Next":"A","End":true}`), "Exactly one of 'Next'"},
		"neither":              {machine(`"A":{"Type":"Pass"}`), "Exactly one of 'Next'"},
		"missing target":       {machine(`"A":{"Type":"Pass","Next":"B"}`), "Missing 'Next' target: B"},
		"missing start":        {`{"QueryLanguage":"JSONata","StartAt":"X","States":{"A":{"Type":"Succeed"}}}`, "Missing 'StartAt' target: X"},
		"unreachable":          {machine(`"A":{"Type":"Succeed"},"B":{"Type":"Succeed"}`), "State 'B' is not reachable"},
		"endless":              {machine(`"A":{"Type":"Pass","Next":"A"}`), "MISSING_END_STATE"},
		"long name":            {`{"QueryLanguage":"JSONata","StartAt":"` + strings.Repeat("n", 81) + `","States":{"` + strings.Repeat("n", 81) + `":{"Type":"Succeed"}}}`, "between 1 and 80"},
		"same name twice":      {machine(`"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}]}`), "used more than once"},
		"resource":             {machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:deleteMessage","End":true}`), "Resource 'arn:aws:states:::sqs:deleteMessage' is not supported"},
		"no arguments":         {machine(`"A":{` + invoke + `,"End":true}`), "These fields are required: [FunctionName]"},
		"unknown argument":     {machine(`"A":{` + invoke + `,"Arguments":{"FunctionName":"f","Qualifier":"1"},"End":true}`), "The field 'Qualifier' is not supported"},
		"heartbeat too long":   {machine(`"A":{` + invoke + `,"Arguments":{"FunctionName":"f"},"TimeoutSeconds":5,"HeartbeatSeconds":5,"End":true}`), "HeartbeatSeconds must be smaller than TimeoutSeconds at /States/A/HeartbeatSeconds"},
		"time-out of nothing":  {machine(`"A":{` + invoke + `,"Arguments":{"FunctionName":"f"},"TimeoutSeconds":0,"End":true}`), "Value must be an integer between 1 and"},
		"credentials":          {machine(`"A":{` + invoke + `,"Arguments":{"FunctionName":"f"},"Credentials":{"Role":"r"},"End":true}`), "Field 'Role' is not supported"},
		"no execution type":    {machine(distributed(`"Mode":"DISTRIBUTED"`, ``)), "These fields are required: [ExecutionType]"},
		"express children":     {machine(distributed(`"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"`, ``)), "ExecutionType 'EXPRESS' is not supported by the local engine"},
		"mode":                 {machine(distributed(`"Mode":"NESTED"`, ``)), "got 'NESTED'"},
		"inline with label":    {machine(distributed(`"Mode":"INLINE"`, `,"Label":"l"`)), "Field 'Label' is not supported at /States/A/Label"},
		"label":                {machine(distributed(standard, `,"Label":"a b"`)), "A label has 1 to 40 characters"},
		"label twice":          {machine(distributed(standard, `,"Label":"l"`) + "," + strings.NewReplacer(`"A":`, `"C":`, `"B"`, `"D"`, `"End":true`, `"Next":"A"`).Replace(distributed(standard, `,"Label":"l"`))), "is used more than once"},
		"items and reader":     {machine(distributed(standard, `,"Items":[1],"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{"Bucket":"b","Key":"k"},"ReaderConfig":{"InputType":"JSON"}}`)), "Only one of 'Items' and 'ItemReader'"},
		"reader's resource":    {machine(distributed(standard, `,"ItemReader":{"Resource":"arn:aws:states:::s3:headObject","Arguments":{}}`)), "got 'arn:aws:states:::s3:headObject'"},
		"reader's type":        {machine(distributed(standard, `,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{"Bucket":"b","Key":"k"},"ReaderConfig":{"InputType":"PARQUET"}}`)), "InputType 'PARQUET' is not supported by the local engine"},
		"reader's arguments":   {machine(distributed(standard, `,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{"Bucket":"b"},"ReaderConfig":{"InputType":"JSON"}}`)), "These fields are required: [Key] at /States/A/ItemReader/Arguments"},
		"CSV without header":   {machine(distributed(standard, `,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{"Bucket":"b","Key":"k"},"ReaderConfig":{"InputType":"CSV"}}`)), "These fields are required: [CSVHeaderLocation]"},
		"empty batcher":        {machine(distributed(standard, `,"ItemBatcher":{}`)), "At least one of 'MaxItemsPerBatch'"},
		"empty writer":         {machine(distributed(standard, `,"ResultWriter":{}`)), "At least one of 'Resource' and 'WriterConfig'"},
		"writer's kind":        {machine(distributed(standard, `,"ResultWriter":{"WriterConfig":{"Transformation":"NONE","OutputType":"CSV"}}`)), "got 'CSV'"},
		"not connected":        {machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","End":true}`), "Resource 'arn:aws:states:::dynamodb:putItem' is not supported"},
		"too large":            {machine(`"A":{"Type":"Pass","Comment":"` + strings.Repeat("c", 1<<20) + `","End":true}`), "at most 1048576 are allowed"},
		"tolerated failures":   {machine(`"A":{"Type":"Map","End":true,"ToleratedFailureCount":1,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`), "/States/A/ToleratedFailureCount"},
		"no branches":          {machine(`"A":{"Type":"Parallel","End":true,"Branches":[]}`), "at least one branch"},
		"no rules":             {machine(`"A":{"Type":"Choice","Choices":[]}`), "at least one rule"},
		"rule without next":    {machine(`"A":{"Type":"Choice","Choices":[{"Condition":"{% true %}"}]}`), "These fields are required: [Next] at /States/A/Choices[0]"},
		"two waits":            {machine(`"A":{"Type":"Wait","Seconds":1,"Timestamp":"x","End":true}`), "Exactly one of 'Seconds'"},
		"seconds as text":      {machine(`"A":{"Type":"Wait","Seconds":"1","End":true}`), "Expected a JSONata expression or a value of type [NUMBER] at /States/A/Seconds"},
		"wrong expression":     {machine(`"A":{"Type":"Pass","Output":"{% 1 + %}","End":true}`), "INVALID_JSONATA_EXPRESSION"},
		"top-level context":    {machine(`"A":{"Type":"Pass","Output":{"x":["{% $$.a %}"]},"End":true}`), "Reference to '$$' is not supported. at /States/A/Output/x[0]"},
		"eval":                 {machine(`"A":{"Type":"Pass","Output":"{% $eval('1') %}","End":true}`), "Function '$eval' is not supported"},
		"result in a Pass":     {machine(`"A":{"Type":"Pass","Output":"{% $states.result %}","End":true}`), "$states.result is only supported"},
		"error outside Catch":  {machine(`"A":{"Type":"Pass","Output":"{% $states.errorOutput %}","End":true}`), "$states.errorOutput is only supported"},
		"unknown $states":      {machine(`"A":{"Type":"Pass","Output":"{% $states.inputs %}","End":true}`), "Field 'inputs' of $states is unknown"},
		"reserved variable":    {machine(`"A":{"Type":"Pass","Assign":{"states":1},"End":true}`), "Variable name 'states' is invalid"},
		"variable name":        {machine(`"A":{"Type":"Pass","Assign":{"a-b":1},"End":true}`), "Variable name 'a-b' is invalid"},
		"assign expression":    {machine(`"A":{"Type":"Pass","Assign":"{% {} %}","End":true}`), "Assign must be an object"},
		"outer variable":       {machine(`"A":{"Type":"Parallel","Assign":{"v":1},"End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"v":2},"End":true}}}]}`), "Variable 'v' is assigned in an outer scope"},
		"States.ALL not last":  {machine(`"A":{` + wait + `,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A"},{"ErrorEquals":["E"],"Next":"A"}]}`), "States.ALL must appear alone"},
		"States.ALL not alone": {machine(`"A":{` + wait + `,"Retry":[{"ErrorEquals":["States.ALL","E"]}]}`), "States.ALL must appear alone"},
		"no errors":            {machine(`"A":{` + wait + `,"Retry":[{"ErrorEquals":[]}]}`), "must name at least one error"},
		"backoff below one":    {machine(`"A":{` + wait + `,"Retry":[{"ErrorEquals":["E"],"BackoffRate":0.5}]}`), "/States/A/Retry[0]/BackoffRate"},
		"max delay":            {machine(`"A":{` + wait + `,"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":5,"MaxDelaySeconds":5}]}`), "greater than IntervalSeconds"},
		"jitter":               {machine(`"A":{` + wait + `,"Retry":[{"ErrorEquals":["E"],"JitterStrategy":"HALF"}]}`), "got 'HALF'"},
		"fraction of a second": {machine(`"A":{` + wait + `,"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":1.5}]}`), "Expected value of type [INTEGER]"},
	} {
		t.Run(name, func(t *testing.T) {
			err := newRig(t, nil).engine.Create(stepfunctions.StateMachineSpec{Name: "m", Definition: c.definition})
			var wrong *stepfunctions.DefinitionError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Create = %v, want %q", err, c.want)
			}
		})
	}
}

const standard = `"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"`

// distributed returns a Map state A with a processor's configuration and further fields.
func distributed(config, fields string) string {
	return `"A":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{` + config + `},"StartAt":"B","States":{"B":{"Type":"Succeed"}}}` + fields + `}`
}

func TestCreateRefusesServicesThatTheEngineIsNotConnectedTo(t *testing.T) {
	alone := stepfunctions.New(stepfunctions.Config{Store: store.NewMemory(), Clock: clock.NewVirtual(start)})
	for want, states := range map[string]string{
		"Resource 'arn:aws:states:::sqs:sendMessage' is not supported; supported are arn:aws:states:::lambda:invoke": `"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}`,
		"the local engine is not connected to S3 at /States/A/ItemReader/Resource":                                   distributed(standard, `,"ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Arguments":{"Bucket":"b"}}`),
		"the local engine is not connected to S3 at /States/A/ResultWriter/Resource":                                 distributed(standard, `,"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Arguments":{"Bucket":"b"}}`),
	} {
		if err := alone.Create(stepfunctions.StateMachineSpec{Name: "m", Definition: machine(states)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Create = %v, want %q", err, want)
		}
	}
}

func TestCreateRefusesTypesAndNames(t *testing.T) {
	ok := machine(`"A":{"Type":"Succeed"}`)
	for want, spec := range map[string]stepfunctions.StateMachineSpec{
		"type EXPRESS is not supported": {Name: "m", Definition: ok, Type: "EXPRESS"},
		"Invalid Name: 'a b'":           {Name: "a b", Definition: ok},
	} {
		if err := newRig(t, nil).engine.Create(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Create(%+v) = %v, want %q", spec, err, want)
		}
	}
}

func TestRunningExecutionsKeepTheDefinitionTheyStartedWith(t *testing.T) {
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Wait","Seconds":10,"Next":"Old"},"Old":{"Type":"Succeed"}`))
	r.start("{}")
	r.create(machine(`"A":{"Type":"Wait","Seconds":10,"Next":"New"},"New":{"Type":"Succeed"}`))
	r.clock.Run()
	if got := strings.Join(r.engine.Path(r.execution), " "); got != "A Old" {
		t.Errorf("path %s, want A Old", got)
	}
	arn, err := r.engine.Start(r.machine, "y", "{}")
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Run()
	if got := strings.Join(r.engine.Path(arn), " "); got != "A New" {
		t.Errorf("path %s, want A New", got)
	}
}

func FuzzCreateNeverPanicsAndWhatItTakesRuns(f *testing.F) {
	f.Add(machine(`"A":{"Type":"Pass","Output":{"x":["{% $states.input %}",1]},"Assign":{"v":1},"End":true}`))
	f.Add(machine(`"A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.a %}","Next":"B"}],"Default":"B"},"B":{"Type":"Fail","Error":"E"}`))
	f.Add(machine(`"A":{"Type":"Map","Items":[1,2],"End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":1,"End":true}}}}`))
	f.Add(machine(`"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A"}]}`))
	f.Add(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"End":true,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":2}]}`))
	f.Add(machine(`"A":{"Type":"Map","Items":[1,2],"ToleratedFailureCount":1,"ItemBatcher":{"MaxItemsPerBatch":2},"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Fail"}}}}`))
	f.Add(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Arguments":{"StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m","Name":"y"},"End":true}`))
	f.Add(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Arguments":{"QueueUrl":"u","MessageBody":"{% $states.input %}"},"Credentials":{"RoleArn":"r"},"HeartbeatSeconds":3,"End":true}`))
	f.Add(`{"QueryLanguage":"JSONata"`)
	f.Fuzz(func(t *testing.T, definition string) {
		r := newRig(t, nil)
		if err := r.engine.Create(stepfunctions.StateMachineSpec{Name: "m", Definition: definition}); err != nil {
			return
		}
		arn, err := r.engine.Start(r.engine.StateMachineARN("m"), "x", `{"a":true}`)
		if err != nil {
			t.Fatal(err)
		}
		r.execution = arn
		r.clock.RunUntil(start.AddDate(0, 0, 1))
		if got := r.ending(); got.Status == "" {
			t.Errorf("status %q", got.Status)
		}
	})
}
