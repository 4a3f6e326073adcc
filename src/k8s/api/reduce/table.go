// The table as text: kinds, enums, structs, each sorted by name.

package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

func (w *world) write(out *bufio.Writer, newest int) {
	fmt.Fprintf(out, "# Kubernetes' API fields, 1.%d to 1.%d. Written by reduce/: do not edit.\n", firstFields, newest)
	fmt.Fprintln(out, "# % group/version package · Kind scope +since ~deprecated -removed >replacement\n"+
		"# @ enum value|value · = struct · field type +since -removed (!: required)")
	w.writeKinds(out)
	for _, key := range sortedKeys(w.enums) {
		if w.enums[key].used {
			w.writeEnum(out, key)
		}
	}
	for _, key := range sortedKeys(w.structs) {
		if w.structs[key].used {
			w.writeStruct(out, key)
		}
	}
}

func (w *world) writeKinds(out *bufio.Writer) {
	for _, line := range goneKinds {
		part := strings.Fields(line)
		if w.facts[part[0]] == nil {
			w.facts[part[0]] = map[string]*kindFacts{}
		}
		f := &kindFacts{}
		if old := w.facts[part[0]][part[1]]; old != nil {
			f = old
		}
		f.removed, _ = strconv.Atoi(part[2])
		f.dated = true
		if len(part) > 3 {
			f.replacement = part[3] + " " + part[len(part)-1]
			if len(part) == 4 {
				f.replacement = part[3] + " " + part[1]
			}
		}
		w.facts[part[0]][part[1]] = f
	}
	for gk := range extraKinds {
		gv, kind, _ := strings.Cut(gk, " ")
		w.facts[gv][kind] = &kindFacts{root: true}
	}
	for _, gv := range sortedKeys(w.facts) {
		if len(w.facts[gv]) == 0 {
			continue
		}
		fmt.Fprintln(out, strings.TrimSpace("% "+gv+" "+w.groups[gv]))
		for _, kind := range sortedKeys(w.facts[gv]) {
			fmt.Fprintln(out, w.kindLine(gv, kind))
		}
	}
}

func (w *world) kindLine(gv, kind string) string {
	f := w.facts[gv][kind]
	line := kind
	if f.scope != "" {
		line += " " + f.scope
	}
	since, removed := f.since, f.removed
	if since == 0 && f.first <= firstFields {
		since = sinceByHand[gv]
	}
	if since == 0 && f.first > firstKinds {
		since = f.first
	}
	// A kind that has left the modules can't be served, whatever date it was given.
	if gone := f.last + 1; !f.dated && f.last != 0 && f.last < w.newest && (removed == 0 || gone < removed) {
		if removed == 0 && downloaded[fmt.Sprintf("k8s.io/api@%d", gone)] == "" {
			fmt.Fprintf(os.Stderr, "%s %s: gone after 1.%d, some minor: say in `goneKinds` which\n", gv, kind, f.last)
		}
		removed = gone
	}
	if since != 0 {
		line += fmt.Sprintf(" +%d", since)
	}
	if f.deprecated != 0 && (removed == 0 || f.deprecated < removed) {
		line += fmt.Sprintf(" ~%d", f.deprecated)
	}
	if removed != 0 {
		line += fmt.Sprintf(" -%d", removed)
	}
	replacement := f.replacement
	if replacement == "" && removed != 0 {
		replacement = w.successor(gv, kind)
	}
	if replacement != "" {
		to, as, _ := strings.Cut(replacement, " ")
		line += " >" + to
		if as != kind {
			line += " " + as
		}
	}
	if root, ok := extraKinds[gv+" "+kind]; ok {
		line += " =" + root
	} else if !f.root {
		line += " ="
	}
	return line
}

// successor is the steadiest newer version of a kind in its own group that no release has removed.
func (w *world) successor(gv, kind string) string {
	group, _, _ := strings.Cut(gv, "/")
	best, bestRank := "", versionRank(gv)
	for _, other := range sortedKeys(w.facts) {
		g, _, _ := strings.Cut(other, "/")
		if f := w.facts[other][kind]; g == group && f != nil && f.root && (f.removed == 0 || f.removed > w.newest) {
			if rank := versionRank(other); rank > bestRank && f.last == w.newest {
				best, bestRank = other+" "+kind, rank
			}
		}
	}
	return best
}

// versionRank orders versions as the API server does: stable over beta over alpha, then by number.
func versionRank(gv string) int {
	m := regexp.MustCompile(`v(\d+)(?:(alpha|beta)(\d+))?$`).FindStringSubmatch(gv)
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[3])
	return map[string]int{"": 20000, "beta": 10000, "alpha": 0}[m[2]] + major*100 + minor
}

func (w *world) writeEnum(out *bufio.Writer, key string) {
	e := w.enums[key]
	var values []string
	for _, v := range sortedKeys(e.values) {
		if strings.ContainsAny(v, "|=") || strings.ContainsAny(v[1:], "@") {
			fatal("the value %q of %s needs another separator", v, key)
		}
		values = append(values, v+minors(*e.values[v], e.span, "@", "-@"))
	}
	fmt.Fprintf(out, "@ %s %s\n", key, strings.Join(values, "|"))
}

func (w *world) writeStruct(out *bufio.Writer, key string) {
	s := w.structs[key]
	fmt.Fprintf(out, "= %s\n", key)
	for _, name := range sortedKeys(s.fields) {
		f := s.fields[name]
		mark := ""
		if f.required {
			mark = "!"
		}
		own := key[:strings.LastIndex(key, ".")+1]
		typ := f.typ
		leaf := strings.TrimLeft(typ, "[]{}@")
		if strings.HasPrefix(leaf, own) {
			typ = typ[:len(typ)-len(leaf)] + leaf[len(own)-1:]
		}
		if name != strings.Trim(name, "!= ") {
			fatal("the field %q of %s needs another separator", name, key)
		}
		fmt.Fprintf(out, "%s%s %s%s\n", name, mark, typ, minors(f.span, s.span, " +", " -"))
	}
}

// minors says when a part came and went, where that differs from the whole.
func minors(part, whole span, came, went string) string {
	text := ""
	if part.first > whole.first {
		text += fmt.Sprintf("%s%d", came, part.first)
	}
	if part.last < whole.last {
		text += fmt.Sprintf("%s%d", went, part.last+1)
	}
	return text
}
