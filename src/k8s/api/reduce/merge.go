// All releases, merged: which kind, field and value each has, and what type.

package main

import (
	"fmt"
	"go/ast"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

type span struct{ first, last int }

func (s *span) see(minor int) {
	if s.first == 0 {
		s.first = minor
	}
	s.last = minor
}

type kindFacts struct {
	span
	lifecycle
	scope string // "ns", "cl" or "" where it is no stored resource
	root  bool   // its struct is in the table
	dated bool   // its removal is in goneKinds
}

type fieldFacts struct {
	span
	typ      string
	required bool
}

type structFacts struct {
	span
	fields  map[string]*fieldFacts
	decodes bool // has a decoder of its own
	used    bool
}

type enumFacts struct {
	span
	values map[string]*span
	used   bool
}

type world struct {
	groups   map[string]string // group/version -> short name of its package
	facts    map[string]map[string]*kindFacts
	structs  map[string]*structFacts
	enums    map[string]*enumFacts
	newest   int
	unmarked map[string][]string // typed constants without a marker
}

func newWorld() *world {
	return &world{
		groups: map[string]string{}, facts: map[string]map[string]*kindFacts{}, structs: map[string]*structFacts{},
		enums: map[string]*enumFacts{}, unmarked: map[string][]string{},
	}
}

func (w *world) kinds(r *release) {
	w.newest = r.minor
	for _, k := range r.pkgs {
		if k.version == "" {
			continue
		}
		registered := k.registered
		if k.short == "meta" {
			k.group, registered = "meta.k8s.io", []string{"PartialObjectMetadata", "PartialObjectMetadataList", "Table"}
		}
		gv := groupVersion(k.group, k.version)
		if w.facts[gv] == nil {
			w.facts[gv] = map[string]*kindFacts{}
		}
		for _, name := range registered {
			if notKinds[name] {
				continue
			}
			f := w.facts[gv][name]
			if f == nil {
				f = &kindFacts{}
				w.facts[gv][name] = f
			}
			f.see(r.minor)
			if l := k.life[name]; l.since != 0 || k.version == "v1" {
				f.lifecycle = l
			}
			if t := k.types[name]; t != nil {
				f.scope = scopeOf(t.doc)
			}
			if r.minor >= firstFields {
				w.groups[gv] = k.short
				f.root = true
			}
		}
	}
}

func scopeOf(doc string) string {
	switch {
	case !strings.Contains(doc, "+genclient"):
		return ""
	case strings.Contains(doc, "+genclient:nonNamespaced"):
		return "cl"
	}
	return "ns"
}

func (w *world) fields(r *release) {
	for path, k := range r.pkgs {
		if k.version == "" && k.short != "meta" {
			continue
		}
		for name, t := range k.types {
			if s, ok := t.spec.Type.(*ast.StructType); ok && special[k.short+"."+name] == "" && ast.IsExported(name) {
				w.structOf(r, k, path, name, t, s)
			}
		}
	}
}

func (w *world) structOf(r *release, k *pkg, path, name string, t *typeDecl, s *ast.StructType) {
	key := k.short + "." + name
	facts := w.structs[key]
	if facts == nil {
		facts = &structFacts{fields: map[string]*fieldFacts{}}
		w.structs[key] = facts
	}
	facts.see(r.minor)
	facts.decodes = k.decoders[name]
	w.flatten(r, k, path, t, s, facts, key)
}

// flatten adds the fields of s, and those of its inlined structs, to facts.
func (w *world) flatten(r *release, k *pkg, path string, t *typeDecl, s *ast.StructType, facts *structFacts, key string) {
	for _, f := range s.Fields.List {
		tag := ""
		if f.Tag != nil {
			raw, _ := strconv.Unquote(f.Tag.Value)
			tag = reflect.StructTag(raw).Get("json")
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "-" {
			continue
		}
		if name == "" && len(f.Names) == 0 {
			if op, ot, os, opath := r.lookup(k, path, t, f.Type); os != nil {
				w.flatten(r, op, opath, ot, os, facts, key)
				continue
			}
		}
		if name == "" {
			if len(f.Names) == 0 || !f.Names[0].IsExported() {
				continue
			}
			name = f.Names[0].Name
		}
		ff := facts.fields[name]
		if ff == nil {
			ff = &fieldFacts{}
			facts.fields[name] = ff
		}
		if ff.first != 0 && ff.last < r.minor-1 && ff.last >= facts.first && facts.last == r.minor && !skipped(r.minor, ff.last) {
			fmt.Fprintf(os.Stderr, "1.%d: %s.%s was gone for a while\n", r.minor, key, name)
		}
		ff.see(r.minor)
		ff.typ = w.typeOf(r, k, path, t, f.Type)
		ff.required = required(key, name, options, comment(f.Doc), f.Type, ff.typ)
		if v, ok := fieldEnums[key+"."+name]; ok {
			ff.typ = strings.TrimSuffix(ff.typ, "string") + "@" + key + "." + name
			w.enum(key+"."+name, v, r.minor)
		}
	}
}

// skipped says that the minors between two are without a release in the proxy.
func skipped(minor, last int) bool {
	for m := last + 1; m < minor; m++ {
		if downloaded[fmt.Sprintf("k8s.io/api@%d", m)] != "" {
			return false
		}
	}
	return true
}

// lookup finds the struct that an expression names.
func (r *release) lookup(k *pkg, path string, t *typeDecl, e ast.Expr) (*pkg, *typeDecl, *ast.StructType, string) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return r.lookup(k, path, t, e.X)
	case *ast.Ident:
		if d := k.types[e.Name]; d != nil {
			if s, ok := d.spec.Type.(*ast.StructType); ok {
				return k, d, s, path
			}
			return r.lookup(k, path, d, d.spec.Type)
		}
	case *ast.SelectorExpr:
		other := t.imports[e.X.(*ast.Ident).Name]
		if k := r.pkgs[other]; k != nil {
			return r.lookup(k, other, t, e.Sel)
		}
	}
	return nil, nil, nil, ""
}

var scalars = map[string]string{
	"bool": "bool", "int32": "int32", "int64": "int64", "int": "int64", "uint32": "int64", "uint64": "int64",
	"float64": "number", "float32": "number", "string": "string", "any": "any", "uint8": "int32",
}

func (w *world) typeOf(r *release, k *pkg, path string, t *typeDecl, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return w.typeOf(r, k, path, t, e.X)
	case *ast.ArrayType:
		if id, ok := e.Elt.(*ast.Ident); ok && id.Name == "byte" {
			return "bytes"
		}
		return "[]" + w.typeOf(r, k, path, t, e.Elt)
	case *ast.MapType:
		return "{}" + w.typeOf(r, k, path, t, e.Value)
	case *ast.InterfaceType:
		return "any"
	case *ast.SelectorExpr:
		other := t.imports[e.X.(*ast.Ident).Name]
		if s := special[shortName(other)+"."+e.Sel.Name]; s != "" {
			return s
		}
		if o := r.pkgs[other]; o != nil {
			return w.typeOf(r, o, other, t, e.Sel)
		}
		fatal("1.%d: %s.%s is in no package read", r.minor, other, e.Sel.Name)
	case *ast.Ident:
		return w.named(r, k, path, e.Name)
	}
	fatal("1.%d: a type of an unknown form in %s", r.minor, path)
	return ""
}

func (w *world) named(r *release, k *pkg, path, name string) string {
	key := k.short + "." + name
	if s := special[key]; s != "" {
		return s
	}
	d := k.types[name]
	if d == nil {
		if s := scalars[name]; s != "" {
			return s
		}
		fatal("1.%d: no type %s", r.minor, key)
	}
	if _, ok := d.spec.Type.(*ast.StructType); ok {
		return key
	}
	if k.decoders[name] {
		fmt.Fprintf(os.Stderr, "1.%d: %s decodes itself: say in `special` what it takes\n", r.minor, key)
	}
	under := w.typeOf(r, k, path, d, d.spec.Type)
	if under != "string" || d.spec.Assign != 0 || len(k.values[name]) == 0 {
		return under
	}
	if marked := strings.Contains(d.doc, "+enum") || strings.Contains(d.doc, "+k8s:enum"); !marked && !closed[name] {
		w.unmarked[key] = k.values[name]
		return under
	}
	values := k.values[name]
	if k.unread[name] {
		if values = enumValues[name]; values == nil {
			fmt.Fprintf(os.Stderr, "1.%d: %s has a constant that is no literal: say in `enumValues` what it takes\n", r.minor, key)
		}
	}
	w.enum(key, values, r.minor)
	return "@" + key
}

func (w *world) enum(key string, values []string, minor int) {
	facts := w.enums[key]
	if facts == nil {
		facts = &enumFacts{values: map[string]*span{}}
		w.enums[key] = facts
	}
	facts.see(minor)
	for _, v := range values {
		if v == "" {
			continue // an empty string is an absent one
		}
		if facts.values[v] == nil {
			facts.values[v] = &span{}
		}
		facts.values[v].see(minor)
	}
}

// required says that the API server refuses an object without the field: the type says so, or it neither marks
// the field as optional nor gives a default, and the zero value is not one that validation takes.
func required(key, name, options, doc string, e ast.Expr, typ string) bool {
	bare := key[strings.LastIndex(key, ".")+1:]
	if notRequired[bare] || notRequired[bare+"."+name] || (strings.HasSuffix(bare, "List") && name == "items") {
		return false
	}
	if strings.Contains(key, "Status") || strings.Contains(key, "Condition") || typ == "bool" || typ == "any" {
		return false
	}
	if alsoRequired[key+"."+name] || markedRequired.MatchString(doc) {
		return true
	}
	_, pointer := e.(*ast.StarExpr)
	return !pointer && !strings.Contains(options, "omit") && !markedOptional.MatchString(doc)
}

// A marker within another one (+k8s:beta(since: "1.37")=+k8s:required) repeats what validation does by hand.
var (
	markedRequired = regexp.MustCompile(`(?m)^// *\+(k8s:)?required\b`)
	markedOptional = regexp.MustCompile(`(?m)^// *\+(k8s:)?(optional|default)\b`)
)

// prune keeps what can be reached from a kind.
func (w *world) prune() {
	var visit func(typ string)
	visit = func(typ string) {
		leaf := strings.TrimLeft(typ, "[]{}")
		leaf, _, _ = strings.Cut(leaf, "|")
		if e := w.enums[strings.TrimPrefix(leaf, "@")]; e != nil {
			e.used = true
		}
		if s := w.structs[leaf]; s != nil && !s.used {
			s.used = true
			if s.decodes {
				fmt.Fprintf(os.Stderr, "%s decodes itself: say in `special` what it takes\n", leaf)
			}
			for _, f := range s.fields {
				visit(f.typ)
			}
		}
	}
	for name := range extraKinds {
		visit(extraKinds[name])
	}
	for gv, kinds := range w.facts {
		for kind, f := range kinds {
			if f.root {
				visit(w.groups[gv] + "." + kind)
			}
		}
	}
}
