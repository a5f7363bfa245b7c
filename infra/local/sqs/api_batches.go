package sqs

import (
	"errors"
	"net/http"
	"regexp"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

const maxEntries = 10

var entryID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

type failedEntry struct {
	Id          string
	Code        string
	Message     string
	SenderFault bool
}

type sendMessageBatchInput struct {
	QueueUrl string
	Entries  []struct {
		Id string
		outgoing
	}
}

type sentEntry struct {
	Id string
	sendMessageOutput
}

func (e *Engine) sendMessageBatch(r *http.Request, in sendMessageBatchInput) (any, error) {
	ids, size := make([]string, len(in.Entries)), 0
	for i, entry := range in.Entries {
		ids[i] = entry.Id
		size += entry.message(r, e).size()
	}
	if size > maxMessageBytes {
		return nil, refusedBatch("BatchRequestTooLong",
			"Batch requests cannot be longer than %d bytes. You have sent %d bytes.", maxMessageBytes, size)
	}
	return batch(e, in.QueueUrl, ids, func(tx store.Tx, q queue, i int) (sentEntry, error) {
		entry := in.Entries[i]
		m, err := e.send(tx, q, entry.message(r, e), entry.delay())
		return sentEntry{entry.Id, sent(m)}, err
	})
}

type deleteMessageBatchInput struct {
	QueueUrl string
	Entries  []struct {
		Id            string
		ReceiptHandle string
	}
}

type deletedEntry struct{ Id string }

func (e *Engine) deleteMessageBatch(in deleteMessageBatchInput) (any, error) {
	ids := make([]string, len(in.Entries))
	for i, entry := range in.Entries {
		ids[i] = entry.Id
	}
	return batch(e, in.QueueUrl, ids, func(tx store.Tx, q queue, i int) (deletedEntry, error) {
		return deletedEntry{in.Entries[i].Id}, e.delete(tx, q, in.Entries[i].ReceiptHandle)
	})
}

type batchOutput[Out any] struct {
	Successful []Out
	Failed     []failedEntry `json:",omitempty"`
}

// batch runs each for every entry of a batch request, all in one transaction.
// An entry that SQS would refuse fails alone; each must not have written then.
func batch[Out any](e *Engine, url string, ids []string, each func(store.Tx, queue, int) (Out, error)) (any, error) {
	if err := checkEntries(ids); err != nil {
		return nil, err
	}
	out := batchOutput[Out]{Successful: []Out{}}
	err := e.change(url, func(tx store.Tx, q queue) error {
		for i, id := range ids {
			done, err := each(tx, q, i)
			if err == nil {
				out.Successful = append(out.Successful, done)
				continue
			}
			refusal, ok := errors.AsType[*awsjson.Error](err)
			if !ok {
				return err
			}
			out.Failed = append(out.Failed, failedEntry{id, refusal.Code, refusal.Message, true})
		}
		return nil
	})
	return out, err
}

func checkEntries(ids []string) error {
	if len(ids) == 0 {
		return refusedBatch("EmptyBatchRequest", "There should be at least one entry in the request.")
	}
	if len(ids) > maxEntries {
		return refusedBatch("TooManyEntriesInBatchRequest", "Maximum number of entries per request are %d. You have sent %d.", maxEntries, len(ids))
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if !entryID.MatchString(id) {
			return refusedBatch("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
		}
		if seen[id] {
			return refusedBatch("BatchEntryIdsNotDistinct", "Id %s repeated.", id)
		}
		seen[id] = true
	}
	return nil
}
