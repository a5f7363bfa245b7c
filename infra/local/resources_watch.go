package local

import "slipway/infra/local/cloudwatch"

// makeAlarm makes an alarm; the engine's spec has the names of the template's
// properties.
func (s *Stack) makeAlarm(id string, data []byte) (map[string]string, error) {
	spec, err := properties[cloudwatch.Spec](data)
	if err != nil {
		return nil, err
	}
	if spec.AlarmName == "" {
		spec.AlarmName = physicalName(id)
	}
	return map[string]string{"": spec.AlarmName, "Arn": s.alarms.ARN(spec.AlarmName)}, s.alarms.Create(spec)
}
