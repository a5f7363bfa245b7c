package stepfunctions_test

import (
	"fmt"
	"testing"
)

func FuzzADatasetIsReadOrFailsItsMapRun(f *testing.F) {
	for _, seed := range [][2]string{
		{`"InputType":"JSON"`, `[1,{"a":2}]`}, {`"InputType":"JSON","ItemsPointer":"/a/0"`, `{"a":[[1]]}`}, {`"InputType":"JSONL"`, "1\n{}\n"},
		{`"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"`, "a,b\n1,\"2\n\"\n"}, {`"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["a"],"CSVDelimiter":"TAB"`, "\ufeff1\t2\n"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, config, dataset string) {
		r := newRig(t, nil)
		r.objects["b/k"] = dataset
		if err := r.engine.Create(specOf(fmt.Sprintf(`"A":{"Type":"Map","End":true,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{"Bucket":"b","Key":"k"},"ReaderConfig":{%s}},`+
			`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`, config))); err != nil {
			return
		}
		arn, err := r.engine.Start(r.engine.StateMachineARN("m"), "x", "{}")
		if err != nil {
			t.Fatal(err)
		}
		r.execution = arn
		r.clock.Run()
		if got := r.ending(); got.Status != "SUCCEEDED" && got.Error != "States.ItemReaderFailed" && got.Error != "States.DataLimitExceeded" {
			t.Errorf("%s of %q ended %s", config, dataset, describe(got))
		}
	})
}
