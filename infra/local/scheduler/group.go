package scheduler

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// A group is a schedule group. The default one is there without being stored.
type group struct {
	Name     string
	Created  time.Time // zero for the default group
	Modified time.Time
}

// CreateGroup makes the schedule group called name if there is none.
func (e *Engine) CreateGroup(name string) error {
	err := e.Store.Update(func(tx store.Tx) error {
		g, err := findGroup(tx, name)
		if err != nil || g != nil {
			return err
		}
		return e.addGroup(tx, name)
	})
	if err != nil {
		return fmt.Errorf("schedule group %s: %w", name, err)
	}
	return nil
}

// findGroup returns the group called name, or nil.
func findGroup(tx store.Tx, name string) (*group, error) {
	if name == DefaultGroup {
		return &group{Name: DefaultGroup}, nil
	}
	return store.GetJSON[group](tx, groupsTable, []byte(name))
}

// existingGroup returns the group called name, or says that there is none.
func existingGroup(tx store.Tx, name string) (*group, error) {
	if err := checkName("groupName", name); err != nil {
		return nil, err
	}
	g, err := findGroup(tx, name)
	if err == nil && g == nil {
		err = &awsjson.Error{Code: "ResourceNotFoundException", Status: http.StatusNotFound, Message: "Schedule group " + name + " does not exist."}
	}
	return g, err
}

func (e *Engine) addGroup(tx store.Tx, name string) error {
	if err := checkName("name", name); err != nil {
		return err
	}
	now := e.Clock.Now()
	return store.PutJSON(tx, groupsTable, []byte(name), group{name, now, now})
}

// removeGroup deletes a group and all of its schedules. What has been claimed of
// them is still delivered.
func removeGroup(tx store.Tx, name string) {
	var keys [][]byte
	for key := range tx.Scan(schedulesTable, []byte(name+"/")) {
		if !strings.HasPrefix(string(key), name+"/") {
			break
		}
		keys = append(keys, slices.Clone(key))
	}
	for _, key := range keys {
		tx.Delete(schedulesTable, key)
	}
	tx.Delete(groupsTable, []byte(name))
}

// groups returns all groups by name.
func groups(tx store.Tx) ([]group, error) {
	all := []group{{Name: DefaultGroup}}
	for _, value := range tx.Scan(groupsTable, nil) {
		g, err := store.ParseJSON[group](groupsTable, value)
		if err != nil {
			return nil, err
		}
		all = append(all, *g)
	}
	slices.SortFunc(all, func(a, b group) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}
