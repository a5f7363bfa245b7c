package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
	"slipway/shared/table"
)

func (w *world) table() *table.Table {
	return table.Open(dynamodb.NewFromConfig(w.stack.Configuration("auditor")), w.stack.Outputs()["TableName"], w.clock.Now)
}

// chains returns every audit chain of the table by its name, each verified from
// its first record to its last.
func (w *world) chains() map[string][]pipeline.AuditEntry {
	w.t.Helper()
	all := map[string][]pipeline.AuditEntry{}
	for _, name := range w.chainNames() {
		entries, err := w.table().Audit(context.Background(), pipeline.Chain(name), 0, 0)
		if err != nil {
			w.t.Fatal(err)
		}
		var previous events.Record
		for _, e := range entries {
			if err := e.Verify(previous); err != nil {
				w.t.Error(err)
			}
			previous = e.Record
		}
		all[name] = entries
	}
	return all
}

// chainNames returns the name of every chain that has a record, sorted.
func (w *world) chainNames() []string {
	w.t.Helper()
	names := map[string]bool{}
	pages := dynamodb.NewScanPaginator(dynamodb.NewFromConfig(w.stack.Configuration("auditor")), &dynamodb.ScanInput{
		TableName: aws.String(w.stack.Outputs()["TableName"]), ConsistentRead: aws.Bool(true),
		FilterExpression:          aws.String("begins_with(sk, :event)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":event": &types.AttributeValueMemberS{Value: "EVENT#"}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, item := range page.Items {
			names[item["chain"].(*types.AttributeValueMemberS).Value] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// records returns how many records all chains have.
func (w *world) records() (n int) {
	w.t.Helper()
	for _, entries := range w.chains() {
		n += len(entries)
	}
	return n
}

// detailOf decodes the detail of a record.
func detailOf[E events.Event](w *world, a pipeline.AuditEntry) (e E) {
	w.t.Helper()
	if err := json.Unmarshal(a.Detail, &e); err != nil {
		w.t.Fatalf("record %s/%d: %v", a.Chain, a.Sequence, err)
	}
	return e
}

// picture tells what a history has left behind, apart from when and in which
// order it happened: each event of each chain, every deployment with its
// approvals, every run that is kept, and every object of the sites; a line each,
// sorted. Identifiers that are new in each history have names instead.
func (w *world) picture() []string {
	w.t.Helper()
	var lines []string
	chains := w.chains()
	named := w.names(chains)
	for chain, entries := range chains {
		for _, a := range entries {
			lines = append(lines, fmt.Sprintf("event of %s by %s: %s %s", chain, a.By, a.Type, a.Detail))
		}
		name, isProject := strings.CutPrefix(chain, "project/")
		if !isProject {
			continue
		}
		for _, d := range w.deployments(name) {
			lines = append(lines, fmt.Sprintf("deployment %s is %s with plan %s", d.ID, d.Status, d.Plan))
			for _, a := range d.Approvals {
				lines = append(lines, fmt.Sprintf("deployment %s: %s said %s: %s", d.ID, a.By, a.Decision, a.Note))
			}
		}
		for _, r := range w.keptRuns(name, entries) {
			lines = append(lines, fmt.Sprintf("run %s is %s with plan %s: %s", r.ID, r.Status, r.Plan, r.Reason))
		}
	}
	for key, body := range w.objects("storefront-site", "") {
		lines = append(lines, fmt.Sprintf("object %s: %q", key, body))
	}
	for i := range lines {
		lines[i] = timeless(named.Replace(lines[i]))
	}
	slices.Sort(lines)
	return lines
}

// timeless returns line without the times in it but those of slots.
func timeless(line string) string {
	moment := regexp.MustCompile(`("slot":")?\d{4}-\d\d-\d\dT[0-9:.]+Z`)
	return moment.ReplaceAllStringFunc(line, func(found string) string {
		if strings.HasPrefix(found, `"slot":`) {
			return found
		}
		return "then"
	})
}

// keptRuns returns the runs of a project that are kept, of all runbooks that its chain tells of.
func (w *world) keptRuns(project string, chain []pipeline.AuditEntry) (all []api.Run) {
	w.t.Helper()
	runbooks := map[string]bool{}
	for _, a := range chain {
		if a.Type == (events.RunbookRequested{}).Type() {
			runbooks[detailOf[events.RunbookRequested](w, a).Runbook] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(runbooks)) {
		all = append(all, w.runs(project, name)...)
	}
	return all
}

// names replaces what differs from one history to another by names: the versions
// of objects, the digests of project files and plans, and the ids of events that have
// started runs, by their order.
func (w *world) names(chains map[string][]pipeline.AuditEntry) *strings.Replacer {
	w.t.Helper()
	var pairs []string
	known, count := map[string]bool{"": true}, map[string]int{}
	name := func(identifier, subject string) {
		if !known[identifier] {
			known[identifier] = true
			count[subject]++
			pairs = append(pairs, identifier, fmt.Sprintf("%s(%d)", subject, count[subject]))
		}
	}
	for _, entries := range chains {
		for _, a := range entries {
			var told struct {
				VersionID, Package, Version, Document, Project, Plan, Deployment, Run, Runbook string

				Trigger struct{ Event string }
			}
			if err := json.Unmarshal(a.Detail, &told); err != nil {
				w.t.Fatal(err)
			}
			name(told.VersionID, "object of "+told.Package+" "+told.Version)
			name(told.Document, "file of "+told.Project)
			name(told.Plan, "plan of "+told.Deployment+told.Run)
			name(told.Trigger.Event, "event for "+told.Runbook)
		}
	}
	return strings.NewReplacer(pairs...)
}

// difference returns the lines that only one of two sorted pictures has.
func difference(got, want []string) string {
	var lines []string
	count := map[string]int{}
	for _, line := range got {
		count[line]++
	}
	for _, line := range want {
		count[line]--
	}
	for _, line := range slices.Sorted(maps.Keys(count)) {
		switch n := count[line]; {
		case n > 0:
			lines = append(lines, fmt.Sprintf("%d too many: %s", n, line))
		case n < 0:
			lines = append(lines, fmt.Sprintf("%d missing: %s", -n, line))
		}
	}
	return strings.Join(lines, "\n")
}
