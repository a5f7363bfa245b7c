package step

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// A stackHistory is what the events of one operation tell of it.
type stackHistory struct {
	status   types.StackStatus // the latest of the stack itself; "" when there is no event yet
	started  time.Time         // of the first event
	failures []string          // what failed and why, the first first
}

// history reads the events of the operation, which are those with its token. Events come
// newest first; those before the earliest time at which it can have begun aren't read.
func (s stackStep) history(ctx context.Context, part stackPart) (stackHistory, error) {
	var h stackHistory
	earliest := s.d.Now().Add(-s.w.Timeout - watchGrace)
	pages := cloudformation.NewDescribeStackEventsPaginator(s.client, &cloudformation.DescribeStackEventsInput{StackName: &part.id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if noSuchStack(err) {
			return h, nil
		}
		if err != nil {
			return h, s.explain(err, "describe events of")
		}
		for _, e := range page.StackEvents {
			if aws.ToTime(e.Timestamp).Before(earliest) {
				return h, nil
			}
			if strings.TrimSuffix(aws.ToString(e.ClientRequestToken), cancelSuffix) == part.token {
				h.add(e, part.id)
			}
		}
	}
	return h, nil
}

// add takes the event before those that h has.
func (h *stackHistory) add(e types.StackEvent, stack string) {
	h.started = aws.ToTime(e.Timestamp)
	own := aws.ToString(e.PhysicalResourceId) == stack
	if own && h.status == "" {
		h.status = types.StackStatus(e.ResourceStatus)
	}
	reason := aws.ToString(e.ResourceStatusReason)
	// What was cancelled failed because something else did.
	if !own && strings.HasSuffix(string(e.ResourceStatus), "_FAILED") && !strings.HasSuffix(reason, "cancelled") {
		line := fmt.Sprintf("%s (%s) is %s: %s", aws.ToString(e.LogicalResourceId), aws.ToString(e.ResourceType), e.ResourceStatus, reason)
		h.failures = append([]string{line}, h.failures...)
	}
}

// cause returns what failed first, and writes all that failed to the log.
func (h stackHistory) cause(log io.Writer) string {
	for _, line := range h.failures {
		fmt.Fprintln(log, line)
	}
	if len(h.failures) == 0 {
		return "its events tell no reason; a cancelled update tells none"
	}
	return h.failures[0]
}
