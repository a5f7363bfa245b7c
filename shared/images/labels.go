package images

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"slipway/shared/pipeline"
)

// maxConfiguration is the longest configuration of an image that is read, in bytes.
const maxConfiguration = 4 << 20

// manifest is what is read of an OCI image manifest or index, or of docker's, per
// the OCI image specification.
type manifest struct {
	Annotations map[string]string `json:"annotations"`
	Config      struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
	} `json:"config"`
	Manifests []struct {
		Digest string `json:"digest"`
	} `json:"manifests"` // of an index
}

// Labels returns what the image with that digest says of itself: the labels of its
// configuration, then the annotations of its manifest, then those of its index; the
// later win. Of a multi-platform image the first platform's labels are read. It
// returns [pipeline.ErrNotFound] when there is no such image.
func (i *Images) Labels(ctx context.Context, repository, digest string) (map[string]string, error) {
	m, err := i.manifest(ctx, repository, digest)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	switch {
	case len(m.Manifests) > 0:
		first, err := i.manifest(ctx, repository, m.Manifests[0].Digest)
		if err != nil {
			return nil, err
		}
		if all, err = i.configured(ctx, repository, first); err != nil {
			return nil, err
		}
	case m.Config.Digest != "":
		if all, err = i.configured(ctx, repository, m); err != nil {
			return nil, err
		}
	}
	maps.Copy(all, m.Annotations)
	return all, nil
}

func (i *Images) manifest(ctx context.Context, repository, digest string) (manifest, error) {
	var m manifest
	out, err := i.client.BatchGetImage(ctx, &ecr.BatchGetImageInput{RepositoryName: &repository,
		ImageIds: []types.ImageIdentifier{{ImageDigest: &digest}}})
	switch {
	case err != nil:
		return m, fmt.Errorf("read manifest %s@%s: %w", repository, digest, translate(err))
	case len(out.Images) == 0:
		return m, fmt.Errorf("manifest %s@%s: %w", repository, digest, pipeline.ErrNotFound)
	}
	if err := json.Unmarshal([]byte(aws.ToString(out.Images[0].ImageManifest)), &m); err != nil {
		return m, fmt.Errorf("manifest %s@%s is not JSON: %s: %w", repository, digest, err, pipeline.ErrInvalid)
	}
	return m, nil
}

// configured returns the labels of the configuration and the annotations of m. A
// manifest whose configuration is of no image (of a Helm chart, say) has no labels.
func (i *Images) configured(ctx context.Context, repository string, m manifest) (map[string]string, error) {
	all := map[string]string{}
	switch m.Config.MediaType {
	case "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json":
		labels, err := i.configuration(ctx, repository, m.Config.Digest)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, labels)
	}
	maps.Copy(all, m.Annotations)
	return all, nil
}

// configuration returns the labels of the configuration with that digest.
func (i *Images) configuration(ctx context.Context, repository, digest string) (map[string]string, error) {
	out, err := i.client.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{RepositoryName: &repository, LayerDigest: &digest})
	if err != nil {
		return nil, fmt.Errorf("find configuration %s of %s: %w", digest, repository, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, aws.ToString(out.DownloadUrl), nil)
	if err != nil {
		return nil, fmt.Errorf("find configuration %s of %s: %w", digest, repository, err)
	}
	answer, err := i.http.Do(request)
	if refused, ok := errors.AsType[*url.Error](err); ok {
		err = refused.Err // without the address, which whoever has it may read from
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration %s of %s: %w", digest, repository, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read configuration %s of %s: the registry answers %s", digest, repository, answer.Status)
	}
	var file struct {
		Config struct{ Labels map[string]string }
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxConfiguration)).Decode(&file); err != nil {
		return nil, fmt.Errorf("configuration %s of %s is no image's: %s: %w", digest, repository, err, pipeline.ErrInvalid)
	}
	return file.Config.Labels, nil
}
