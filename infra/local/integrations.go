package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/sns"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
	"slipway/shared/objects"
)

// integrate gives state machines the services that their tasks may call, and S3.
func (s *Stack) integrate(c *stepfunctions.Config) {
	c.Services = map[string]stepfunctions.ServiceCall{
		"events": s.calls("Events", "AWSEvents", "1.1"),
		"sqs":    s.calls("Sqs", "AmazonSQS", "1.0"),
		"sns":    s.publish,
	}
	c.ReadObject, c.ListObjects, c.WriteObject = s.readObject, s.listObjects, s.writeObject
}

// calls returns the calls of a service that speaks the JSON protocol with the given
// target and version. Its name stands before the names of errors.
func (s *Stack) calls(name, target, version string) stepfunctions.ServiceCall {
	return func(ctx context.Context, operation string, request json.RawMessage) (json.RawMessage, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.Endpoint, bytes.NewReader(request))
		if err != nil {
			return nil, err
		}
		r.Header.Set("X-Amz-Target", target+"."+operation)
		r.Header.Set("Content-Type", "application/x-amz-json-"+version)
		answer, err := transport{s.AWS()}.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode == http.StatusOK {
			return body, err
		}
		var refusal struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(body, &refusal); err != nil {
			return nil, fmt.Errorf("%s.%s: %s: %w", name, operation, answer.Status, err)
		}
		return nil, fault(name, refusal.Type, refusal.Message)
	}
}

// fault returns a service's error as tasks see it: named like the class of the error,
// such as Sqs.QueueDoesNotExistException.
func fault(service, code, message string) *stepfunctions.Fault {
	code = code[strings.LastIndex(code, "#")+1:] // without the namespace that some services have before it
	return &stepfunctions.Fault{Name: service + "." + strings.TrimSuffix(code, "Exception") + "Exception", Cause: message}
}

// publish is SNS's Publish; its protocol has no JSON.
func (s *Stack) publish(_ context.Context, _ string, request json.RawMessage) (json.RawMessage, error) {
	var in struct {
		TopicArn, Message, Subject, MessageStructure string
		MessageAttributes                            map[string]sns.Attribute
	}
	if err := strict(request, &in); err != nil {
		return nil, fault("Sns", "InvalidParameter", err.Error())
	}
	if in.MessageStructure != "" && in.MessageStructure != "json" {
		return nil, fault("Sns", "InvalidParameter", fmt.Sprintf("MessageStructure %q: want json or nothing", in.MessageStructure))
	}
	var id string
	err := s.config.Store.Update(func(tx store.Tx) (err error) {
		id, err = s.topics.Publish(tx, in.TopicArn, sns.Message{Subject: in.Subject, Body: in.Message,
			PerProtocol: in.MessageStructure == "json", Attributes: in.MessageAttributes})
		return err
	})
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok {
		return nil, fault("Sns", refusal.Code, refusal.Message)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"MessageId": id})
}

// objects returns the objects as state machines reach them.
func (s *Stack) objects() *objects.Objects {
	return objects.New(s3.NewFromConfig(s.Configuration("states"), func(o *s3.Options) { o.UsePathStyle = true }))
}

func (s *Stack) readObject(ctx context.Context, bucket, key, version string) ([]byte, error) {
	body, err := s.objects().Read(ctx, objects.Location{Bucket: bucket, Key: key, VersionID: version})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

func (s *Stack) listObjects(ctx context.Context, bucket, prefix string) ([]stepfunctions.Object, error) {
	var all []stepfunctions.Object
	for entry, err := range s.objects().List(ctx, bucket, prefix) {
		if err != nil {
			return nil, err
		}
		all = append(all, stepfunctions.Object{Key: entry.Key, ETag: `"` + entry.ETag + `"`, Size: entry.Size, LastModified: entry.LastModified})
	}
	return all, nil
}

func (s *Stack) writeObject(ctx context.Context, bucket, key string, body []byte) error {
	return s.objects().Put(ctx, bucket, key, bytes.NewReader(body), objects.Options{ContentType: "application/json"})
}
