package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// makeAlarm makes the alarm that tells of errors of the site in production.
func (p players) makeAlarm(ctx context.Context) error {
	_, err := p.engineer.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: new(alarm), AlarmDescription: new("The site answers with errors."),
		Namespace: new("Storefront"), MetricName: new("Errors"),
		Dimensions: []types.Dimension{{Name: new("Environment"), Value: new("production")}},
		Statistic:  types.StatisticSum, Period: new(int32(60)), EvaluationPeriods: new(int32(1)),
		Threshold: new(10.0), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		TreatMissingData: new("notBreaching")})
	if err != nil {
		return fmt.Errorf("make alarm %s: %w", alarm, err)
	}
	return nil
}

// raiseAlarm puts the alarm into ALARM, as its metric would do on AWS.
func (p players) raiseAlarm(ctx context.Context) error {
	_, err := p.engineer.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: new(alarm), StateValue: types.StateValueAlarm, StateReason: new("drill")})
	if err != nil {
		return fmt.Errorf("raise alarm %s: %w", alarm, err)
	}
	return nil
}
