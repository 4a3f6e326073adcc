//! Where the verdict of the Pod Security Standards changes between versions, pod by pod.

use std::io::{self, Write};

use super::text::clean;
use crate::engine::{Outcomes, PodVerdicts, Verdict};
use crate::k8s::Version;

/// Writes a line for each change: the place, the pod, and what makes the difference; then how many pods stay as they are.
pub fn write(outcomes: &Outcomes, range: (Version, Version), out: &mut dyn Write) -> io::Result<()> {
    let (first, last) = range;
    let (mut changed, mut pods) = (0, 0);
    for pod in &outcomes.verdicts {
        pods += 1;
        changed += usize::from(pod.changes());
        for pair in pod.verdicts.windows(2).filter(|w| w[0].level == w[1].level) {
            line(pod, &pair[0], &pair[1], out)?;
        }
    }
    for unread in outcomes.coverage.unread() {
        let place = unread.position.map(|p| format!("{}:{}:", p.line, p.column)).unwrap_or_default();
        writeln!(out, "{}:{place} {}: {}", clean(&unread.path), unread.outcome.name(), clean(&unread.reason))?;
    }
    let noun = if pods == 1 { "pod" } else { "pods" };
    writeln!(out, "{changed} of {pods} {noun} with another verdict between Kubernetes {first} and {last}")
}

fn line(pod: &PodVerdicts, before: &Verdict, after: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let start = pod.region.start;
    let object = &pod.object;
    let name = object.namespace.as_ref().map_or_else(|| object.name.clone(), |n| format!("{n}/{}", object.name));
    let (verb, why) = if after.denied.is_empty() { ("allowed", &before.denied) } else { ("denied", &after.denied) };
    let reasons: Vec<_> = why.iter().map(|(check, message)| format!("{check} ({message})")).collect();
    let no_longer = if after.denied.is_empty() { "no longer " } else { "" };
    let text = format!(
        "{}:{}:{}: {} {name}: {} from {} on: {verb}, {no_longer}{}",
        pod.path,
        start.line,
        start.column,
        object.kind,
        after.level.name(),
        after.from,
        reasons.join("; ")
    );
    writeln!(out, "{}", clean(&text))
}
