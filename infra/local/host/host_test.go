package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/infra/local/host"
	"slipway/infra/local/store"
)

func config(t *testing.T, folder string) host.Config {
	return host.Config{Data: folder, Listen: "127.0.0.1:0", Web: "127.0.0.1:0", Path: os.Getenv("PATH"), Report: func(err error) { t.Error(err) }}
}

func start(t *testing.T, c host.Config) *host.Host {
	t.Helper()
	h, err := host.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func stop(t *testing.T, h *host.Host) {
	t.Helper()
	if err := h.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestOutputsAreWrittenAsCDKWritesThem(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	h := start(t, config(t, folder))
	defer stop(t, h)
	data, err := os.ReadFile(filepath.Join(folder, "outputs.json"))
	if err != nil {
		t.Fatal(err)
	}
	var outputs map[string]map[string]string
	if err := json.Unmarshal(data, &outputs); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"PackagesBucket", "TableName", "EventBusName", "DeployStateMachine", "ApproveProductionStateMachine", "ApiUrl"} {
		if outputs["Slipway"][name] == "" {
			t.Errorf("outputs.json has no %s: %s", name, data)
		}
	}
}

func TestAnObjectIsThereAfterARestart(t *testing.T) {
	folder := t.TempDir()
	h := start(t, config(t, folder))
	request, err := http.NewRequest(http.MethodPut, h.Endpoint+"/storefront-site/index.html", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=ci/20261122/us-east-1/s3/aws4_request")
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("put: %v %v", answer, err)
	}
	answer.Body.Close()
	stop(t, h)
	h = start(t, config(t, folder))
	defer stop(t, h)
	answer, err = http.Get(h.Endpoint + "/storefront-site/index.html")
	if err != nil || answer.StatusCode != http.StatusOK || answer.ContentLength != 5 {
		t.Fatalf("get after a restart: %v %v", answer, err)
	}
	answer.Body.Close()
}

func TestASecondHostOnAFolderIsRefused(t *testing.T) {
	folder := t.TempDir()
	h := start(t, config(t, folder))
	defer stop(t, h)
	if _, err := host.Start(config(t, folder)); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second host starts with %v, want ErrInUse", err)
	}
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	h := start(t, config(t, t.TempDir()))
	defer stop(t, h)
	c := config(t, t.TempDir())
	c.Web = strings.TrimPrefix(h.Web, "http://")
	if _, err := host.Start(c); err == nil || !strings.Contains(err.Error(), c.Web) || !strings.Contains(err.Error(), "--web") {
		t.Errorf("a taken address gives %v", err)
	}
}
