//! The catalogue of rules as `plimsoll rules` lists it.

use std::cmp::Reverse;

use serde::Serialize;

use crate::names::tool_and_id;
use crate::policy;
use crate::report::text::{width, wrap};
use crate::rule::{Level, Policy, Rule};
use crate::rules::ALL;

/// For people, the gravest first: severity, id, level of the standards, whether it can be a policy of a cluster, and below
/// it what the rule finds.
pub fn table(columns: usize) -> String {
    let mut rules: Vec<&Rule> = ALL.to_vec();
    rules.sort_by_key(|r| (Reverse(r.severity), r.id));
    let mut table = String::new();
    for rule in rules {
        let policy = if matches!(rule.policy, Policy::None(_)) { "-" } else { "policy" };
        let level = format!("{} {policy:6}", level(rule).map_or("", Level::name));
        let left = format!("{:INDENT$}{}", rule.severity.name(), rule.id);
        let gap = columns.saturating_sub(width(&left) + level.len());
        table.extend([format!("{left}{:gap$}{level}", "").trim_end(), "\n"]);
        let room = columns.saturating_sub(INDENT);
        for line in wrap(rule.summary, room, room) {
            table.extend([" ".repeat(INDENT).as_str(), line.as_ref(), "\n"]);
        }
    }
    table
}

const INDENT: usize = 10;

/// The mildest level of the Pod Security Standards that the rule is part of.
fn level(rule: &Rule) -> Option<Level> {
    rule.standards.iter().map(|s| s.level).min()
}

/// For programs: everything that is known of each rule, its page included.
pub fn json() -> String {
    let catalogue = CatalogueJson {
        version: 1,
        tool: ToolJson { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        rules: ALL.iter().map(|r| RuleJson::new(r)).collect(),
    };
    // Strings and numbers always have a JSON form.
    serde_json::to_string_pretty(&catalogue).unwrap_or_default() + "\n"
}

#[derive(Serialize)]
struct CatalogueJson {
    version: u8,
    tool: ToolJson,
    rules: Vec<RuleJson>,
}

#[derive(Serialize)]
struct ToolJson {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    aliases: &'static [&'static str],
    severity: &'static str,
    summary: &'static str,
    since: &'static str,
    standards: Vec<StandardJson>,
    maps: Vec<MapJson>,
    policy: PolicyJson,
    page: &'static str,
}

#[derive(Serialize)]
struct StandardJson {
    level: &'static str,
    check: &'static str,
    since: String,
}

#[derive(Serialize)]
struct MapJson {
    tool: &'static str,
    id: &'static str,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum PolicyJson {
    Derived { demands: Vec<DemandJson> },
    Cel { demands: Vec<DemandJson> },
    None { reason: &'static str },
}

/// What is demanded at the newest version of Kubernetes.
#[derive(Serialize)]
struct DemandJson {
    of: &'static str,
    says: String,
    cel: String,
}

impl PolicyJson {
    fn new(rule: &Rule) -> Self {
        let json = |d: policy::Demand| DemandJson { of: d.of.name(), says: d.says.to_string(), cel: d.expression() };
        match policy::shown(rule) {
            Err(reason) => Self::None { reason },
            Ok(demands) => {
                let demands = demands.into_iter().map(json).collect();
                if matches!(rule.policy, Policy::Derived) { Self::Derived { demands } } else { Self::Cel { demands } }
            }
        }
    }
}

impl RuleJson {
    fn new(rule: &Rule) -> Self {
        let standard = |s: &crate::rule::Standard| StandardJson {
            level: s.level.name(),
            check: s.check,
            since: format!("1.{}", s.since),
        };
        let map = |m: &crate::rule::Map| {
            let (tool, id) = tool_and_id(*m);
            MapJson { tool, id }
        };
        Self {
            id: rule.id,
            aliases: rule.aliases,
            severity: rule.severity.name(),
            summary: rule.summary,
            since: rule.since,
            standards: rule.standards.iter().map(standard).collect(),
            maps: rule.maps.iter().map(map).collect(),
            policy: PolicyJson::new(rule),
            page: rule.doc,
        }
    }
}
