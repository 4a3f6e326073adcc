//! A picture of the fleet: for each namespace, how many pods meet which level of the Pod Security Standards.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Options, escape, place};
use crate::engine::{Outcomes, PodVerdicts};
use crate::report::summary::plural;
use crate::rule::Level;

/// So many namespaces have a bar of their own.
const NAMESPACES: usize = 30;
/// So many pods are listed.
const PODS: usize = 2000;

/// What a pod can meet, the strictest first; none where a placeholder decides.
const LEVELS: [(Option<Level>, &str); 4] = [
    (Some(Level::Restricted), "restricted"),
    (Some(Level::Baseline), "baseline"),
    (Some(Level::Privileged), "privileged"),
    (None, "undecided"),
];

type Counts = [usize; LEVELS.len()];

/// Whether pods were judged by level.
pub(super) fn is_told(outcomes: &Outcomes) -> bool {
    !outcomes.verdicts.is_empty()
}

pub(super) fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let pods = &outcomes.verdicts;
    let Some(version) = pods.first().and_then(|p| p.verdicts.first()).map(|v| v.from) else { return Ok(()) };
    let mut namespaces: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut whole = Counts::default();
    for pod in pods {
        let at = slot(pod);
        namespaces.entry(pod.object.namespace.as_deref().unwrap_or_default()).or_default()[at] += 1;
        whole[at] += 1;
    }
    writeln!(out, "<section id=\"fleet\" aria-labelledby=\"fleet-title\">\n<h2 id=\"fleet-title\">Pods</h2>")?;
    writeln!(out, "<p>The strictest level of the Pod Security Standards of Kubernetes {version} that each meets.</p>")?;
    writeln!(out, "<div class=\"wide\"><table class=\"fleet\">\n<thead><tr><th scope=\"col\">namespace</th>")?;
    writeln!(out, "<th scope=\"col\"><span class=\"hide\">share of the pods</span></th>")?;
    for (_, name) in shown(&whole) {
        writeln!(out, "<th scope=\"col\" class=\"n\"><span class=\"key {name}\"></span> {name}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    row("all", "all pods", &whole, &whole, out)?;
    let mut rows: Vec<_> = namespaces.into_iter().collect();
    // Those with most to gain first.
    rows.sort_by_key(|(_, c)| std::cmp::Reverse((c[2], c[1], c[3], c[0])));
    let rest = rows.split_off(rows.len().min(NAMESPACES));
    for (namespace, counts) in rows {
        let name = if namespace.is_empty() { "none named".into() } else { escape(namespace) };
        row("", &name, &counts, &whole, out)?;
    }
    if !rest.is_empty() {
        let mut sum = Counts::default();
        for (_, counts) in &rest {
            sum.iter_mut().zip(counts).for_each(|(to, n)| *to += n);
        }
        row("", &format!("{} more", rest.len()), &sum, &whole, out)?;
    }
    writeln!(out, "</tbody></table></div>")?;
    list(pods, options, out)?;
    writeln!(out, "</section>")
}

fn slot(pod: &PodVerdicts) -> usize {
    let level = pod.level();
    LEVELS.iter().position(|(l, _)| *l == level).unwrap_or_default()
}

/// The levels that have a column: a placeholder's only where there is one.
fn shown(whole: &Counts) -> impl Iterator<Item = (usize, &'static str)> {
    let undecided = whole[3] > 0;
    LEVELS.iter().enumerate().filter(move |(at, _)| *at < 3 || undecided).map(|(at, (_, name))| (at, *name))
}

fn row(class: &str, name: &str, counts: &Counts, whole: &Counts, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<tr class=\"{class}\"><th scope=\"row\">{name}</th><td>")?;
    bar(counts, out)?;
    write!(out, "</td>")?;
    for (at, _) in shown(whole) {
        write!(out, "<td class=\"n\">{}</td>", counts[at])?;
    }
    writeln!(out, "</tr>")
}

/// The shares, side by side. The numbers stand beside it, so it is only a picture.
fn bar(counts: &Counts, out: &mut dyn Write) -> io::Result<()> {
    let total = counts.iter().sum::<usize>().max(1);
    write!(out, "<svg viewBox=\"0 0 {total} 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")?;
    let mut x = 0;
    for (n, (_, name)) in counts.iter().zip(LEVELS).filter(|(n, _)| **n > 0) {
        write!(out, "<rect class=\"{name}\" x=\"{x}\" width=\"{n}\" height=\"1\"/>")?;
        x += n;
    }
    write!(out, "</svg>")
}

/// Every pod, those that meet least first, with what keeps it from the next level.
fn list(pods: &[PodVerdicts], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut sorted: Vec<_> = pods.iter().map(|pod| ([3, 2, 0, 1][slot(pod)], pod)).collect();
    sorted.sort_by_key(|(order, _)| *order);
    writeln!(out, "<details><summary><h3>Every pod</h3> <span class=\"aside\">{}</span></summary>", pods.len())?;
    writeln!(out, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">level</th>")?;
    writeln!(out, "<th scope=\"col\">pod</th><th scope=\"col\">checks in the way</th></tr></thead>\n<tbody>")?;
    for (_, pod) in sorted.iter().take(PODS) {
        let name = LEVELS[slot(pod)].1;
        let namespace = pod.object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
        let object = format!("{} {namespace}{}", pod.object.kind, pod.object.name);
        let denied = pod.verdicts.iter().find(|v| !v.denied.is_empty()).map(|v| v.denied.keys());
        let checks: Vec<_> = denied.into_iter().flatten().copied().collect();
        write!(out, "<tr><td><span class=\"key {name}\"></span> {name}</td><td>{}<br>", escape(&object))?;
        writeln!(out, "{}</td><td>{}</td></tr>", place(options, &pod.path, Some(pod.region.start)), checks.join(", "))?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if pods.len() > PODS {
        writeln!(out, "<p class=\"aside\">and {}, which meet no less</p>", plural(pods.len() - PODS, "more pod"))?;
    }
    writeln!(out, "</details>")
}
