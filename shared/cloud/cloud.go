// Package cloud is what the Lambda binary needs of its surroundings: AWS
// configuration, tracing and logging. It alone knows X-Ray.
package cloud

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-xray-sdk-go/v2/instrumentation/awsv2"
)

// Load returns the configuration that the environment gives, with a segment in the
// invocation's trace for each call to AWS.
func Load(ctx context.Context) (aws.Config, error) {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return aws.Config{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	awsv2.AWSV2Instrumentor(&c.APIOptions)
	return c, nil
}

// LogJSON makes the default logger write JSON lines, which CloudWatch Logs parses.
func LogJSON() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
}
