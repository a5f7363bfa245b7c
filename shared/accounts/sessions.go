package accounts

import (
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// margin is how long before their end credentials are no longer handed out: a request
// that is under way is not to be caught by it.
const margin = 5 * time.Minute

// sessions keeps the credentials of sessions while they last.
type sessions struct {
	now   func() time.Time
	mu    sync.Mutex
	taken map[session]aws.Credentials
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, taken: map[session]aws.Credentials{}}
}

// get returns the credentials of a session that lasts long enough.
func (s *sessions) get(of session) (c aws.Credentials, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok = s.taken[of]
	return c, ok && s.lasts(c)
}

// put keeps the credentials of a session, and drops those of others that have ended.
func (s *sessions) put(of session, c aws.Credentials) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.taken, func(_ session, c aws.Credentials) bool { return !s.lasts(c) })
	s.taken[of] = c
}

func (s *sessions) lasts(c aws.Credentials) bool { return s.now().Add(margin).Before(c.Expires) }
