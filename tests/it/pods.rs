//! Which mappings are taken for pods: `fixtures/yaml/pods` marks the `containers` key of each with `# pod`.

use std::collections::BTreeSet;
use std::fs;

use plimsoll::k8s;
use plimsoll::source::Source;
use plimsoll::yaml;

use crate::support::root;

#[test]
fn pods_are_found_where_they_are_marked() {
    for entry in fs::read_dir(root().join("fixtures/yaml/pods")).unwrap() {
        let path = entry.unwrap().path();
        let source = Source::new("x", fs::read_to_string(&path).unwrap());
        let lines = source.lines();
        let mut found = BTreeSet::new();
        for raw in source.documents() {
            let tree = yaml::parse(&source.text, raw.span).unwrap();
            for object in k8s::objects(&tree) {
                for pod in k8s::pods(object) {
                    let key = pod.view().at("containers").key_span();
                    found.insert(lines.position(key.start).line);
                }
            }
        }
        let marked = |(line, number): (&str, u32)| (line.ends_with("# pod")).then_some(number);
        let wanted: BTreeSet<_> = source.text.lines().zip(1..).filter_map(marked).collect();
        assert_eq!(found, wanted, "{}", path.display());
    }
}
