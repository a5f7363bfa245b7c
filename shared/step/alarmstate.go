package step

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// An alarmState is how an alarm is.
type alarmState struct {
	name   string
	value  types.StateValue
	reason string
}

// look returns nil when all alarms are as they should be, and else a [*Failure].
func (p alarmParameters) look(ctx context.Context, d Dependencies, w Work) error {
	states, err := p.states(ctx, d, w)
	if err != nil {
		return err
	}
	var missing, raised []string
	for _, name := range p.Alarms {
		i := slices.IndexFunc(states, func(s alarmState) bool { return s.name == name })
		if i < 0 {
			missing = append(missing, name)
			continue
		}
		fmt.Fprintf(w.Log, "%s: %s\n", name, states[i].value)
		if p.refuses(states[i].value) {
			raised = append(raised, fmt.Sprintf("%s is %s: %s", name, states[i].value, states[i].reason))
		}
	}
	switch {
	case len(missing) > 0:
		return permanent("NoSuchAlarm", "CloudWatch has no alarm %s in environment %s; create it there, or correct the name", strings.Join(missing, ", "), w.Environment)
	case len(raised) > 0:
		return transient("AlarmRaised", "%s", strings.Join(raised, "; "))
	}
	return nil
}

// refuses tells whether an alarm must not be in that state.
func (p alarmParameters) refuses(value types.StateValue) bool {
	return value == types.StateValueAlarm || value == types.StateValueInsufficientData && p.Missing == missingFail
}

// states returns how the alarms are that exist.
func (p alarmParameters) states(ctx context.Context, d Dependencies, w Work) ([]alarmState, error) {
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return nil, err
	}
	var all []alarmState
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(c), &cloudwatch.DescribeAlarmsInput{
		AlarmNames: p.Alarms, AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
		MaxRecords: aws.Int32(maxAlarms),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, callError(err, "alarm", w, "describe alarms "+strings.Join(p.Alarms, ", "))
		}
		for _, a := range page.MetricAlarms {
			all = append(all, alarmState{aws.ToString(a.AlarmName), a.StateValue, aws.ToString(a.StateReason)})
		}
		for _, a := range page.CompositeAlarms {
			all = append(all, alarmState{aws.ToString(a.AlarmName), a.StateValue, aws.ToString(a.StateReason)})
		}
	}
	return all, nil
}
