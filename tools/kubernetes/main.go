// Command kubernetes writes the JSON schemas that the manifests in deploy/kubernetes are checked
// against, from the swagger.json of Kubernetes' own module:
//
//	dir=$(go mod download -json k8s.io/kubernetes@v1.37.2 | sed -nE 's/.*"Dir": "(.*)",/\1/p')
//	go run . "$dir/api/openapi-spec/swagger.json" testdata/schemas
//
// They are strict: a key that Kubernetes does not know is an error.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "kubernetes:", err)
		os.Exit(1)
	}
}

// kinds are those that stand in deploy/kubernetes, with the definitions of their schemas.
func kinds() map[string]string {
	return map[string]string{
		"configmap":             "io.k8s.api.core.v1.ConfigMap",
		"cronjob":               "io.k8s.api.batch.v1.CronJob",
		"namespace":             "io.k8s.api.core.v1.Namespace",
		"networkpolicy":         "io.k8s.api.networking.v1.NetworkPolicy",
		"persistentvolumeclaim": "io.k8s.api.core.v1.PersistentVolumeClaim",
		"pod":                   "io.k8s.api.core.v1.Pod",
	}
}

type object = map[string]any

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("expected the path of swagger.json and a directory")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var swagger struct{ Definitions object }
	if err := json.Unmarshal(text, &swagger); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	needed := object{}
	for kind, name := range kinds() {
		if err := collect(swagger.Definitions, name, needed); err != nil {
			return err
		}
		if err := write(filepath.Join(args[1], kind+".json"),
			object{"$ref": shared + name}); err != nil {
			return err
		}
	}
	return write(filepath.Join(args[1], "definitions.json"), object{"definitions": needed})
}

const (
	local  = "#/definitions/"
	shared = "definitions.json" + local
)

// collect adds the definition and all that it refers to.
func collect(all object, name string, into object) error {
	if _, known := into[name]; known {
		return nil
	}
	definition, found := all[name].(object)
	if !found {
		return fmt.Errorf("there is no definition %s", name)
	}
	clean := strict(name, definition)
	into[name] = clean
	for _, other := range references(clean) {
		if err := collect(all, other, into); err != nil {
			return err
		}
	}
	return nil
}

// strict leaves out what does not validate, and allows no other keys.
func strict(name string, definition object) object {
	// Swagger calls both strings.
	switch {
	case strings.HasSuffix(name, ".IntOrString"), strings.HasSuffix(name, ".Quantity"):
		return object{"type": []any{"string", "number"}}
	}
	clean, _ := prune(definition).(object)
	if _, closed := clean["properties"]; closed {
		clean["additionalProperties"] = false
	}
	return clean
}

func prune(value any) any {
	switch v := value.(type) {
	case object:
		clean := object{}
		for key, inner := range v {
			_, isText := inner.(string)
			if key != "default" && !strings.HasPrefix(key, "x-kubernetes-") &&
				!(key == "description" && isText) && !(key == "format" && isText) {
				clean[key] = prune(inner)
			}
		}
		return clean
	case []any:
		for i, inner := range v {
			v[i] = prune(inner)
		}
	}
	return value
}

func references(value any) (names []string) {
	switch v := value.(type) {
	case object:
		for key, inner := range v {
			if to, isText := inner.(string); isText && key == "$ref" {
				names = append(names, strings.TrimPrefix(to, local))
			} else {
				names = append(names, references(inner)...)
			}
		}
	case []any:
		for _, inner := range v {
			names = append(names, references(inner)...)
		}
	}
	return names
}

func write(path string, schema object) error {
	text, err := json.MarshalIndent(schema, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
