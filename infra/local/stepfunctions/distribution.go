package stepfunctions

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A distribution is what a Map state in distributed mode has besides its states, per
// "Using Map state in Distributed mode" in the Step Functions Developer Guide.
type distribution struct {
	label               string
	toleratedCount      *template
	toleratedPercentage *template
	reader              *itemReader
	batcher             *itemBatcher
	writer              *resultWriter
}

// An itemReader says where in S3 the items are.
type itemReader struct {
	list      bool // the objects of a bucket, rather than what is in one object
	arguments *template
	inputType string // JSON, JSONL or CSV
	pointer   string // JSON Pointer to the array in a JSON object
	maxItems  *template
	headers   []string // of a CSV file; nil when they are its first row
	delimiter rune
}

// An itemBatcher says how many items an execution gets.
type itemBatcher struct {
	maxItems *template
	maxBytes *template
	input    *template
}

// A resultWriter says what becomes of the results.
type resultWriter struct {
	arguments      *template // nil: the state puts the results out
	transformation string    // NONE, COMPACT or FLATTEN
	lines          bool      // JSON Lines, rather than an array
}

const (
	getObject     = "arn:aws:states:::s3:getObject"
	listObjects   = "arn:aws:states:::s3:listObjectsV2"
	putObject     = "arn:aws:states:::s3:putObject"
	maxLabel      = 40
	asIs          = "NONE"
	outputsOnly   = "COMPACT"
	outputsJoined = "FLATTEN"
)

// distribution takes the fields that only the distributed mode has.
func (p *parser) distribution(name string, o *object) *distribution {
	d := &distribution{label: p.label(name, o)}
	d.toleratedCount = p.typed(o, "ToleratedFailureCount", isNumber)
	d.toleratedPercentage = p.typed(o, "ToleratedFailurePercentage", isNumber)
	if o.has("ItemReader") {
		if o.has("Items") {
			p.refuse(o.path, "Only one of 'Items' and 'ItemReader' is allowed")
		}
		d.reader = p.itemReader(p.object(o.at("ItemReader"), o.raw("ItemReader")))
	}
	if o.has("ItemBatcher") {
		d.batcher = p.itemBatcher(p.object(o.at("ItemBatcher"), o.raw("ItemBatcher")))
	}
	if o.has("ResultWriter") {
		d.writer = p.resultWriter(p.object(o.at("ResultWriter"), o.raw("ResultWriter")))
	}
	return d
}

// label takes Label; a state without one gets one made of its name, which is unique in its machine.
func (p *parser) label(name string, o *object) string {
	if !o.has("Label") {
		sum := sha256.Sum256([]byte(name))
		return hex.EncodeToString(sum[:16])
	}
	label := o.text("Label")
	if !validName(label) || len([]rune(label)) > maxLabel || strings.ContainsAny(label, "@+=") {
		p.refuse(o.at("Label"), "A label has 1 to %d characters, no space and none of ? * < > { } [ ] : ; , \\ | ^ ~ $ # %% & ` \"; got '%s'", maxLabel, label)
	}
	return label
}

func (p *parser) itemReader(o *object) *itemReader {
	r := &itemReader{delimiter: ','}
	o.require("Resource", "Arguments")
	switch resource := o.text("Resource"); {
	case resource == listObjects:
		r.list = true
		p.connected(o, p.engine.ListObjects != nil, resource)
		r.arguments = p.arguments(o, []string{"Bucket"}, "Prefix")
	case resource == getObject:
		p.connected(o, p.engine.ReadObject != nil, resource)
		r.arguments = p.arguments(o, []string{"Bucket", "Key"}, "VersionId")
	case resource != "":
		p.refuse(o.at("Resource"), "Value should be one of the following: [%s, %s], got '%s'", getObject, listObjects, resource)
	}
	config := p.object(o.at("ReaderConfig"), []byte("{}"))
	if o.has("ReaderConfig") {
		config = p.object(o.at("ReaderConfig"), o.raw("ReaderConfig"))
	}
	p.readerConfig(r, config)
	o.close()
	return r
}

// connected refuses a resource that the engine has no hook for.
func (p *parser) connected(o *object, hook bool, resource string) {
	if !hook {
		p.refuse(o.at("Resource"), "Resource '%s' is not supported: the local engine is not connected to S3", resource)
	}
}

func (p *parser) readerConfig(r *itemReader, o *object) {
	r.maxItems = p.typed(o, "MaxItems", isNumber)
	if !r.list {
		o.require("InputType")
		r.inputType = o.text("InputType")
		switch r.inputType {
		case "CSV":
			p.csvConfig(r, o)
		case "JSON":
			r.pointer = o.text("ItemsPointer")
		case "JSONL", "":
		default:
			p.refuse(o.at("InputType"), "InputType '%s' is not supported by the local engine; use CSV, JSON or JSONL", r.inputType)
		}
	}
	o.close()
}

func (p *parser) csvConfig(r *itemReader, o *object) {
	o.require("CSVHeaderLocation")
	switch location := o.text("CSVHeaderLocation"); location {
	case "FIRST_ROW", "":
	case "GIVEN":
		o.require("CSVHeaders")
		r.headers = o.texts("CSVHeaders")
	default:
		p.refuse(o.at("CSVHeaderLocation"), "Value should be one of the following: [FIRST_ROW, GIVEN], got '%s'", location)
	}
	name := o.text("CSVDelimiter")
	if name == "" {
		return
	}
	delimiter, known := map[string]rune{"COMMA": ',', "PIPE": '|', "SEMICOLON": ';', "SPACE": ' ', "TAB": '\t'}[name]
	if !known {
		p.refuse(o.at("CSVDelimiter"), "Value should be one of the following: [COMMA, PIPE, SEMICOLON, SPACE, TAB], got '%s'", name)
		return
	}
	r.delimiter = delimiter
}

func (p *parser) itemBatcher(o *object) *itemBatcher {
	b := &itemBatcher{
		maxItems: p.typed(o, "MaxItemsPerBatch", isNumber),
		maxBytes: p.typed(o, "MaxInputBytesPerBatch", isNumber),
		input:    p.template(o, "BatchInput"),
	}
	if b.maxItems == nil && b.maxBytes == nil {
		p.refuse(o.path, "At least one of 'MaxItemsPerBatch' and 'MaxInputBytesPerBatch' is required")
	}
	o.close()
	return b
}

func (p *parser) resultWriter(o *object) *resultWriter {
	w := &resultWriter{transformation: asIs}
	if !o.has("Resource") && !o.has("WriterConfig") {
		p.refuse(o.path, "At least one of 'Resource' and 'WriterConfig' is required")
	}
	if o.has("Resource") {
		o.require("Arguments")
		resource := o.text("Resource")
		if resource != putObject && resource != "" {
			p.refuse(o.at("Resource"), "Value should be one of the following: [%s], got '%s'", putObject, resource)
		}
		p.connected(o, p.engine.WriteObject != nil, resource)
		w.arguments = p.arguments(o, []string{"Bucket"}, "Prefix")
	}
	if o.has("WriterConfig") {
		p.writerConfig(w, p.object(o.at("WriterConfig"), o.raw("WriterConfig")))
	}
	o.close()
	return w
}

func (p *parser) writerConfig(w *resultWriter, o *object) {
	o.require("Transformation", "OutputType")
	switch w.transformation = o.text("Transformation"); w.transformation {
	case asIs, outputsOnly, outputsJoined, "":
	default:
		p.refuse(o.at("Transformation"), "Value should be one of the following: [NONE, COMPACT, FLATTEN], got '%s'", w.transformation)
	}
	switch kind := o.text("OutputType"); kind {
	case "JSON", "":
	case "JSONL":
		w.lines = true
	default:
		p.refuse(o.at("OutputType"), "Value should be one of the following: [JSON, JSONL], got '%s'", kind)
	}
	o.close()
}

// arguments takes Arguments and refuses names that aren't known, as far as they are literal.
func (p *parser) arguments(o *object, required []string, optional ...string) *template {
	t := p.template(o, "Arguments")
	if t == nil || t.kind == templateExpression {
		return t
	}
	if t.kind != templateObject {
		p.refuse(o.at("Arguments"), "Arguments must be an object")
		return t
	}
	if message := (integration{resourceType: "s3", action: "Arguments", required: required, optional: optional}).refuse(t.names()); message != "" {
		p.refuse(o.at("Arguments"), "%s", message)
	}
	return t
}
