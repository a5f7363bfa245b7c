package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// none stands in a cell that holds nothing.
const none = "—"

// A table aligns rows of cells for people.
type table struct {
	text   strings.Builder
	writer *tabwriter.Writer
}

// newTable returns a table whose rows begin with indent, and whose first row is header.
func newTable(indent string, header ...string) *table {
	t := &table{}
	t.writer = tabwriter.NewWriter(&t.text, 0, 0, 2, ' ', 0)
	t.row(indent, header...)
	return t
}

// row adds a row. Empty cells show as [none].
func (t *table) row(indent string, cells ...string) {
	line := make([]string, len(cells))
	for i, text := range cells {
		line[i] = cell(text)
	}
	fmt.Fprintln(t.writer, indent+strings.Join(line, "\t")) // a strings.Builder takes everything
}

// String returns the rows, aligned.
func (t *table) String() string {
	t.writer.Flush() // into a strings.Builder, which takes everything
	return t.text.String()
}

// cell returns text as it stands in a cell.
func cell(text string) string { return cmp.Or(printable(text), none) }

// printable returns text without control characters, which could break a line or
// rule the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// layout is how times are shown.
const layout = "2006-01-02 15:04"

// short returns t in local time, or "" for the zero time.
func short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(layout)
}

// moment returns the API's time, RFC 3339 or nil, in local time. What is no time
// is shown as it is.
func moment(text *string) string {
	if text == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339Nano, *text)
	if err != nil {
		return *text
	}
	return short(t)
}
