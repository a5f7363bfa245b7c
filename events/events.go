// Package events holds every event that Slipway emits or takes in, one file a
// noun, with a JSON Schema and an example beside each. A version of an event only
// ever gains optional fields.
package events

import (
	"encoding/json"
	"time"
)

// Source is the source of every event that Slipway puts on its bus.
const Source = "slipway"

// An Event is something that happened to a noun of the domain. Its JSON is the
// detail of the EventBridge event of the same type.
type Event interface {
	// Type is the detail-type, such as "package.registered.v1".
	Type() string
}

// An Envelope is an event as EventBridge delivers it.
type Envelope[Detail any] struct {
	ID         string    `json:"id"`
	Source     string    `json:"source"`
	DetailType string    `json:"detail-type"`
	Account    string    `json:"account"`
	Region     string    `json:"region"`
	Time       time.Time `json:"time"`
	Resources  []string  `json:"resources"`
	Detail     Detail    `json:"detail"`
}

// A Raw envelope is one whose detail is not decoded yet.
type Raw = Envelope[json.RawMessage]

// A Record is an event's place in the audit log: one chain a project and one a
// package, each record holding the hash of the one before it. It travels in the
// detail of the published event as "record".
type Record struct {
	Chain    string    `json:"chain"`    // such as "project/storefront"
	Sequence int       `json:"sequence"` // from 1, without gaps
	Type     string    `json:"type"`
	At       time.Time `json:"at"`
	By       string    `json:"by"` // who caused it: a person, a service, or "slipway"
	Previous string    `json:"previous"`
	Hash     string    `json:"hash"`
}

// All returns a zero value of every event that Slipway emits, in the order of their types.
func All() []Event {
	return []Event{
		ApprovalDecided{},
		DeploymentAwaitingApproval{}, DeploymentCancelled{}, DeploymentCancelling{}, DeploymentFailed{}, DeploymentQueued{},
		DeploymentRejected{}, DeploymentRequested{}, DeploymentStarted{}, DeploymentSucceeded{}, DeploymentSuperseded{},
		PackageRegistered{}, PackageRejected{},
		ProjectApplied{}, ProjectRejected{},
		ReleaseCreated{},
		RunbookCancelling{}, RunbookFinished{}, RunbookPaused{}, RunbookPublished{}, RunbookRequested{},
		RunbookResumed{}, RunbookSkipped{}, RunbookStarted{},
		StepAwaitingApproval{}, StepFinished{}, StepStarted{},
	}
}
