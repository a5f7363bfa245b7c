package s3

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"slipway/infra/local/store"
)

// Limits on tags, per "Categorizing your objects using tags" in the Amazon S3 user guide; lengths in characters.
const (
	maxTags     = 10
	maxTagKey   = 128
	maxTagValue = 256
)

type tag struct {
	Key   string
	Value string
}

type taggingBody struct {
	XMLName xml.Name `xml:"Tagging"`
	TagSet  tagSet
	strays
}

type tagSet struct {
	Tag []tagEntry
	strays
}

type tagEntry struct {
	Key, Value string
	strays
}

func (b *taggingBody) children() []strays {
	all := []strays{b.TagSet.strays}
	for _, t := range b.TagSet.Tag {
		all = append(all, t.strays)
	}
	return all
}

func (b *taggingBody) tags() (tags []tag) {
	for _, t := range b.TagSet.Tag {
		tags = append(tags, tag{t.Key, t.Value})
	}
	return tags
}

type taggingResult struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ Tagging"`
	Tags    struct {
		Tag []tag
	} `xml:"TagSet"`
}

// tagsFromHeader reads x-amz-tagging: tags as URL query parameters.
func tagsFromHeader(header string) (tags []tag, err error) {
	values, err := url.ParseQuery(header)
	if err != nil {
		return nil, invalidArgument("x-amz-tagging", header, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
	}
	for _, key := range sortedKeys(values) {
		for _, value := range values[key] {
			tags = append(tags, tag{key, value})
		}
	}
	return tags, checkTags(tags)
}

func checkTags(tags []tag) error {
	if len(tags) > maxTags {
		return newFault(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than %d", maxTags)
	}
	seen := map[string]bool{}
	for _, t := range tags {
		switch {
		case t.Key == "" || utf8.RuneCountInString(t.Key) > maxTagKey:
			return invalidTag("The TagKey you have provided is invalid", t.Key)
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return invalidTag("System tags cannot be added/updated by requester", t.Key)
		case utf8.RuneCountInString(t.Value) > maxTagValue:
			return invalidTag("The TagValue you have provided is invalid", t.Key)
		case seen[t.Key]:
			return invalidTag("Cannot provide multiple Tags with the same key", t.Key)
		}
		seen[t.Key] = true
	}
	return nil
}

func invalidTag(message, key string) *fault {
	return newFault(http.StatusBadRequest, "InvalidTag", "%s", message).with("TagKey", key)
}

func (c *call) getObjectTagging() error {
	var result taggingResult
	err := c.engine.Store.View(func(tx store.Tx) error {
		v, err := c.find(tx, c.query.Get("versionId"))
		if err == nil {
			result.Tags.Tag = v.Tags
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, result)
}

func (c *call) putObjectTagging() error {
	var body taggingBody
	if err := c.requireDocument(&body); err != nil {
		return err
	}
	tags := body.tags()
	if err := checkTags(tags); err != nil {
		return err
	}
	return c.replaceTags(tags, http.StatusOK)
}

func (c *call) deleteObjectTagging() error { return c.replaceTags(nil, http.StatusNoContent) }

func (c *call) replaceTags(tags []tag, status int) error {
	err := c.engine.Store.Update(func(tx store.Tx) error {
		v, err := c.find(tx, c.query.Get("versionId"))
		if err != nil {
			return err
		}
		v.Tags = tags
		return saveVersion(tx, c.bucket, v)
	})
	if err != nil {
		return err
	}
	return c.status(status)
}
