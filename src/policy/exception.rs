//! What a cluster leaves alone: entries `[[ignore]]` of the configuration, and the findings of a baseline.

use std::collections::{BTreeMap, BTreeSet};

use super::cel::{Demand, Of, Variable, list_of, quoted};
use crate::baseline::Entry;
use crate::rule::Rule;
use crate::rules::ALL;
use crate::suppress::{Date, Ignore, Names};

/// Objects, or containers of objects, that rules leave alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The rules, by id; every rule where it is none.
    rules: Option<Vec<&'static str>>,
    /// CEL that is true for the object.
    object: String,
    /// CEL that is true for a container `c` of it; every container where it is none.
    container: Option<String>,
    /// Whether it covers the pod itself as well, where it names containers.
    covers_pod: bool,
    /// Why, for the comment.
    why: String,
    /// Variables that both ask, each short enough for CEL.
    lists: Vec<Variable>,
}

impl Exception {
    /// What an entry of the configuration leaves alone. `Err` says why a cluster cannot.
    pub fn of_ignore(ignore: &Ignore, today: Date) -> Result<Option<Self>, &'static str> {
        if ignore.paths.is_some() {
            return Err("a cluster does not see from which file an object comes");
        }
        if ignore.until.is_some_and(|until| until < today) {
            return Ok(None);
        }
        let mut object = Vec::new();
        if let Some(namespaces) = &ignore.namespaces {
            object.push(matches("object.metadata.?namespace.orValue('')", namespaces));
        }
        let who = [("kind", &ignore.kinds), ("name", &ignore.names)];
        let who: Vec<_> =
            who.iter().filter_map(|(of, names)| Some(matches(&format!("w.{of}"), names.as_ref()?))).collect();
        if !who.is_empty() {
            object.push(format!("variables.who.exists(w, {})", who.join(" && ")));
        }
        object.extend(ignore.until.map(before_the_end_of));
        let container = [("name", &ignore.containers), ("image", &ignore.images)];
        let container: Vec<_> = container
            .iter()
            .filter_map(|(of, names)| Some(matches(&format!("c.?{of}.orValue('')"), names.as_ref()?)))
            .collect();
        let until = ignore.until.map(|until| format!(" (until {until})")).unwrap_or_default();
        Ok(Some(Self {
            rules: ignore.rules.as_ref().map(|rules| rules.iter().map(|&rule| ALL[rule].id).collect()),
            object: if object.is_empty() { "true".to_owned() } else { object.join(" && ") },
            container: (!container.is_empty()).then(|| container.join(" && ")),
            covers_pod: false,
            why: format!("{}{until}", ignore.reason),
            lists: Vec::new(),
        }))
    }

    /// What a baseline knows, until the end of a day: one exception for each rule.
    pub fn of_baseline(entries: &[Entry<'_>], until: Date) -> Vec<Self> {
        let mut known: BTreeMap<&'static str, BTreeSet<(String, String)>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| !entry.object.is_empty()) {
            let Some(rule) = crate::names::rule(&entry.rule) else { continue };
            known.entry(rule.id).or_default().insert((entry.object.to_string(), entry.container.to_string()));
        }
        known.into_iter().map(|(rule, known)| Self::known(rule, &known, until)).collect()
    }

    fn known(rule: &'static str, known: &BTreeSet<(String, String)>, until: Date) -> Self {
        let objects: BTreeSet<_> = known.iter().map(|(object, _)| object.clone()).collect();
        let containers = known.iter().map(|(object, container)| format!("{object} {container}"));
        let objects = lists("known", objects.into_iter());
        let containers = lists("knownContainers", containers);
        // A manifest may leave its namespace to whoever applies it.
        let names = "[w.kind + ' ' + object.metadata.?namespace.orValue('') + '/' + w.name, w.kind + ' ' + w.name]";
        let is_known = is_in("n", &objects);
        let (whole, own) = (is_in("n + ' '", &containers), is_in("n + ' ' + c.?name.orValue('')", &containers));
        Self {
            rules: Some(vec![rule]),
            object: format!("{} && variables.who.exists(w, {names}.exists(n, {is_known}))", before_the_end_of(until)),
            container: Some(format!("variables.who.exists(w, {names}.exists(n, {whole} || {own}))")),
            covers_pod: true,
            why: format!("known when the policies were made, and left alone until {until}"),
            lists: objects.into_iter().chain(containers).collect(),
        }
    }

    fn is_of(&self, rule: &Rule) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.contains(&rule.id))
    }
}

/// Strings as variables that list them: CEL takes no expression of more than 100,000 characters.
fn lists(name: &str, items: impl Iterator<Item = String>) -> Vec<Variable> {
    const MOST: usize = 50_000;
    let mut parts: Vec<(usize, Vec<String>)> = Vec::new();
    for item in items {
        match parts.last_mut() {
            Some((length, part)) if *length < MOST => {
                *length += item.len();
                part.push(item);
            }
            _ => parts.push((item.len(), vec![item])),
        }
    }
    let variable = |(index, (_, part)): (usize, (usize, Vec<String>))| Variable {
        name: format!("{name}{}", index + 1),
        expression: list_of(&part),
        why: None,
    };
    parts.into_iter().enumerate().map(variable).collect()
}

/// True where a string is in one of the lists.
fn is_in(value: &str, lists: &[Variable]) -> String {
    let one = |list: &Variable| format!("{value} in variables.{}", list.name);
    lists.iter().map(one).collect::<Vec<_>>().join(" || ")
}

/// Demands that leave these exceptions alone, and the variables that they ask for it.
pub(super) fn apply(exceptions: &[Exception], rule: &Rule, demands: Vec<Demand>) -> (Vec<Demand>, Vec<Variable>) {
    let of_rule: Vec<_> = exceptions.iter().filter(|e| e.is_of(rule)).collect();
    let whole: Vec<_> = of_rule.iter().filter(|e| e.container.is_none()).map(|e| format!("({})", e.object)).collect();
    let parts: Vec<_> = of_rule.iter().filter_map(|e| Some((*e, e.container.as_ref()?))).collect();
    let demands = demands.into_iter().map(|mut demand| {
        for (exception, container) in &parts {
            match demand.of {
                Of::Pod | Of::HostPaths if exception.covers_pod => demand = demand.unless_cel(&exception.object),
                Of::Pod | Of::HostPaths => {}
                _ => demand.holds = format!("({}) || ({} && {container})", demand.holds, exception.object).into(),
            }
        }
        if whole.is_empty() { demand } else { demand.unless_cel("variables.excepted") }
    });
    let why: Vec<_> = of_rule.iter().filter(|e| e.container.is_none()).map(|e| e.why.as_str()).collect();
    let variable = (!whole.is_empty()).then(|| Variable {
        name: "excepted".to_owned(),
        expression: whole.join("\n|| "),
        why: Some(why.join("\n")),
    });
    let lists = of_rule.iter().flat_map(|exception| exception.lists.iter().cloned());
    (demands.collect(), lists.chain(variable).collect())
}

/// Why containers are left alone, for the comment of the policy.
pub(super) fn reasons<'e>(exceptions: &'e [Exception], rule: &Rule) -> Vec<&'e str> {
    let parts = exceptions.iter().filter(|e| e.is_of(rule) && e.container.is_some());
    parts.map(|e| e.why.as_str()).collect()
}

fn matches(value: &str, names: &Names) -> String {
    let one = |pattern: &String| format!("{value}.matches({})", quoted(pattern));
    let all: Vec<_> = names.patterns().iter().map(one).collect();
    if all.len() == 1 { all.concat() } else { format!("({})", all.join(" || ")) }
}

/// True for what was made before a day was over: a policy does not know what day it is.
fn before_the_end_of(day: Date) -> String {
    const MADE: &str = "object.metadata.?creationTimestamp.orValue(null)";
    format!("({MADE} == null || timestamp(string({MADE})) < timestamp('{day}T00:00:00Z') + duration('24h'))")
}
