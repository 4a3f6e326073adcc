// Command strict says of every object in the files named on standard input what client-go's decoder says of it where it is
// asked to be strict, as the API server does: the fields that are unknown, or the first value that it refuses.
//
//	strict MUTATIONS < files
//
// One JSON object a line: {"id", "doc", "known", "refused", "unknown"}. For each object also so many mutations of it:
// one place of it with its key misspelt, moved to another place, or holding a value of another type.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	decoder "k8s.io/apimachinery/pkg/runtime/serializer/json"
	reader "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

type verdict struct {
	ID      string          `json:"id"`
	Doc     json.RawMessage `json:"doc"`
	Known   bool            `json:"known"`
	Refused string          `json:"refused"`
	Unknown []string        `json:"unknown"`
}

type run struct {
	out       *json.Encoder
	strict    *decoder.Serializer
	random    *rand.Rand
	mutations int
}

func main() {
	r := run{random: rand.New(rand.NewSource(1))}
	if err := apiextensions.AddToScheme(scheme.Scheme); err != nil {
		panic(err)
	}
	if _, err := fmt.Sscan(os.Args[1], &r.mutations); err != nil {
		panic(err)
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	r.out = json.NewEncoder(out)
	options := decoder.SerializerOptions{Strict: true}
	r.strict = decoder.NewSerializerWithOptions(decoder.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, options)
	for files := bufio.NewScanner(os.Stdin); files.Scan(); {
		r.file(files.Text())
	}
}

func (r *run) file(name string) {
	data, err := os.ReadFile(name)
	if err != nil {
		panic(err)
	}
	documents := reader.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for i := 0; ; i++ {
		document, err := documents.Read()
		if err != nil {
			return
		}
		if text, err := yaml.YAMLToJSON(document); err == nil {
			r.object(fmt.Sprintf("%s#%d", name, i), text)
		}
	}
}

func parse(text []byte) map[string]any {
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&object) != nil {
		return nil
	}
	return object
}

func (r *run) object(id string, text []byte) {
	object := parse(text)
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	if version == "" || kind == "" {
		return
	}
	if items, ok := object["items"].([]any); ok && strings.HasSuffix(kind, "List") {
		for i, item := range items {
			text, _ := json.Marshal(item)
			r.object(fmt.Sprintf("%s.%d", id, i), text)
		}
		return
	}
	// What only the server writes is left to it.
	delete(object, "status")
	if meta, ok := object["metadata"].(map[string]any); ok {
		delete(meta, "managedFields")
		delete(meta, "ownerReferences")
	}
	text, _ = json.Marshal(object)
	r.judge(id, text)
	for n := 0; n < r.mutations; n++ {
		if mutant := parse(text); r.mutate(mutant) {
			text, _ := json.Marshal(mutant)
			r.judge(fmt.Sprintf("%s~%d", id, n), text)
		}
	}
}

func (r *run) judge(id string, text []byte) {
	v := verdict{ID: id, Doc: text, Known: true}
	_, _, err := r.strict.Decode(text, nil, nil)
	if strict, ok := runtime.AsStrictDecodingError(err); ok {
		for _, e := range strict.Errors() {
			if name, ok := strings.CutPrefix(e.Error(), `unknown field "`); ok {
				v.Unknown = append(v.Unknown, strings.TrimSuffix(name, `"`))
			}
		}
	} else if runtime.IsNotRegisteredError(err) {
		v.Known = false
	} else if err != nil {
		v.Refused = err.Error()
	}
	if err := r.out.Encode(v); err != nil {
		panic(err)
	}
}

type place struct {
	object map[string]any
	key    string
}

func places(value any, depth int, found []place) []place {
	switch value := value.(type) {
	case map[string]any:
		keys := make([]string, 0, len(value))
		for k := range value {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			if depth > 0 || k != "apiVersion" && k != "kind" {
				found = append(found, place{value, k})
			}
			found = places(value[k], depth+1, found)
		}
	case []any:
		for _, item := range value {
			found = places(item, depth+1, found)
		}
	}
	return found
}

var values = []any{
	"x", "5", "", "100m", "AAAA", "AAA", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000000Z", "1h", "1Gib", "-1", ".5", "1e3", "1e", " 1Mi ",
	true, false, nil, json.Number("7"), json.Number("-1"), json.Number("1.5"), json.Number("5000000000"), json.Number("1e+30"),
	json.Number("18446744073709551615"), []any{}, []any{"a"}, []any{nil}, []any{json.Number("1"), json.Number("300")},
	[]any{map[string]any{"name": "x"}}, map[string]any{}, map[string]any{"name": "x"}, map[string]any{"a": nil},
}

func (r *run) mutate(object map[string]any) bool {
	all := places(object, 0, nil)
	if len(all) == 0 {
		return false
	}
	p := all[r.random.Intn(len(all))]
	switch r.random.Intn(4) {
	case 0:
		p.object[p.key+"x"] = p.object[p.key]
		delete(p.object, p.key)
	case 1:
		to := all[r.random.Intn(len(all))]
		value, _ := json.Marshal(p.object[p.key])
		delete(p.object, p.key)
		var copied any
		d := json.NewDecoder(bytes.NewReader(value))
		d.UseNumber()
		_ = d.Decode(&copied)
		to.object[p.key] = copied
	default:
		p.object[p.key] = values[r.random.Intn(len(values))]
	}
	return true
}
