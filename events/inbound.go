package events

import "encoding/json"

// The events that Slipway takes in from AWS. They are decoded leniently: AWS adds
// fields, and those named here are the ones that Slipway reads.

// ObjectCreated is the detail of S3's "Object Created" event.
type ObjectCreated struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key       string `json:"key"`
		Size      int64  `json:"size"`
		ETag      string `json:"etag"`
		VersionID string `json:"version-id"`
		Sequencer string `json:"sequencer"` // grows with every write of the same key
	} `json:"object"`
	Requester string `json:"requester"`
	Reason    string `json:"reason"`
}

// ImageAction is the detail of ECR's "ECR Image Action" event.
type ImageAction struct {
	Result         string `json:"result"`
	ActionType     string `json:"action-type"`
	RepositoryName string `json:"repository-name"`
	ImageDigest    string `json:"image-digest"`
	ImageTag       string `json:"image-tag"`
}

// BuildStateChange is the detail of CodeBuild's "CodeBuild Build State Change" event.
type BuildStateChange struct {
	BuildStatus           string `json:"build-status"`
	ProjectName           string `json:"project-name"`
	BuildID               string `json:"build-id"`
	AdditionalInformation struct {
		Environment struct {
			Variables []struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			} `json:"environment-variables"`
		} `json:"environment"`
	} `json:"additional-information"`
}

// Variable returns the value of one of the build's environment variables, or "".
func (b BuildStateChange) Variable(name string) string {
	for _, v := range b.AdditionalInformation.Environment.Variables {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// ExecutionStatusChange is the detail of "Step Functions Execution Status Change".
type ExecutionStatusChange struct {
	ExecutionARN    string `json:"executionArn"`
	StateMachineARN string `json:"stateMachineArn"`
	Name            string `json:"name"`
	Status          string `json:"status"`
	Error           string `json:"error"`
	Cause           string `json:"cause"`
}

// APICall is the detail of "AWS API Call via CloudTrail".
type APICall struct {
	EventSource  string `json:"eventSource"`
	EventName    string `json:"eventName"`
	UserIdentity struct {
		Type        string `json:"type"`
		ARN         string `json:"arn"`
		PrincipalID string `json:"principalId"`
		UserName    string `json:"userName"`
	} `json:"userIdentity"`
	ErrorCode         string          `json:"errorCode"`
	RequestParameters json.RawMessage `json:"requestParameters"`
	ResponseElements  struct {
		ExecutionARN string `json:"executionArn"`
	} `json:"responseElements"`
}
