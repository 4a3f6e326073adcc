// Command reduce writes table.txt, the facts of Kubernetes' API that this module looks up:
// kinds, fields, types, closed enums, and the minor in which each came and went.
//
//	go run src/k8s/api/reduce/*.go [-newest MINOR] [-why] > table.txt && mv table.txt src/k8s/api/
//
// It reads the Go sources of k8s.io/{api,apimachinery,apiextensions-apiserver,kube-aggregator} at the newest
// patch release of each minor, through the go command, and parses them without building them: struct types and
// their json tags, register.go (kinds), zz_generated.prerelease-lifecycle.go (served from, to, replaced by),
// typed constants (enums) and markers (+optional, +enum, +genclient). For the next minor run it with the new
// number, then read the diff of the table and what it says on standard error: every fact that it cannot derive
// (a new type with a decoder of its own, an enum without a marker, a kind gone without a date) is named there.
// The facts which are in no Go type are in facts.go. Needs only Go, and a module proxy.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
)

const (
	firstKinds  = 17 // kinds are known from here on, as far as the modules reach
	firstFields = 25 // and their fields from here on
)

func main() {
	newest := flag.Int("newest", 37, "the newest minor of Kubernetes")
	why := flag.Bool("why", false, "print what needs a decision by hand: unmarked enums, required fields")
	flag.Parse()
	world := newWorld()
	for minor := firstKinds; minor <= *newest; minor++ {
		r := loadRelease(minor)
		if r == nil {
			continue
		}
		world.kinds(r)
		if minor >= firstFields {
			world.fields(r)
		}
	}
	world.prune()
	if *why {
		world.explain()
		return
	}
	out := bufio.NewWriter(os.Stdout)
	world.write(out, *newest)
	if err := out.Flush(); err != nil {
		fatal("%v", err)
	}
}

// explain prints what a person decides: enums without a marker, and the fields taken as required.
func (w *world) explain() {
	for _, key := range sortedKeys(w.unmarked) {
		fmt.Printf("open\t%s\t%s\n", key, strings.Join(w.unmarked[key], "|"))
	}
	for _, key := range sortedKeys(w.structs) {
		var names []string
		for name, f := range w.structs[key].fields {
			if w.structs[key].used && f.required {
				names = append(names, name+":"+f.typ)
			}
		}
		if slices.Sort(names); len(names) > 0 {
			fmt.Printf("required\t%s\t%s\n", key, strings.Join(names, " "))
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func fatal(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "reduce: "+format+"\n", args...)
	os.Exit(1)
}
