//! Whole trees as people have them, each with the output that it gets in `<name>.expected` beside it.

use std::fs;

use crate::support::{blessed, plimsoll, root};

#[test]
fn whole_trees_get_their_output() {
    let folder = root().join("fixtures/projects");
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            let name = entry.file_name().into_string().unwrap();
            let run = plimsoll(&folder, &["lint", &name, "--format", "concise"]);
            let text = format!("{}{}exit code {}\n", run.stdout, run.stderr, run.code);
            blessed(&folder.join(format!("{name}.expected")), &text);
        }
    }
}

/// Everything that is asked for can be had at once, without a single suppression.
#[test]
fn a_hardened_project_passes_every_rule() {
    let run = plimsoll(root(), &["lint", "fixtures/projects/hardened", "--format", "concise"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.lines().count(), 1, "only the summary: {}", run.stdout);
}
