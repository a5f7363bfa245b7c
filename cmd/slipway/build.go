package main

import "github.com/spf13/pflag"

// addBuildFlags adds the flags of the build that made a package; its result returns
// those that are given, by the names that the package's metadata has for them, once
// they are parsed.
func addBuildFlags(flags *pflag.FlagSet) func() map[string]string {
	texts := map[string]*string{
		"commit":       flags.String("commit", "", "`id` of the commit that was built"),
		"branch":       flags.String("branch", "", "`name` of its branch"),
		"build-url":    flags.String("build-url", "", "`address` of the build"),
		"author":       flags.String("author", "", "who wrote the change, by the `name` that the platform file has"),
		"committed-at": flags.String("committed-at", "", "`time` of the commit, RFC 3339"),
	}
	return func() map[string]string {
		given := map[string]string{}
		for name, text := range texts {
			if *text != "" {
				given[name] = *text
			}
		}
		return given
	}
}
