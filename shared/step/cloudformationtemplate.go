package step

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"slipway/shared/archive"
)

// maxTemplateBody is the longest template in a request, in bytes; maxTemplate that of
// one in S3. Both are CloudFormation's quotas.
const (
	maxTemplateBody = 51_200
	maxTemplate     = 1 << 20
)

// template returns the template's text, or the URL where CloudFormation finds it.
func (s stackStep) template(ctx context.Context) (body, url *string, err error) {
	p := s.parameters
	switch {
	case p.TemplateBody != "":
		return &p.TemplateBody, nil, nil
	case p.Package == "":
		bucket, key, _ := strings.Cut(strings.TrimPrefix(p.Template, templateScheme), "/")
		domain := "amazonaws.com"
		if strings.HasPrefix(s.region, "cn-") {
			domain += ".cn"
		}
		at := fmt.Sprintf("https://%s.s3.%s.%s/%s", bucket, s.region, domain, key)
		return nil, &at, nil
	}
	text, err := s.packagedTemplate(ctx)
	if err != nil {
		return nil, nil, err
	}
	fitting, err := shortTemplate(text)
	return &fitting, nil, err
}

// packagedTemplate returns the template that the package has or is.
func (s stackStep) packagedTemplate(ctx context.Context) ([]byte, error) {
	name := s.parameters.Package
	a, ok := s.w.Packages[name]
	if !ok {
		return nil, permanent("NoSuchPackage", "release %s has no package %s; add it to the project file's packages", s.w.Release, name)
	}
	subject := name + "@" + a.Version
	if s.parameters.Template != "" {
		return fileOf(ctx, s.d.Objects, a, subject, s.parameters.Template)
	}
	if a.Size > maxTemplate {
		return nil, permanent("TemplateTooLarge", "package %s has %d bytes, too many for a template; if it is an archive, name the file in it under template", subject, a.Size)
	}
	var text bytes.Buffer
	_, err := a.Download(ctx, s.d.Objects, subject, &text)
	return text.Bytes(), err
}

// fileOf returns the file of that name in the archive, which has the pinned digest.
func fileOf(ctx context.Context, o Objects, a Artifact, subject, name string) ([]byte, error) {
	if _, err := a.Download(ctx, o, subject, io.Discard); err != nil {
		return nil, err
	}
	source, err := o.Open(ctx, a.Location())
	if err != nil {
		return nil, fmt.Errorf("open package %s: %w", subject, err)
	}
	opened, err := archive.Open(source, source.Size(), archive.Limits{})
	if err != nil {
		return nil, ArchiveFailure(subject, err)
	}
	files := opened.Files()
	i := slices.IndexFunc(files, func(f archive.File) bool { return f.Name == name })
	switch {
	case i < 0:
		return nil, permanent("NoSuchFile", "package %s has no file %s; name one that it has", subject, name)
	case files[i].Size > maxTemplate:
		return nil, permanent("TemplateTooLarge", "%s of package %s has %d bytes; CloudFormation takes at most %d", name, subject, files[i].Size, maxTemplate)
	}
	return readFile(files[i], subject)
}

func readFile(f archive.File, subject string) ([]byte, error) {
	body, err := f.Open()
	if err != nil {
		return nil, ArchiveFailure(subject, err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, ArchiveFailure(subject, err)
	}
	return text, nil
}

// shortTemplate returns a template that fits into a request; one that is JSON may lose
// its white space for that, as tools like CDK indent it.
func shortTemplate(text []byte) (string, error) {
	if len(text) > maxTemplateBody {
		var short bytes.Buffer
		if json.Compact(&short, text) == nil {
			text = short.Bytes()
		}
	}
	if len(text) > maxTemplateBody {
		return "", permanent("TemplateTooLarge", "the template has %d bytes, and one of a package has at most %d; split it into stacks, or put it into S3 and write template: s3://BUCKET/KEY",
			len(text), maxTemplateBody)
	}
	return string(text), nil
}
