package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
)

// deliverFailures sends what a function failed on to the dead-letter queue, after
// Lambda's two retries or six hours of throttling: also of those functions that
// nothing of ours invokes asynchronously, so that whoever does loses nothing.
func (s system) deliverFailures(rights map[string]awsiam.Policy) {
	for _, f := range Functions() {
		config := awslambda.NewCfnEventInvokeConfig(s.stack, new(f.ID+"Invocation"), &awslambda.CfnEventInvokeConfigProps{
			FunctionName:             s.functions[f.Name].lambda.FunctionName(),
			Qualifier:                new("$LATEST"),
			MaximumRetryAttempts:     new(2.0),
			MaximumEventAgeInSeconds: new(6.0 * 60 * 60),
			DestinationConfig: &awslambda.CfnEventInvokeConfig_DestinationConfigProperty{
				OnFailure: &awslambda.CfnEventInvokeConfig_OnFailureProperty{Destination: s.queues.failed.QueueArn()},
			},
		})
		// Lambda checks, as it takes the configuration, that the role may send to the queue.
		config.Node().AddDependency(rights[f.Name])
	}
}

// eventItems is the filter that lets only new event items of the table through.
const eventItems = `{"eventName":["INSERT"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"EVENT#"}]}}}}`

// publish feeds the table's stream to publishevents. Whatever has not reached
// the bus within half a day goes to the dead-letter queue as a reference to its
// stream records, which leaves as long again to read them from the stream.
func (s system) publish(rights map[string]awsiam.Policy) {
	mapping := awslambda.NewCfnEventSourceMapping(s.stack, new("PublishEventsSource"), &awslambda.CfnEventSourceMappingProps{
		FunctionName:     s.functions["publishevents"].lambda.FunctionArn(),
		EventSourceArn:   s.records.table.TableStreamArn(),
		StartingPosition: new("TRIM_HORIZON"),
		BatchSize:        new(100.0),
		FilterCriteria: &awslambda.CfnEventSourceMapping_FilterCriteriaProperty{
			Filters: []any{&awslambda.CfnEventSourceMapping_FilterProperty{Pattern: new(eventItems)}},
		},
		FunctionResponseTypes:      &[]*string{new("ReportBatchItemFailures")},
		BisectBatchOnFunctionError: true,
		MaximumRetryAttempts:       new(-1.0), // until the age is reached
		MaximumRecordAgeInSeconds:  new(12.0 * 60 * 60),
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: s.queues.unpublished.QueueArn()},
		},
	})
	// Lambda checks, as it takes the mapping, that the role may read the stream.
	mapping.Node().AddDependency(rights["publishevents"])
}

// serve gives the api function a URL for callers that sign their requests, and
// returns the URL.
func (s system) serve() *string {
	url := s.functions["api"].lambda.AddFunctionUrl(&awslambda.FunctionUrlOptions{
		AuthType:   awslambda.FunctionUrlAuthType_AWS_IAM,
		InvokeMode: awslambda.InvokeMode_BUFFERED,
	})
	return url.Url()
}
