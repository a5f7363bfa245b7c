package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
)

// eventBus is the Slipway bus, which carries Slipway's own events only. What AWS
// services say arrives on the account's default bus.
type eventBus = awsevents.EventBus

func newBus(stack awscdk.Stack) eventBus {
	return awsevents.NewEventBus(stack, new("Bus"), &awsevents.EventBusProps{
		EventBusName: new("Slipway"),
		Description:  new("Slipway's events, each once written to the table."),
	})
}
