package schedule_test

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/shared/pipeline"
	"slipway/shared/schedule"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestOnlyNamesOfTheDatabaseAreZones(t *testing.T) {
	for _, name := range []string{"", "UTC", "Etc/GMT-14", "America/Argentina/ComodRivadavia", "NZ-CHAT", "Etc/GMT+12"} {
		if _, err := schedule.Parse("cron(0 3 * * ? *)", name); err != nil {
			t.Errorf("zone %s: %v", name, err)
		}
	}
	for _, name := range []string{"Local", "localtime", "right/Europe/Zurich", "posix/Europe/Zurich", "posixrules", "Europe//Zurich", "Europe/./Zurich",
		"Europe/Zurich/", "Europe", "Zurich", " UTC", "+01:00", "../etc/passwd", "/etc/localtime", strings.Repeat("X", 51)} {
		_, err := schedule.Parse("rate(1 day)", name)
		want := "time zone \"" + name + "\": it must be a name of the IANA database, such as Europe/Zurich"
		if !errors.Is(err, pipeline.ErrInvalid) || pipeline.Message(err) != want {
			t.Errorf("zone %s: error %v, want %s", name, err, want)
		}
	}
}

// Only a machine without zoneinfo would show that the database isn't linked.
func TestTheTimeZoneDatabaseIsLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "slipway/shared/schedule").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if !slices.Contains(strings.Fields(string(out)), "time/tzdata") {
		t.Error("slipway/shared/schedule does not link time/tzdata")
	}
}
