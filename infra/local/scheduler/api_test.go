package scheduler_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

// body returns a CreateSchedule request for an expression, with further members.
func body(expression, more string) string {
	return `{"ScheduleExpression":"` + expression + `","FlexibleTimeWindow":{"Mode":"OFF"},"Target":{"Arn":"` + targetARN + `","RoleArn":"` + roleARN + `"}` + more + `}`
}

// must makes a request that has to succeed.
func (r *rig) must(method, path, body string) string {
	r.Helper()
	status, answer := r.call(method, path, body)
	if status != 200 {
		r.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	return answer
}

func TestAScheduleIsShownAsItWasMade(t *testing.T) {
	r := newRig(t)
	const arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly"
	if got := r.must("POST", "/schedules/nightly", body("cron(0 3 * * ? *)", "")); got != `{"ScheduleArn":"`+arn+`"}` {
		t.Errorf("create: %s", got)
	}
	const target = `"Target":{"Arn":"` + targetARN + `","RoleArn":"` + roleARN + `"`
	want := `{"Arn":"` + arn + `","Name":"nightly","GroupName":"default","ScheduleExpression":"cron(0 3 * * ? *)","ScheduleExpressionTimezone":"UTC",` +
		`"FlexibleTimeWindow":{"Mode":"OFF"},"State":"ENABLED","ActionAfterCompletion":"NONE",` + target +
		`,"RetryPolicy":{"MaximumEventAgeInSeconds":86400,"MaximumRetryAttempts":185}},"CreationDate":1795334400,"LastModificationDate":1795334400}`
	if got := r.must("GET", "/schedules/nightly", ""); got != want {
		t.Errorf("get: %s\nwant %s", got, want)
	}
	r.run(time.Minute)
	r.must("PUT", "/schedules/nightly", `{"ScheduleExpression":"rate(1 hour)","Description":"<hourly>","GroupName":"default","ScheduleExpressionTimezone":"Europe/Zurich",
		"StartDate":1795338000,"EndDate":1795341600.5,"FlexibleTimeWindow":{"Mode":"FLEXIBLE","MaximumWindowInMinutes":5},"State":"DISABLED","ActionAfterCompletion":"DELETE",
		"KmsKeyArn":"arn:aws:kms:us-east-1:000000000000:key/k",`+target+`,"Input":"{}","DeadLetterConfig":{"Arn":"`+deadARN+`"},"RetryPolicy":{"MaximumRetryAttempts":0}}}`)
	want = `{"Arn":"` + arn + `","Name":"nightly","GroupName":"default","Description":"<hourly>","ScheduleExpression":"rate(1 hour)","ScheduleExpressionTimezone":"Europe/Zurich",` +
		`"FlexibleTimeWindow":{"Mode":"FLEXIBLE","MaximumWindowInMinutes":5},"State":"DISABLED","ActionAfterCompletion":"DELETE","KmsKeyArn":"arn:aws:kms:us-east-1:000000000000:key/k",` +
		target + `,"Input":"{}","DeadLetterConfig":{"Arn":"` + deadARN + `"},"RetryPolicy":{"MaximumEventAgeInSeconds":86400,"MaximumRetryAttempts":0}},` +
		`"StartDate":1795338000,"EndDate":1795341600.5,"CreationDate":1795334400,"LastModificationDate":1795334460}`
	if got := r.must("GET", "/schedules/nightly?groupName=default", ""); got != want {
		t.Errorf("get: %s\nwant %s", got, want)
	}
	if got := r.must("DELETE", "/schedules/nightly?groupName=default&clientToken=t", ""); got != `{}` {
		t.Errorf("delete: %s", got)
	}
}

func TestRefusalsSayWhatIsWrong(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/schedules/taken", body("rate(1 day)", ""))
	r.must("POST", "/schedule-groups/taken", "")
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/schedules/none", "", 404, `{"Message":"Schedule none does not exist.","__type":"ResourceNotFoundException"}`},
		{"PUT", "/schedules/none", body("rate(1 day)", ""), 404, "Schedule none does not exist."},
		{"DELETE", "/schedules/none", "", 404, "Schedule none does not exist."},
		{"DELETE", "/schedules/taken?groupName=none", "", 404, "Schedule group none does not exist."},
		{"GET", "/schedules/a%20b", "", 400, "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern"},
		{"POST", "/schedules/taken", body("rate(1 day)", ""), 409, `{"Message":"Schedule taken already exists.","__type":"ConflictException"}`},
		{"POST", "/schedules/new", body("rate(1 day)", `,"GroupName":"none"`), 404, "Schedule group none does not exist."},
		{"POST", "/schedules/new", body("rate(1 week)", ""), 400, `Invalid Schedule Expression rate(1 week): schedule expression \"rate(1 week)\": the unit \"week\" must be minutes, hours or days.`},
		{"POST", "/schedules/new", body("rate(1 day)", `,"StartDate":1795330000`), 400, "The StartDate you specify cannot be earlier than 5 minutes ago."},
		{"POST", "/schedules/new", body("rate(1 day)", `,"StartDate":"tomorrow"`), 400, `The date \"tomorrow\" must be a number of seconds since 1970`},
		{"POST", "/schedules/new", body("rate(1 day)", `,"StartDate":1e12`), 400, "'startDate' failed to satisfy constraint: Member must be in the years 1970 to 2199"},
		{"POST", "/schedules/new", body("rate(1 day)", `,"StartDate":1e300`), 400, "must be a number of seconds"},
		{"POST", "/schedules/new", body("rate(1 day)", `,"Tags":[]`), 400, "The request has a member that is not supported: Tags"},
		{"POST", "/schedules/new", strings.Replace(body("rate(1 day)", ""), `"RoleArn"`, `"SqsParameters":{"MessageGroupId":"g"},"RoleArn"`, 1), 400, "a member that is not supported: SqsParameters"},
		{"POST", "/schedules/new", body("rate(1 day)", `,"ClientToken":"a b"`), 400, "'clientToken' failed"},
		{"POST", "/schedules/new", "{}{}", 400, "The body of the request must be one JSON object"},
		{"POST", "/schedules/new", "[", 400, "SerializationException"},
		{"POST", "/schedules/new?groupName=default", body("rate(1 day)", ""), 400, "The query parameter groupName is not supported"},
		{"POST", "/schedules/new", strings.Repeat(" ", 3<<20), 413, "RequestEntityTooLargeException"},
		{"GET", "/schedules?GroupName=default", "", 400, "The query parameter GroupName is not supported; the operation has these: [ScheduleGroup, NamePrefix, State, MaxResults, NextToken]"},
		{"GET", "/schedules?ScheduleGroup=none", "", 404, "Schedule group none does not exist."},
		{"GET", "/schedules?State=on", "", 400, "'state' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]"},
		{"GET", "/schedules?MaxResults=101", "", 400, "'maxResults' failed to satisfy constraint: Member must be between 1 and 100"},
		{"GET", "/schedules?NextToken=%21", "", 400, "'nextToken' failed"},
		{"POST", "/schedule-groups/taken", "", 409, "Schedule group taken already exists."},
		{"POST", "/schedule-groups/default", "", 409, "Schedule group default already exists."},
		{"GET", "/schedule-groups/none", "", 404, "Schedule group none does not exist."},
		{"DELETE", "/schedule-groups/none", "", 404, "Schedule group none does not exist."},
		{"DELETE", "/schedule-groups/default", "", 400, "The schedule group default can not be deleted."},
		{"POST", "/schedule-groups/a%20b", "", 400, "'name' failed"},
		{"GET", "/tags/arn", "", 501, "GET /tags/arn is not supported by the local EventBridge Scheduler"},
		{"PATCH", "/schedules/taken", "", 501, "PATCH /schedules/taken is not supported"},
	} {
		if status, answer := r.call(c.method, c.path, c.body); status != c.status || !strings.Contains(answer, c.want) {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, status, answer, c.status, c.want)
		}
	}
	if got := r.must("GET", "/schedules?NamePrefix=new", ""); got != `{"Schedules":[]}` {
		t.Errorf("refused schedules: %s", got)
	}
}

func TestAClientTokenMakesARequestIdempotent(t *testing.T) {
	r := newRig(t)
	first := r.must("POST", "/schedules/s", body("rate(1 day)", `,"ClientToken":"one"`))
	if again := r.must("POST", "/schedules/s", body("rate(1 day)", `,"ClientToken":"one"`)); again != first {
		t.Errorf("answers %s and %s", first, again)
	}
	if status, answer := r.call("POST", "/schedules/s", body("rate(2 days)", `,"ClientToken":"one"`)); status != 409 || !strings.Contains(answer, "other parameters") {
		t.Errorf("other parameters: %d %s", status, answer)
	}
	if status, _ := r.call("POST", "/schedules/s", body("rate(1 day)", `,"ClientToken":"two"`)); status != 409 {
		t.Errorf("another token: %d", status)
	}
	for range 2 {
		r.must("DELETE", "/schedules/s?clientToken=one", "")
		r.must("POST", "/schedule-groups/g", `{"ClientToken":"one"}`)
	}
	r.run(9 * time.Hour) // the tokens have expired
	if status, _ := r.call("DELETE", "/schedules/s?clientToken=one", ""); status != 404 {
		t.Errorf("an expired token: %d", status)
	}
	r.must("POST", "/schedules/s", body("rate(1 day)", `,"ClientToken":"one"`))
}

func TestAnUpdateMovesTheSlotsOnlyWhenItChangesTheTiming(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/schedules/s", body("rate(40 minutes)", `,"StartDate":1795334400`))
	update := func(expression, more string) {
		full := strings.Replace(body(expression, more), `"RoleArn"`, `"Input":"{\"t\":\"<aws.scheduler.scheduled-time>\"}","RoleArn"`, 1)
		r.must("PUT", "/schedules/s", full)
	}
	update("rate(40 minutes)", `,"StartDate":1795334400,"Description":"new"`)
	r.run(50 * time.Minute) // runs at 8:00 and 8:40
	update("rate(40 minutes)", `,"StartDate":1795334400,"State":"DISABLED"`)
	r.run(time.Hour)
	update("rate(40 minutes)", `,"StartDate":1795334400`) // 9:50
	r.run(time.Hour)                                      // runs at 10:00 and 10:40
	update("cron(0/30 * * * ? *)", "")
	r.run(10 * time.Minute) // runs at 11:00
	update("rate(5 minutes)", "")
	r.run(5 * time.Minute) // 11:00 has had its turn
	if got := r.ran(); got != "08:00:00 08:40:00 10:00:00 10:40:00 11:00:00 11:05:00" {
		t.Errorf("ran at %s", got)
	}
}

func TestListsPageAndFilter(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/schedule-groups/a", "")
	r.must("POST", "/schedule-groups/z-b", `{}`)
	for path, more := range map[string]string{"a1": `,"GroupName":"a"`, "a2": `,"GroupName":"a","State":"DISABLED"`, "b1": `,"GroupName":"a"`, "a3": "", "a4": `,"GroupName":"z-b"`} {
		r.must("POST", "/schedules/"+path, body("rate(1 day)", more))
	}
	for query, want := range map[string]string{
		"/schedules?": "a1 a2 b1 a3 a4", "/schedules?MaxResults=2": "a1 a2 | b1 a3 | a4", "/schedules?ScheduleGroup=a&MaxResults=3": "a1 a2 b1",
		"/schedules?NamePrefix=a&MaxResults=1&State=ENABLED": "a1 | a3 | a4", "/schedules?ScheduleGroup=a&NamePrefix=a&MaxResults=1": "a1 | a2",
		"/schedules?ScheduleGroup=default": "a3", "/schedules?ScheduleGroup=z-b&NamePrefix=b": "",
		"/schedule-groups?": "a default z-b", "/schedule-groups?MaxResults=1": "a | default | z-b", "/schedule-groups?NamePrefix=z": "z-b",
	} {
		if got := r.list(query); got != want {
			t.Errorf("GET %s lists %s, want %s", query, got, want)
		}
	}
	r.must("DELETE", "/schedule-groups/a", "")
	if got := r.list("/schedules?") + ", " + r.list("/schedule-groups?"); got != "a3 a4, default z-b" {
		t.Errorf("after the deletion of a group: %s", got)
	}
	if got := r.must("GET", "/schedule-groups/z-b", ""); got != `{"Arn":"arn:aws:scheduler:us-east-1:000000000000:schedule-group/z-b","Name":"z-b","State":"ACTIVE","CreationDate":1795334400,"LastModificationDate":1795334400}` {
		t.Errorf("group: %s", got)
	}
}

// list returns the names on all pages of a list.
func (r *rig) list(path string) string {
	r.Helper()
	var pages []string
	for token := ""; ; {
		var page struct {
			Schedules, ScheduleGroups []struct{ Name string }
			NextToken                 string
		}
		if err := json.Unmarshal([]byte(r.must("GET", path+token, "")), &page); err != nil {
			r.Fatal(err)
		}
		var names []string
		for _, item := range append(page.Schedules, page.ScheduleGroups...) {
			names = append(names, item.Name)
		}
		pages = append(pages, strings.Join(names, " "))
		if page.NextToken == "" {
			return strings.Join(pages, " | ")
		}
		token = "&NextToken=" + url.QueryEscape(page.NextToken)
	}
}
