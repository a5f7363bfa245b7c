package gate

// Kinds returns every kind of gate, in the order in which they are asked: what
// refuses first, what only takes time next, people last.
func Kinds() []Kind { return []Kind{phase{}, soak{}, approval{}} }
