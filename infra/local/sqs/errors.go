package sqs

import "slipway/infra/local/awsjson"

func queueDoesNotExist() error {
	return &awsjson.Error{Code: "QueueDoesNotExist", QueryCode: "AWS.SimpleQueueService.NonExistentQueue",
		Message: "The specified queue does not exist."}
}

func invalidValue(format string, args ...any) error {
	return awsjson.Errorf("InvalidParameterValue", format, args...)
}

// refusedBatch is an error of a batch request as a whole.
func refusedBatch(code, format string, args ...any) error {
	refusal := awsjson.Errorf(code, format, args...)
	refusal.QueryCode = "AWS.SimpleQueueService." + code
	return refusal
}
