package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// push packs the site as the given version and pushes it.
func (p players) push(ctx context.Context, version string) error {
	archive, err := pack(version)
	if err != nil {
		return fmt.Errorf("pack version %s: %w", version, err)
	}
	return p.put(ctx, p.bucket, "packages/web/"+version+"/web.zip", archive, map[string]string{
		"commit": "3f1c2a9", "branch": "main", "author": "developer1"})
}

// pack returns the site as a zip archive, with its version in version.json. The
// same version gives the same bytes.
func pack(version string) ([]byte, error) {
	site, err := fs.Sub(files, "site")
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	if err := archive.AddFS(site); err != nil {
		return nil, err
	}
	w, err := archive.Create("version.json")
	if err == nil {
		err = json.NewEncoder(w).Encode(map[string]string{"version": version})
	}
	if err == nil {
		err = archive.Close()
	}
	return packed.Bytes(), err
}

// previews is how many previews of pull requests lie about.
const previews = 5

// pushPreviews puts the pages where CI shows pull requests, beside the site itself.
func (p players) pushPreviews(ctx context.Context) error {
	for n := 1; n <= previews; n++ {
		page := fmt.Sprintf("<!doctype html>\n<title>Storefront</title>\n<p>Pull request %d\n", n)
		if err := p.put(ctx, site, fmt.Sprintf("previews/%d.html", n), []byte(page), nil); err != nil {
			return err
		}
	}
	return nil
}

// serves returns an error unless the site in an environment is that of version.
func (p players) serves(ctx context.Context, environment, version string) error {
	key := environment + "/version.json"
	object, err := p.ci.GetObject(ctx, &s3.GetObjectInput{Bucket: new(site), Key: &key})
	if err != nil {
		return fmt.Errorf("get %s: %w", key, err)
	}
	defer object.Body.Close()
	var served struct{ Version string }
	if err := json.NewDecoder(object.Body).Decode(&served); err != nil {
		return fmt.Errorf("decode %s: %w", key, err)
	}
	if served.Version != version {
		return fmt.Errorf("%s serves version %q, want %s", environment, served.Version, version)
	}
	return nil
}
