package scheduler

import (
	"net/http"
	"net/url"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

func (e *Engine) createGroup(r *http.Request, _ url.Values) (any, error) {
	var in struct{ ClientToken string }
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	name := r.PathValue("Name")
	return e.once("CreateScheduleGroup", in.ClientToken, name, func(tx store.Tx) (any, error) {
		g, err := findGroup(tx, name)
		if err != nil {
			return nil, err
		}
		if g != nil {
			return nil, &awsjson.Error{Code: "ConflictException", Status: http.StatusConflict, Message: "Schedule group " + name + " already exists."}
		}
		return struct{ ScheduleGroupArn string }{e.GroupARN(name)}, e.addGroup(tx, name)
	})
}

func (e *Engine) getGroup(r *http.Request, _ url.Values) (out any, err error) {
	err = e.Store.View(func(tx store.Tx) error {
		g, err := existingGroup(tx, r.PathValue("Name"))
		if err == nil {
			out = e.describeGroup(*g)
		}
		return err
	})
	return out, err
}

func (e *Engine) deleteGroup(r *http.Request, query url.Values) (any, error) {
	name := r.PathValue("Name")
	return e.once("DeleteScheduleGroup", query.Get("clientToken"), name, func(tx store.Tx) (any, error) {
		if name == DefaultGroup {
			return nil, awsjson.Errorf("ValidationException", "The schedule group default can not be deleted.")
		}
		if _, err := existingGroup(tx, name); err != nil {
			return nil, err
		}
		removeGroup(tx, name)
		return struct{}{}, nil
	})
}

// A groupDescription is the answer to GetScheduleGroup.
type groupDescription struct {
	Arn                  string
	Name                 string
	State                string
	CreationDate         *awsjson.Time `json:",omitempty"`
	LastModificationDate *awsjson.Time `json:",omitempty"`
}

func (e *Engine) describeGroup(g group) groupDescription {
	d := groupDescription{Arn: e.GroupARN(g.Name), Name: g.Name, State: "ACTIVE"}
	if !g.Created.IsZero() {
		d.CreationDate, d.LastModificationDate = (*awsjson.Time)(&g.Created), (*awsjson.Time)(&g.Modified)
	}
	return d
}
