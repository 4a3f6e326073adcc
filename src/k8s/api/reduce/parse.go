// One release of Kubernetes, as parsed: the packages of its API types.

package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A pkg is one Go package of API types.
type pkg struct {
	short      string // core/v1 is "v1", meta is "meta", the rest as their folder: "apps/v1"
	group      string
	version    string
	types      map[string]*typeDecl
	values     map[string][]string // constants by the name of their type
	unread     map[string]bool     // types with a constant that is no literal
	decoders   map[string]bool     // types with an UnmarshalJSON of their own
	registered []string
	life       map[string]lifecycle
}

type typeDecl struct {
	spec    *ast.TypeSpec
	doc     string
	imports map[string]string
}

type lifecycle struct {
	since, deprecated, removed int
	replacement                string // "group/version Kind"
}

type release struct {
	minor int
	pkgs  map[string]*pkg // by import path
}

// modules says where API types live, and under which folder names.
var modules = []struct{ path, root string }{
	{"k8s.io/api", ""},
	{"k8s.io/apimachinery", "pkg/apis/meta/v1"},
	{"k8s.io/apimachinery", "pkg/types"},
	{"k8s.io/apimachinery", "pkg/runtime"},
	{"k8s.io/apiextensions-apiserver", "pkg/apis/apiextensions"},
	{"k8s.io/kube-aggregator", "pkg/apis/apiregistration"},
}

func loadRelease(minor int) *release {
	r := &release{minor: minor, pkgs: map[string]*pkg{}}
	for _, m := range modules {
		if m.path != "k8s.io/api" && minor < firstFields {
			continue
		}
		dir := download(m.path, minor)
		if dir == "" {
			continue
		}
		// A package is a folder with register.go or types of the machinery, at any depth below the root.
		err := filepath.WalkDir(filepath.Join(dir, m.root), func(p string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir
			}
			if err != nil || !d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				return err
			}
			if k := parsePkg(p, m.path+"/"+filepath.ToSlash(rel)); k != nil {
				r.pkgs[m.path+"/"+filepath.ToSlash(rel)] = k
			}
			return nil
		})
		if err != nil {
			fatal("%v", err)
		}
	}
	if len(r.pkgs) == 0 {
		return nil
	}
	return r
}

var downloaded = map[string]string{}

// download returns the folder of a module at the newest patch of a minor, or "" where there is none.
func download(module string, minor int) string {
	key := fmt.Sprintf("%s@%d", module, minor)
	if dir, ok := downloaded[key]; ok {
		return dir
	}
	downloaded[key] = ""
	out, err := exec.Command("go", "list", "-m", "-versions", module).Output()
	if err != nil {
		fatal("go list %s: %v", module, err)
	}
	best := -1
	for _, v := range strings.Fields(string(out)) {
		rest, ok := strings.CutPrefix(v, fmt.Sprintf("v0.%d.", minor))
		if patch, err := strconv.Atoi(rest); ok && err == nil && patch > best {
			best = patch
		}
	}
	if best < 0 {
		fmt.Fprintf(os.Stderr, "no release of %s at 1.%d\n", module, minor)
		return ""
	}
	out, err = exec.Command("go", "mod", "download", "-json", fmt.Sprintf("%s@v0.%d.%d", module, minor, best)).Output()
	var got struct{ Dir string }
	if err == nil {
		err = json.Unmarshal(out, &got)
	}
	if err != nil {
		fatal("go mod download %s: %v", key, err)
	}
	downloaded[key] = got.Dir
	return got.Dir
}

func parsePkg(dir, importPath string) *pkg {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return nil
	}
	k := &pkg{
		short: shortName(importPath), types: map[string]*typeDecl{}, values: map[string][]string{},
		unread: map[string]bool{}, decoders: map[string]bool{}, life: map[string]lifecycle{},
	}
	for _, name := range files {
		base := filepath.Base(name)
		if strings.HasSuffix(base, "_test.go") || base == "generated.pb.go" || strings.HasPrefix(base, "zz_generated.deepcopy") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			fatal("%v", err)
		}
		k.read(f, base)
	}
	return k
}

func shortName(importPath string) string {
	switch importPath {
	case "k8s.io/api/core/v1":
		return "v1"
	case "k8s.io/apimachinery/pkg/apis/meta/v1":
		return "meta"
	}
	parts := strings.Split(importPath, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

func (k *pkg) read(f *ast.File, base string) {
	imports := map[string]string{}
	for _, i := range f.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		imports[name] = path
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			k.readDecl(d, f, imports)
		case *ast.FuncDecl:
			if recv := receiver(d); recv != "" && d.Name.Name == "UnmarshalJSON" {
				k.decoders[recv] = true
			} else if recv != "" && strings.HasPrefix(d.Name.Name, "APILifecycle") {
				k.readLifecycle(recv, d)
			}
		}
	}
	if base == "register.go" {
		k.readRegister(f)
	}
}

func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) != 1 {
		return ""
	}
	t := d.Recv.List[0].Type
	if s, ok := t.(*ast.StarExpr); ok {
		t = s.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func (k *pkg) readDecl(d *ast.GenDecl, f *ast.File, imports map[string]string) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			k.types[s.Name.Name] = &typeDecl{s, docOf(d, s, f), imports}
		case *ast.ValueSpec:
			if d.Tok == token.CONST {
				k.readConst(s)
			}
		}
	}
}

// docOf is the comment above a type, with a marker comment that a blank line parts from it.
func docOf(d *ast.GenDecl, s *ast.TypeSpec, f *ast.File) string {
	doc := s.Doc
	if doc == nil {
		doc = d.Doc
	}
	text := ""
	before := d.Pos()
	if doc != nil {
		before = doc.Pos()
		text = comment(doc)
	}
	for _, c := range f.Comments {
		if gap := before - c.End(); gap > 0 && gap <= 2 {
			text = comment(c) + text
		}
	}
	return text
}

func comment(g *ast.CommentGroup) string {
	if g == nil {
		return ""
	}
	var b strings.Builder
	for _, c := range g.List {
		b.WriteString(c.Text + "\n")
	}
	return b.String()
}

func (k *pkg) readConst(s *ast.ValueSpec) {
	for i, v := range s.Values {
		typ, lit := "", v
		if id, ok := s.Type.(*ast.Ident); ok {
			typ = id.Name
		} else if c, ok := v.(*ast.CallExpr); ok && len(c.Args) == 1 {
			if id, ok := c.Fun.(*ast.Ident); ok {
				typ, lit = id.Name, c.Args[0]
			}
		}
		b, ok := lit.(*ast.BasicLit)
		if !ok && typ != "" {
			k.unread[typ] = true
		}
		if !ok || b.Kind != token.STRING {
			continue
		}
		value, err := strconv.Unquote(b.Value)
		if err != nil {
			fatal("%v", err)
		}
		if typ != "" {
			k.values[typ] = append(k.values[typ], value)
		} else if s.Names[i].Name == "GroupName" {
			k.group = value
		}
	}
}

func (k *pkg) readLifecycle(recv string, d *ast.FuncDecl) {
	ret, ok := d.Body.List[0].(*ast.ReturnStmt)
	if !ok {
		return
	}
	l := k.life[recv]
	switch d.Name.Name {
	case "APILifecycleIntroduced":
		l.since = literalInt(ret.Results[1])
	case "APILifecycleDeprecated":
		l.deprecated = literalInt(ret.Results[1])
	case "APILifecycleRemoved":
		l.removed = literalInt(ret.Results[1])
	case "APILifecycleReplacement":
		part := map[string]string{}
		for _, e := range ret.Results[0].(*ast.CompositeLit).Elts {
			kv := e.(*ast.KeyValueExpr)
			part[kv.Key.(*ast.Ident).Name], _ = strconv.Unquote(kv.Value.(*ast.BasicLit).Value)
		}
		l.replacement = groupVersion(part["Group"], part["Version"]) + " " + part["Kind"]
	}
	k.life[recv] = l
}

func literalInt(e ast.Expr) int {
	n, err := strconv.Atoi(e.(*ast.BasicLit).Value)
	if err != nil {
		fatal("%v", err)
	}
	return n
}

// readRegister takes the version of SchemeGroupVersion and the kinds handed to AddKnownTypes.
func (k *pkg) readRegister(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if n.Names[0].Name == "SchemeGroupVersion" {
				for _, e := range n.Values[0].(*ast.CompositeLit).Elts {
					kv := e.(*ast.KeyValueExpr)
					if b, ok := kv.Value.(*ast.BasicLit); ok && kv.Key.(*ast.Ident).Name == "Version" {
						k.version, _ = strconv.Unquote(b.Value)
					}
				}
			}
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "AddKnownTypes" {
				return true
			}
			for _, a := range n.Args[1:] {
				if u, ok := a.(*ast.UnaryExpr); ok {
					if id, ok := u.X.(*ast.CompositeLit).Type.(*ast.Ident); ok {
						k.registered = append(k.registered, id.Name)
					}
				}
			}
		}
		return true
	})
}

func groupVersion(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}
