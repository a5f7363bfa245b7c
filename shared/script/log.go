package script

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	maxLog     = 10 << 20 // bytes of a log, the line about what is missing included
	maxLogLine = 64 << 10 // bytes after which a line is broken
	maxLast    = 200      // bytes of the last line that are remembered
	elisionMax = 256      // bytes of the line about what is missing
)

// A log is lines with the time at which each was complete. Of a log that grows beyond
// [maxLog], the start and the end are kept; it never holds more than that in memory.
type log struct {
	now  func() time.Time
	head bytes.Buffer
	tail [][]byte
	size int    // bytes in tail
	last string // the start of the last line

	elidedLines, elidedBytes int
}

func newLog(now func() time.Time) *log { return &log{now: now} }

// copy adds what r yields, line by line, until its end. A read that outlasts its
// deadline ends the log without an error.
func (l *log) copy(r io.Reader) error {
	lines := bufio.NewReaderSize(r, maxLogLine)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			l.Line(string(bytes.TrimSuffix(line, []byte("\n"))))
		}
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF, errors.Is(err, os.ErrDeadlineExceeded):
			return nil
		default:
			return err
		}
	}
}

// Line adds one line of text.
func (l *log) Line(text string) {
	l.last = text[:min(len(text), maxLast)]
	line := fmt.Appendf(nil, "%s %s\n", l.now().UTC().Format(time.RFC3339), text)
	if len(l.tail) == 0 && l.head.Len()+len(line) <= maxLog/2 {
		l.head.Write(line)
		return
	}
	l.tail = append(l.tail, line)
	for l.size += len(line); l.size > maxLog/2-elisionMax; {
		l.elidedLines++
		l.elidedBytes += len(l.tail[0])
		l.size -= len(l.tail[0])
		l.tail = l.tail[1:]
	}
}

// Reader returns the whole log.
func (l *log) Reader() io.Reader {
	parts := []io.Reader{bytes.NewReader(l.head.Bytes())}
	if l.elidedLines > 0 {
		elision := fmt.Sprintf("%s … %d lines (%d bytes) left out here: a log holds at most %d bytes …\n",
			l.now().UTC().Format(time.RFC3339), l.elidedLines, l.elidedBytes, maxLog)
		parts = append(parts, bytes.NewReader([]byte(elision)))
	}
	for _, line := range l.tail {
		parts = append(parts, bytes.NewReader(line))
	}
	return io.MultiReader(parts...)
}
