package timeline

import (
	"fmt"
	"strings"
)

// Mail prints a message that SNS would send to a mail address; it may be called
// concurrently.
func (t *Timeline) Mail(_, to, subject, message string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "mail to %s: %s\n", to, subject)
	for line := range strings.Lines(message) {
		fmt.Fprintf(t.out, "          %s\n", strings.TrimSuffix(line, "\n"))
	}
}
