package step

import "slices"

// Kinds returns every step kind, sorted by name.
func Kinds() []Kind {
	return []Kind{
		alarm{},
		approval{},
		automation{},
		backupJob{},
		cleanup{},
		cloudFormation{},
		deployRelease{},
		ecsService{},
		httpRequest{},
		invoke{},
		lambdaFunction{},
		restoreJob{},
		rollback{},
		s3Site{},
		script{},
		stateMachine{},
		wait{},
	}
}

// Lookup returns the kind of that name; ok is false when there is none.
func Lookup(name string) (k Kind, ok bool) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name() == name })
	if i < 0 {
		return nil, false
	}
	return kinds[i], true
}

// Names returns the names of all kinds, sorted.
func Names() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name())
	}
	return names
}
