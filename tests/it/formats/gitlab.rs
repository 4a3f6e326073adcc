//! GitLab's Code Quality report: what its documentation asks of each issue.

use std::collections::BTreeSet;

use plimsoll::config::Settings;
use plimsoll::engine::Outcomes;
use plimsoll::report::Format;
use serde_json::Value;

use super::{everything, holds, hostile, options, render, sample};
use crate::support::lint;

/// What the documentation of the report's format says, as a schema.
const ISSUES: &str = r#"{
  "type": "array",
  "items": {
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "additionalProperties": false,
    "properties": {
      "description": { "type": "string", "minLength": 1 },
      "check_name": { "type": "string", "minLength": 1 },
      "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
      "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
      "location": {
        "type": "object",
        "required": ["path", "lines"],
        "additionalProperties": false,
        "properties": {
          "path": { "type": "string", "pattern": "^[^./]|^\\.[^/]" },
          "lines": {
            "type": "object",
            "required": ["begin"],
            "properties": { "begin": { "type": "integer", "minimum": 1 }, "end": { "type": "integer", "minimum": 1 } }
          }
        }
      }
    }
  }
}"#;

fn fingerprints(report: &str) -> Vec<String> {
    let issues: Value = serde_json::from_str(report).unwrap();
    issues.as_array().unwrap().iter().map(|i| i["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn gitlab_takes_every_issue() {
    let schema: Value = serde_json::from_str(ISSUES).unwrap();
    for outcomes in [sample(), hostile(), everything(false), Outcomes::default()] {
        let report = render(Format::Gitlab, &outcomes, &options());
        holds(&schema, &report);
        let found = fingerprints(&report);
        assert_eq!(found.len(), outcomes.findings.len() + outcomes.coverage.unread().count());
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "each issue has a fingerprint of its own");
    }
}

#[test]
fn issues_are_known_again_when_lines_move() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a}\n  - {name: b}\n";
    let broken = "---\na: \"\n";
    let report = |text: &str| render(Format::Gitlab, &lint("a.yaml", text, &Settings::default()), &options());
    let first = report(&format!("{pod}{broken}"));
    assert!(first.contains("\"broken\""), "{first}");
    assert_eq!(fingerprints(&first), fingerprints(&report(&format!("# moved\n\n{pod}{broken}"))));
}
