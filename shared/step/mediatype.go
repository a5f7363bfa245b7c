package step

import (
	"path"
	"strings"
)

// mediaType returns the Content-Type of a web file by the extension of its name:
// the types of the IANA registry for what websites hold, text being UTF-8, as the
// web's authors write it. Contents are never sniffed, so that the same name has the
// same type on every machine. What isn't known is "application/octet-stream".
func mediaType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".atom":
		return "application/atom+xml; charset=utf-8"
	case ".gz":
		return "application/gzip"
	case ".json", ".map":
		return "application/json"
	case ".jsonld":
		return "application/ld+json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".pdf":
		return "application/pdf"
	case ".rss":
		return "application/rss+xml; charset=utf-8"
	case ".eot":
		return "application/vnd.ms-fontobject"
	case ".wasm":
		return "application/wasm"
	case ".tar":
		return "application/x-tar"
	case ".xhtml":
		return "application/xhtml+xml; charset=utf-8"
	case ".xml":
		return "application/xml; charset=utf-8"
	case ".yaml", ".yml":
		return "application/yaml"
	case ".zip":
		return "application/zip"
	case ".m4a":
		return "audio/mp4"
	case ".mp3":
		return "audio/mpeg"
	case ".oga", ".ogg":
		return "audio/ogg"
	case ".wav":
		return "audio/wav"
	case ".weba":
		return "audio/webm"
	case ".otf":
		return "font/otf"
	case ".ttf":
		return "font/ttf"
	case ".woff":
		return "font/woff"
	case ".woff2":
		return "font/woff2"
	case ".avif":
		return "image/avif"
	case ".bmp":
		return "image/bmp"
	case ".gif":
		return "image/gif"
	case ".jpeg", ".jpg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".svg":
		return "image/svg+xml; charset=utf-8"
	case ".tif", ".tiff":
		return "image/tiff"
	case ".ico":
		return "image/vnd.microsoft.icon"
	case ".webp":
		return "image/webp"
	case ".ics":
		return "text/calendar; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".htm", ".html":
		return "text/html; charset=utf-8"
	case ".cjs", ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".md":
		return "text/markdown; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".vtt":
		return "text/vtt; charset=utf-8"
	case ".mp4":
		return "video/mp4"
	case ".ogv":
		return "video/ogg"
	case ".webm":
		return "video/webm"
	}
	return "application/octet-stream"
}
