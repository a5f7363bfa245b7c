package table

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An ApprovalRequest is an execution of an Approve state machine. Its two halves
// come from two sides and in either order: what is to be decided from the
// execution, and who started it from the record of the call.
type ApprovalRequest struct {
	Input       string `json:"input,omitempty"` // the execution's input, JSON
	Environment string `json:"environment,omitempty"`
	Token       string `json:"token,omitempty"` // answers the execution
	// AskedAt is when Token was given out.
	AskedAt time.Time `json:"askedAt,omitzero"`
	Caller  string    `json:"caller,omitempty"`
	// Refusal is why the decision was refused, once it was; it stands.
	Refusal string `json:"refusal,omitempty"`
}

// Complete tells whether both halves are there.
func (r ApprovalRequest) Complete() bool { return r.Token != "" && r.Caller != "" }

// approvalKept is how long the halves of a request are kept.
const approvalKept = 30 * 24 * time.Hour

// JoinApproval adds the fields of half that are not empty to the request of an
// execution and returns it as it then is. Of two callers that each add a half, at
// least one sees the request complete.
func (t *Table) JoinApproval(ctx context.Context, execution string, half ApprovalRequest) (ApprovalRequest, error) {
	fields, err := encode(approvalKey(execution), half)
	if err != nil {
		return ApprovalRequest{}, err
	}
	delete(fields, "pk")
	delete(fields, "sk")
	set, names := "SET #expiresAt = :expiresAt", map[string]string{"#expiresAt": "expiresAt"}
	values := item{":expiresAt": number(t.now().Add(approvalKept).Unix())}
	for name, value := range fields {
		format := ", #%[1]s = :%[1]s"
		if name == "caller" { // who started an execution stays who started it
			format = ", #%[1]s = if_not_exists(#%[1]s, :%[1]s)"
		}
		set += fmt.Sprintf(format, name)
		names["#"+name], values[":"+name] = name, value
	}
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &t.name, Key: approvalKey(execution).attributes(),
		UpdateExpression: aws.String(set), ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ReturnValues: types.ReturnValueAllNew})
	if err != nil {
		return ApprovalRequest{}, fmt.Errorf("join approval %s: %w", execution, err)
	}
	var whole ApprovalRequest
	return whole, decode(out.Attributes, &whole)
}
