package step

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// publish returns the version that holds the package's code, which is ready to be
// invoked. The error is errLambdaBusy while Lambda is at it.
func (r *lambdaRollout) publish(ctx context.Context) (version string, err error) {
	version, known, err := entered[string](ctx, r.journal, versionEntry)
	if err != nil {
		return "", err
	}
	if !known {
		if version, err = r.update(ctx); err != nil {
			return "", err
		}
		if version, err = enter(ctx, r.journal, versionEntry, version); err != nil {
			return "", err
		}
	}
	return version, r.awaitVersion(ctx, version)
}

// update gives the code to Lambda, unless the function has it, and publishes a version
// of it. Publishing what is published already returns that version, per the
// PublishVersion reference.
func (r *lambdaRollout) update(ctx context.Context) (version string, err error) {
	// Read before the function is: another call may give it the code in between.
	_, uploaded, err := entered[time.Time](ctx, r.journal, uploadEntry)
	if err != nil {
		return "", err
	}
	f, err := r.function(ctx, "")
	if err != nil {
		return "", err
	}
	switch status := f.Configuration.LastUpdateStatus; {
	case status == types.LastUpdateStatusInProgress:
		return "", errLambdaBusy
	case uploaded && !r.isOf(f):
		return "", transient("CodeChanged", "somebody else has changed the code of function %s meanwhile; let one deployment at a time update it", r.p.Function)
	case uploaded && status == types.LastUpdateStatusFailed:
		return "", transient("UpdateFailed", "Lambda could not update function %s: %s", r.p.Function, aws.ToString(f.Configuration.LastUpdateStatusReason))
	case !r.isOf(f) || status == types.LastUpdateStatusFailed:
		if err := r.upload(ctx, f); err != nil {
			return "", err
		}
		return "", errLambdaBusy
	}
	published, err := r.client.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: &r.p.Function, CodeSha256: f.Configuration.CodeSha256})
	if err != nil {
		return "", r.failed("lambda:PublishVersion", err)
	}
	version = aws.ToString(published.Version)
	fmt.Fprintf(r.w.Log, "version %s of function %s holds %s\n", version, r.p.Function, r.subject())
	return version, nil
}

// awaitVersion returns nil when the version can be invoked.
func (r *lambdaRollout) awaitVersion(ctx context.Context, version string) error {
	f, err := r.function(ctx, version)
	if err != nil {
		return err
	}
	switch f.Configuration.State {
	case types.StatePending:
		return errLambdaBusy
	case types.StateFailed:
		return transient("VersionFailed", "Lambda could not make version %s of function %s ready: %s", version, r.p.Function, aws.ToString(f.Configuration.StateReason))
	}
	return nil
}

// function describes a version of the function; "" is for what is not published.
func (r *lambdaRollout) function(ctx context.Context, version string) (*lambda.GetFunctionOutput, error) {
	in := &lambda.GetFunctionInput{FunctionName: &r.p.Function}
	if version != "" {
		in.Qualifier = &version
	}
	f, err := r.client.GetFunction(ctx, in)
	var gone *types.ResourceNotFoundException
	switch {
	case version != "" && errors.As(err, &gone): // it was published, and is not known everywhere yet
		return nil, fmt.Errorf("describe version %s of function %s: %w: %w", version, r.p.Function, errLambdaBusy, err)
	case err != nil:
		return nil, r.failed("lambda:GetFunction", err)
	}
	if f.Configuration == nil {
		return nil, fmt.Errorf("describe function %s: the answer has no configuration", r.p.Function)
	}
	return f, nil
}

// subject is the package for people.
func (r *lambdaRollout) subject() string { return r.p.Package + "@" + r.code.Version }

// isOf tells whether f has the package's code: Lambda's hash of an archive is the one
// to which the release pins the package, in base64, and an image is named by its digest.
func (r *lambdaRollout) isOf(f *lambda.GetFunctionOutput) bool {
	if r.code.Repository != "" {
		return f.Code != nil && (strings.HasSuffix(aws.ToString(f.Code.ImageUri), "@"+r.code.Digest) ||
			strings.HasSuffix(aws.ToString(f.Code.ResolvedImageUri), "@"+r.code.Digest))
	}
	sum, err := hex.DecodeString(strings.TrimPrefix(r.code.Digest, "sha256:"))
	return err == nil && aws.ToString(f.Configuration.CodeSha256) == base64.StdEncoding.EncodeToString(sum)
}

// maxInlineCode is the largest archive, in bytes, that is sent to Lambda in the request;
// per Lambda's quotas, an upload has at most 50 MB.
const maxInlineCode = 50_000_000

// upload gives the package to Lambda, after a look at its digest.
func (r *lambdaRollout) upload(ctx context.Context, f *lambda.GetFunctionOutput) error {
	if isImage := f.Configuration.PackageType == types.PackageTypeImage; isImage != (r.code.Repository != "") {
		return permanent("WrongPackageType", "function %s takes packages of type %s, and %s is of another; name a package of the feed s3 for a function of archives, and of ecr for one of images",
			r.p.Function, f.Configuration.PackageType, r.subject())
	}
	in := &lambda.UpdateFunctionCodeInput{FunctionName: &r.p.Function}
	if err := r.source(ctx, in); err != nil {
		return err
	}
	if _, err := r.client.UpdateFunctionCode(ctx, in); err != nil {
		return r.failed("lambda:UpdateFunctionCode", err)
	}
	fmt.Fprintf(r.w.Log, "gave %s (%s) to function %s\n", r.subject(), r.code.Digest, r.p.Function)
	_, err := enter(ctx, r.journal, uploadEntry, r.d.Now().UTC())
	return err
}

// source sets where Lambda has the code from. An archive travels in the request, so that
// the environment's role needs no right to the packages, and its Region may be another
// one; one that is too large for that is read by Lambda, with the role's rights.
func (r *lambdaRollout) source(ctx context.Context, in *lambda.UpdateFunctionCodeInput) error {
	if r.code.Repository != "" {
		uri, err := pinnedImage(ctx, r.d.Images, r.p.Package, r.code)
		in.ImageUri = &uri
		return err
	}
	if r.code.Size > maxInlineCode {
		in.S3Bucket, in.S3Key, in.S3ObjectVersion = &r.code.Bucket, &r.code.Key, &r.code.VersionID
		_, err := r.code.Download(ctx, r.d.Objects, r.subject(), io.Discard)
		return err
	}
	var archive bytes.Buffer
	_, err := r.code.Download(ctx, r.d.Objects, r.subject(), &archive)
	in.ZipFile = archive.Bytes()
	return err
}
