package cloudwatch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
)

func TestTheSDKMakesShowsAndDeletesAlarms(t *testing.T) {
	r := newRig(t)
	_, err := r.client.PutMetricAlarm(ctx, &client.PutMetricAlarmInput{AlarmName: aws.String("latency"), MetricName: aws.String("Duration"), Namespace: aws.String("AWS/Lambda"),
		ExtendedStatistic: aws.String("p99.9"), Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: aws.Int32(2), Threshold: aws.Float64(0.5), Unit: types.StandardUnitSeconds,
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, ActionsEnabled: aws.Bool(false), Dimensions: []types.Dimension{{Name: aws.String("FunctionName"), Value: aws.String("api")}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.client.SetAlarmState(ctx, &client.SetAlarmStateInput{AlarmName: aws.String("latency"), StateValue: types.StateValueOk, StateReason: aws.String("fast"), StateReasonData: aws.String(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.client.DescribeAlarms(ctx, &client.DescribeAlarmsInput{AlarmNamePrefix: aws.String("lat")})
	if err != nil || len(out.MetricAlarms) != 1 {
		t.Fatalf("DescribeAlarms = %+v, %v", out, err)
	}
	a := out.MetricAlarms[0]
	if *a.AlarmArn != strings.Replace(alarmARN, "errors", "latency", 1) || *a.ExtendedStatistic != "p99.9" || *a.Threshold != 0.5 || *a.Period != 60 || *a.DatapointsToAlarm != 2 ||
		*a.ActionsEnabled || a.StateValue != types.StateValueOk || *a.StateReason != "fast" || *a.StateReasonData != `{"a":1}` || !a.StateUpdatedTimestamp.Equal(start) ||
		*a.Dimensions[0].Value != "api" || a.Unit != types.StandardUnitSeconds || a.Statistic != "" {
		t.Errorf("the alarm is %+v", a)
	}
	history, err := r.client.DescribeAlarmHistory(ctx, &client.DescribeAlarmHistoryInput{AlarmName: aws.String("latency")})
	if err != nil || len(history.AlarmHistoryItems) != 2 || *history.AlarmHistoryItems[0].HistorySummary != "Alarm updated from INSUFFICIENT_DATA to OK" || !history.AlarmHistoryItems[0].Timestamp.Equal(start) {
		t.Errorf("DescribeAlarmHistory = %+v, %v", history, err)
	}
	if _, err := r.client.DeleteAlarms(ctx, &client.DeleteAlarmsInput{AlarmNames: []string{"latency"}}); err != nil {
		t.Fatal(err)
	}
	if out, err = r.client.DescribeAlarms(ctx, &client.DescribeAlarmsInput{AlarmNames: []string{"latency"}}); err != nil || len(out.MetricAlarms) != 0 {
		t.Errorf("after the deletion: %+v, %v", out, err)
	}
}

func TestTheSDKReadsRefusals(t *testing.T) {
	r := newRig(t)
	_, err := r.client.SetAlarmState(ctx, &client.SetAlarmStateInput{AlarmName: aws.String("none"), StateValue: types.StateValueOk, StateReason: aws.String("")})
	if missing, ok := errors.AsType[*types.ResourceNotFound](err); !ok || missing.ErrorCode() != "ResourceNotFound" {
		t.Errorf("an unknown alarm: %v", err)
	}
	_, err = r.client.DeleteAlarms(ctx, &client.DeleteAlarmsInput{AlarmNames: []string{"errors", "none"}})
	if _, ok := errors.AsType[*types.ResourceNotFound](err); !ok {
		t.Errorf("DeleteAlarms of an unknown alarm: %v", err)
	}
	if out, err := r.client.DescribeAlarms(ctx, &client.DescribeAlarmsInput{AlarmNames: []string{"errors"}}); err != nil || len(out.MetricAlarms) != 1 {
		t.Errorf("half a deletion: %+v, %v", out, err)
	}
	_, err = r.client.SetAlarmState(ctx, &client.SetAlarmStateInput{AlarmName: aws.String("errors"), StateValue: "RED", StateReason: aws.String("")})
	if refusal, ok := errors.AsType[smithy.APIError](err); !ok || refusal.ErrorCode() != "ValidationError" {
		t.Errorf("an unknown state: %v", err)
	}
	_, err = r.client.SetAlarmState(ctx, &client.SetAlarmStateInput{AlarmName: aws.String("errors"), StateValue: types.StateValueOk, StateReason: aws.String(""), StateReasonData: aws.String("{")})
	if _, ok := errors.AsType[*types.InvalidFormatFault](err); !ok {
		t.Errorf("data that is no JSON: %v", err)
	}
	_, err = r.client.DescribeAlarms(ctx, &client.DescribeAlarmsInput{NextToken: aws.String("!")})
	if _, ok := errors.AsType[*types.InvalidNextToken](err); !ok {
		t.Errorf("a token that never was: %v", err)
	}
	_, err = r.client.ListMetrics(ctx, &client.ListMetricsInput{})
	if refusal, ok := errors.AsType[smithy.APIError](err); !ok || !strings.Contains(refusal.ErrorMessage(), "ListMetrics") {
		t.Errorf("an unknown operation: %v", err)
	}
}

func TestTheQueryProtocolSaysTheSame(t *testing.T) {
	r := newRig(t)
	const version = "&Version=2010-08-01"
	for _, c := range []struct {
		form   string
		status int
		want   []string
	}{
		{"Action=PutMetricAlarm&AlarmName=slow&MetricName=m&Namespace=n&Statistic=SampleCount&Period=60&EvaluationPeriods=1&Threshold=-2.5&ActionsEnabled=false&ComparisonOperator=LessThanThreshold" +
			"&Dimensions.member.1.Name=a&Dimensions.member.1.Value=b&AlarmActions.member.1=" + topicARN, 200, []string{`<PutMetricAlarmResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><ResponseMetadata><RequestId>`}},
		{"Action=SetAlarmState&AlarmName=slow&StateValue=ALARM&StateReason=a+%26+b", 200, []string{"<SetAlarmStateResponse"}},
		{"Action=DescribeAlarms&StateValue=ALARM&MaxRecords=1&ActionPrefix=arn%3Aaws%3Asns", 200, []string{"<MetricAlarms><member><ActionsEnabled>false</ActionsEnabled><AlarmActions><member>" + topicARN,
			"<Dimensions><member><Name>a</Name><Value>b</Value></member></Dimensions>", "<Threshold>-2.5</Threshold>", "<StateUpdatedTimestamp>2026-11-22T08:00:00.000Z<", "<StateReason>a &amp; b<", "</MetricAlarms></DescribeAlarmsResult>"}},
		{"Action=DescribeAlarms&AlarmNames.member.2=slow&AlarmNames.member.1=x", 200, []string{"<AlarmName>slow<"}},
		{"Action=SetAlarmState&AlarmName=none&StateValue=OK&StateReason=", 404, []string{"<Type>Sender</Type><Code>ResourceNotFound</Code>"}},
		{"Action=SetAlarmState&AlarmName=slow&StateValue=RED&StateReason=", 400, []string{"<Code>ValidationError</Code><Message>1 validation error"}},
		{"Action=DescribeAlarms&MaxRecords=many", 400, []string{"<Code>MalformedInput</Code>", "many"}},
		{"Action=DescribeAlarms&AlarmNames.member.x=y", 400, []string{"AlarmNames.member.1"}},
		{"Action=DescribeAlarms&ChildrenOfAlarmName=y", 400, []string{"ChildrenOfAlarmName"}},
		{"Action=ListMetrics", 400, []string{"<Code>InvalidAction</Code>", "ListMetrics"}},
	} {
		status, answer := r.post(c.form + version)
		for _, want := range c.want {
			if status != c.status || !strings.Contains(answer, want) {
				t.Errorf("%s: %d %s, want %d %s", c.form, status, answer, c.status, want)
			}
		}
	}
}

func TestAlarmsAreListedByPage(t *testing.T) {
	r := newRig(t)
	for i := range 6 {
		r.create(spec(fmt.Sprint("more-", i)))
	}
	var names []string
	pages := client.NewDescribeAlarmsPaginator(r.client, &client.DescribeAlarmsInput{MaxRecords: aws.Int32(3)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.MetricAlarms {
			names = append(names, *a.AlarmName)
		}
	}
	if got := strings.Join(names, " "); got != "errors more-0 more-1 more-2 more-3 more-4 more-5" {
		t.Errorf("alarms %s", got)
	}
	for request, want := range map[string]int{`{"AlarmTypes":["CompositeAlarm"]}`: 0, `{"AlarmTypes":["MetricAlarm"]}`: 7, `{"StateValue":"OK"}`: 0, `{"AlarmNames":["errors","none"]}`: 1, `{"ActionPrefix":"arn:aws:lambda"}`: 0} {
		_, answer := r.call("DescribeAlarms", request)
		if got := strings.Count(answer, `"AlarmArn"`); got != want {
			t.Errorf("DescribeAlarms %s: %d alarms, want %d", request, got, want)
		}
	}
	if status, answer := r.call("DescribeAlarms", `{"AlarmNames":["a"],"AlarmNamePrefix":"a"}`); status != 400 || !strings.Contains(answer, "alarmNamePrefix") {
		t.Errorf("names and prefix: %d %s", status, answer)
	}
}

func TestHistoryIsListedBothWaysAndForgottenAfterAMonth(t *testing.T) {
	r := newRig(t)
	other := spec("errors2")
	r.create(other)
	r.set("OK", "")
	r.set("ALARM", "")
	for scan, want := range map[string]string{
		"TimestampDescending": "Successfully|Alarm updated from OK to ALARM|Successfully|Alarm updated from INSUFFICIENT_DATA to OK|Alarm \"errors\" created",
		"TimestampAscending":  "Alarm \"errors\" created|Alarm updated from INSUFFICIENT_DATA to OK|Successfully|Alarm updated from OK to ALARM|Successfully",
	} {
		if got := r.history(types.ScanBy(scan)); got != want {
			t.Errorf("%s: %s, want %s", scan, got, want)
		}
	}
	r.clock.RunUntil(start.Add(31 * 24 * time.Hour))
	r.set("OK", "")
	if got := r.history(""); got != "Successfully|Alarm updated from ALARM to OK" {
		t.Errorf("a month later: %s", got)
	}
}

// history returns the summaries of an alarm's history, page by page.
func (r *rig) history(scan types.ScanBy) string {
	r.Helper()
	var all []string
	pages := client.NewDescribeAlarmHistoryPaginator(r.client, &client.DescribeAlarmHistoryInput{AlarmName: aws.String("errors"), MaxRecords: aws.Int32(2), ScanBy: scan})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			r.Fatal(err)
		}
		for _, item := range page.AlarmHistoryItems {
			summary, _, _ := strings.Cut(*item.HistorySummary, " executed")
			if !json.Valid([]byte(*item.HistoryData)) {
				r.Errorf("data %s", *item.HistoryData)
			}
			all = append(all, summary)
		}
	}
	return strings.Join(all, "|")
}

func FuzzRequestsAreAnsweredOrRefused(f *testing.F) {
	f.Add("DescribeAlarms", "application/cbor", []byte("\xa1jMaxRecords\x05"))
	f.Add("SetAlarmState", "application/cbor", []byte("\xbf\x69AlarmName\x66errors\x6aStateValue\x65ALARM\xff"))
	f.Add("SetAlarmState", "application/x-www-form-urlencoded", []byte("Action=SetAlarmState&Version=2010-08-01&AlarmName=errors&StateValue=OK&StateReason=x"))
	f.Add("PutMetricAlarm", "application/x-www-form-urlencoded", []byte("Action=PutMetricAlarm&Version=2010-08-01&Threshold=NaN&Dimensions.member.1.Name=x&Dimensions.member.1=y"))
	f.Add("DescribeAlarmHistory", "application/x-amz-json-1.0", []byte(`{"AlarmName":"errors","NextToken":"AA"}`))
	f.Fuzz(func(t *testing.T, operation, contentType string, body []byte) {
		r := newRig(t)
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
		request.Header.Set("Content-Type", contentType)
		if contentType == "application/cbor" {
			request.URL.Path = "/service/GraniteServiceVersion20100801/operation/" + operation
			request.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		} else {
			request.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+operation)
		}
		if status, answer := r.serve(request); status >= 500 {
			t.Errorf("%d %s", status, answer)
		}
	})
}
