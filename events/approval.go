package events

// ApprovalDecided tells what one approver decided on one plan.
type ApprovalDecided struct {
	Subject
	Step     string `json:"step,omitempty"` // that asked, if a step did
	Plan     string `json:"plan"`
	Decision string `json:"decision"` // "approve" or "reject"
	By       string `json:"by"`
	Note     string `json:"note"`
}

// Type returns "approval.decided.v1".
func (ApprovalDecided) Type() string { return "approval.decided.v1" }
