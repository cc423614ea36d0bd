// A stand-in for a Grafana server, of which none can be had in tests: what it takes and answers are
// the models of Grafana's published API description, and what they do not know it refuses.
//
// It keeps folders and dashboards in memory, numbers their versions, and prints its address.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/go-openapi/strfmt"
	"github.com/grafana/grafana-openapi-client-go/models"
)

type validated interface {
	Validate(formats strfmt.Registry) error
}

type kept struct {
	document map[string]any
	folder   string
	version  int64
}

type server struct {
	token      string
	lock       sync.Mutex
	folders    map[string]*models.Folder
	dashboards map[string]*kept
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	own := &server{
		token:      os.Getenv("GRAFANA_TOKEN"),
		folders:    map[string]*models.Folder{},
		dashboards: map[string]*kept{},
	}
	fmt.Println("http://" + listener.Addr().String())
	_ = http.Serve(listener, own)
}

func (s *server) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	s.lock.Lock()
	defer s.lock.Unlock()
	path := strings.TrimPrefix(in.URL.Path, "/api")
	switch {
	case in.Header.Get("Authorization") != "Bearer "+s.token:
		refuse(out, http.StatusUnauthorized, "Invalid API key")
	case in.Method == "POST" && path == "/folders":
		s.makeFolder(out, in)
	case in.Method == "GET" && strings.HasPrefix(path, "/folders/"):
		s.folder(out, strings.TrimPrefix(path, "/folders/"))
	case in.Method == "POST" && path == "/dashboards/db":
		s.save(out, in)
	case in.Method == "GET" && strings.HasPrefix(path, "/dashboards/uid/"):
		s.dashboard(out, strings.TrimPrefix(path, "/dashboards/uid/"))
	default:
		refuse(out, http.StatusNotFound, "Not found")
	}
}

func (s *server) makeFolder(out http.ResponseWriter, in *http.Request) {
	var told models.CreateFolderCommand
	if !taken(out, in, &told) {
		return
	}
	if _, there := s.folders[told.UID]; there {
		refuse(out, http.StatusConflict, "a folder with that uid exists")
		return
	}
	folder := &models.Folder{UID: told.UID, Title: told.Title, ID: int64(len(s.folders) + 1), Version: 1}
	s.folders[told.UID] = folder
	say(out, folder)
}

func (s *server) folder(out http.ResponseWriter, uid string) {
	folder, there := s.folders[uid]
	if !there {
		refuse(out, http.StatusNotFound, "folder not found")
		return
	}
	say(out, folder)
}

func (s *server) save(out http.ResponseWriter, in *http.Request) {
	var told models.SaveDashboardCommand
	if !taken(out, in, &told) {
		return
	}
	document, isObject := told.Dashboard.(map[string]any)
	uid, _ := document["uid"].(string)
	title, _ := document["title"].(string)
	before, there := s.dashboards[uid]
	switch _, known := s.folders[told.FolderUID]; {
	case !isObject || title == "":
		refuse(out, http.StatusBadRequest, "Dashboard title cannot be empty")
		return
	case told.FolderUID != "" && !known:
		refuse(out, http.StatusBadRequest, "folder not found")
		return
	case there && !told.Overwrite:
		refuse(out, http.StatusPreconditionFailed, "The dashboard has been changed by someone else")
		return
	}
	version := int64(1)
	if there {
		version = before.version + 1
	}
	s.dashboards[uid] = &kept{document: document, folder: told.FolderUID, version: version}
	id, status, url := int64(1), "success", "/d/"+uid
	say(out, &models.PostDashboardOKBody{
		ID: &id, Status: &status, Title: &title, UID: &uid, URL: &url, Version: &version,
		FolderUID: told.FolderUID,
	})
}

func (s *server) dashboard(out http.ResponseWriter, uid string) {
	found, there := s.dashboards[uid]
	if !there {
		refuse(out, http.StatusNotFound, "Dashboard not found")
		return
	}
	document := map[string]any{"id": 1, "version": found.version}
	for name, value := range found.document {
		document[name] = value
	}
	document["id"], document["version"] = 1, found.version
	say(out, &models.DashboardFullWithMeta{
		Dashboard: document,
		Meta:      &models.DashboardMeta{FolderUID: found.folder, Version: found.version},
	})
}

func taken(out http.ResponseWriter, in *http.Request, told validated) bool {
	decoder := json.NewDecoder(in.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(told); err != nil {
		refuse(out, http.StatusBadRequest, err.Error())
		return false
	}
	if err := told.Validate(strfmt.Default); err != nil {
		refuse(out, http.StatusUnprocessableEntity, err.Error())
		return false
	}
	return true
}

func say(out http.ResponseWriter, told validated) {
	if err := told.Validate(strfmt.Default); err != nil {
		refuse(out, http.StatusInternalServerError, err.Error())
		return
	}
	out.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(out).Encode(told)
}

func refuse(out http.ResponseWriter, status int, reason string) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(&models.ErrorResponseBody{Message: &reason})
}
