package events

// ApprovalDecided tells what one approver decided on one plan.
type ApprovalDecided struct {
	Deployment
	Plan     string `json:"plan"`
	Decision string `json:"decision"` // "approve" or "reject"
	By       string `json:"by"`
	Note     string `json:"note"`
}

// Type returns "approval.decided.v1".
func (ApprovalDecided) Type() string { return "approval.decided.v1" }
