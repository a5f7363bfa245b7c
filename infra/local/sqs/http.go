package sqs

import (
	"net/http"

	"slipway/infra/local/awsjson"
)

// service lists what the engine answers.
func (e *Engine) service() awsjson.Service {
	return awsjson.Service{Target: "AmazonSQS", Version: "1.0", NewID: e.NewID, QueryCompatible: true,
		Type: func(code string) string { return "com.amazonaws.sqs#" + code },
		Operations: map[string]awsjson.Operation{
			"CreateQueue":             awsjson.Answer(e.createQueue),
			"DeleteQueue":             awsjson.Answer(e.deleteQueue),
			"SendMessage":             awsjson.AnswerRequest(e.sendMessage),
			"SendMessageBatch":        awsjson.AnswerRequest(e.sendMessageBatch),
			"ReceiveMessage":          awsjson.AnswerRequest(e.receiveMessage),
			"DeleteMessage":           awsjson.Answer(e.deleteMessage),
			"DeleteMessageBatch":      awsjson.Answer(e.deleteMessageBatch),
			"ChangeMessageVisibility": awsjson.Answer(e.changeMessageVisibility),
			"GetQueueUrl":             awsjson.Answer(e.getQueueURL),
			"GetQueueAttributes":      awsjson.Answer(e.getQueueAttributes),
			"ListQueues":              awsjson.Answer(e.listQueues),
			"PurgeQueue":              awsjson.Answer(e.purgeQueue),
		}}
}

// ServeHTTP answers the JSON protocol of SQS, and the query protocol that came before it.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isQuery(r) {
		e.query(w, r)
		return
	}
	e.api.ServeHTTP(w, r)
}
