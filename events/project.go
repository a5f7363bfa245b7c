package events

// ProjectApplied tells that a project file took effect.
type ProjectApplied struct {
	Project  string   `json:"project"`
	Document string   `json:"document"` // digest of the file
	Packages []string `json:"packages"`
	Added    []string `json:"added"` // packages that the project did not have before
}

// Type returns "project.applied.v1".
func (ProjectApplied) Type() string { return "project.applied.v1" }

// ProjectRejected tells whoever pushed a project file what is wrong with it; the
// project is as it was.
type ProjectRejected struct {
	Project  string    `json:"project,omitempty"` // absent when the key names none
	Bucket   string    `json:"bucket"`
	Key      string    `json:"key"`
	Problems []Problem `json:"problems"`
}

// A Problem is one fault of a file; line and column count from 1 and are 0 when
// the fault has no place.
type Problem struct {
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// Type returns "project.rejected.v1".
func (ProjectRejected) Type() string { return "project.rejected.v1" }
