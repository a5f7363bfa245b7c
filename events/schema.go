package events

import "embed"

//go:embed schemas/*.schema.json
var schemas embed.FS

// Schema returns the JSON Schema (draft 2020-12) of the detail of the events of
// that type as they come from the bus, "record" included; ok is false when Slipway
// emits none. It lets fields pass that it does not know, as a version of an event
// may gain optional ones.
func Schema(eventType string) (schema []byte, ok bool) {
	schema, err := schemas.ReadFile("schemas/" + eventType + ".schema.json")
	return schema, err == nil
}
