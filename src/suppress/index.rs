//! Which suppressions of a file cover a finding: by rule, then by line, by place and by field, so that neither many
//! findings nor many suppressions make it slow.

use std::collections::{BTreeMap, HashMap};

use super::file::{FileMarks, KeptImage, KeptScope};
use crate::finding::Finding;
use crate::k8s::ObjectRef;

/// The suppressions of a file, ready to be asked.
pub(super) struct Index<'k> {
    file: &'k FileMarks,
    rules: BTreeMap<usize, RuleIndex<'k>>,
    images: HashMap<(usize, &'k ObjectRef), Vec<&'k KeptImage>>,
}

/// The suppressions of one rule, each by its index in the file.
#[derive(Default)]
struct RuleIndex<'k> {
    file: Vec<usize>,
    lines: HashMap<u32, Vec<usize>>,
    /// By where they begin, each with the one around it: they are mappings and lists, and so nest.
    parts: Vec<Nested>,
    fields: HashMap<Field<'k>, Vec<usize>>,
}

struct Nested {
    start: usize,
    end: usize,
    around: Option<usize>,
    kept: usize,
}

/// A document, an object in it, a path in that and a container of it.
type Field<'k> = (usize, &'k ObjectRef, &'k str, Option<&'k str>);

impl<'k> Index<'k> {
    pub(super) fn new(file: &'k FileMarks) -> Self {
        let mut index = Self { file, rules: BTreeMap::new(), images: HashMap::new() };
        for (at, kept) in file.kept.iter().enumerate() {
            for &rule in &kept.rules {
                let rule = index.rules.entry(rule).or_default();
                match &kept.scope {
                    KeptScope::File => rule.file.push(at),
                    KeptScope::Line(line) => rule.lines.entry(*line).or_default().push(at),
                    KeptScope::Part(start, end, part) => {
                        if part.container.is_none() {
                            rule.parts.push(Nested { start: *start, end: *end, around: None, kept: at });
                        }
                        if let Some(object) = part.object.as_deref() {
                            let field = (kept.document, object, part.field.as_str(), part.container.as_deref());
                            rule.fields.entry(field).or_default().push(at);
                        }
                    }
                    KeptScope::Nothing => {}
                }
            }
        }
        for rule in index.rules.values_mut() {
            nest(&mut rule.parts);
        }
        for image in &file.images {
            index.images.entry((image.document, &*image.object)).or_default().push(image);
        }
        index
    }

    /// The suppressions that cover a finding of this rule, the narrowest first, each once.
    pub(super) fn covering(&self, rule: usize, f: &Finding) -> Vec<usize> {
        let Some(index) = self.rules.get(&rule) else { return Vec::new() };
        let mut found: Vec<usize> = index.lines.get(&f.region.start.line).into_iter().flatten().copied().collect();
        let at = f.region.start.offset;
        let mut part = index.parts.partition_point(|p| p.start <= at).checked_sub(1);
        while let Some(nested) = part.map(|p| &index.parts[p]) {
            if at < nested.end && self.is_placed(nested.kept, f) {
                found.push(nested.kept);
            }
            part = nested.around;
        }
        if let (Some(object), Some(document)) = (f.object.as_deref(), self.file.document(at)) {
            let container = f.container.as_deref();
            let containers = [container, None].into_iter().skip(usize::from(container.is_none()));
            for path in paths(f.field.as_deref().unwrap_or_default()) {
                for container in containers.clone() {
                    let field = (document, object, path, container);
                    found.extend(index.fields.get(&field).into_iter().flatten().copied());
                }
            }
        }
        found.extend(&index.file);
        let mut once = std::collections::HashSet::new();
        found.retain(|&kept| once.insert(kept));
        found
    }

    /// Whether a suppression covers by place what stands in its part: an annotation does where nothing else tells.
    fn is_placed(&self, kept: usize, f: &Finding) -> bool {
        let KeptScope::Part(_, _, part) = &self.file.kept[kept].scope else { return false };
        part.by_place || f.object.is_none() || (f.field.is_none() && f.object == part.object)
    }

    /// Whether a finding is about a container with an image that this entry of the configuration asks about.
    pub(super) fn has_image(&self, ignore: usize, f: &Finding) -> bool {
        let Some(object) = f.object.as_deref() else { return false };
        let Some(document) = self.file.document(f.region.start.offset) else { return false };
        let hits = self.images.get(&(document, object)).map_or(&[][..], Vec::as_slice);
        let field = f.field.as_deref().unwrap_or_default();
        hits.iter().filter(|hit| hit.ignore == ignore).any(|hit| {
            let named = f.container.as_deref().is_some_and(|name| !name.is_empty() && *name == hit.container);
            named || field.strip_prefix(&*hit.field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

/// Sorts parts, and gives each the one around it.
fn nest(parts: &mut [Nested]) {
    parts.sort_by_key(|p| (p.start, std::cmp::Reverse(p.end)));
    let mut open: Vec<usize> = Vec::new();
    for at in 0..parts.len() {
        while open.last().is_some_and(|&outer| parts[outer].end <= parts[at].start) {
            open.pop();
        }
        parts[at].around = open.last().copied();
        open.push(at);
    }
}

/// A path and all above it, the whole first and the empty one last.
fn paths(field: &str) -> impl Iterator<Item = &str> {
    let mut ends = vec![0];
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in field.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'.' | b'[' if !quoted && at > 0 => ends.push(at),
            _ => {}
        }
    }
    if !field.is_empty() {
        ends.push(field.len());
    }
    ends.into_iter().rev().map(|end| &field[..end])
}

#[cfg(test)]
mod tests {
    use super::{Nested, nest, paths};

    #[test]
    fn a_path_lies_in_all_above_it() {
        let above: Vec<_> = paths("spec.containers[0].env").collect();
        assert_eq!(above, ["spec.containers[0].env", "spec.containers[0]", "spec.containers", "spec", ""]);
        assert_eq!(paths("a[\"x.y\\\"[\"].b").collect::<Vec<_>>(), ["a[\"x.y\\\"[\"].b", "a[\"x.y\\\"[\"]", "a", ""]);
        assert_eq!(paths("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn parts_know_what_is_around_them() {
        let part = |start, end| Nested { start, end, around: None, kept: 0 };
        let mut parts = vec![part(5, 6), part(0, 10), part(12, 13), part(2, 8), part(9, 10)];
        nest(&mut parts);
        let around: Vec<_> = parts.iter().map(|p| p.around.map(|a| parts[a].start)).collect();
        assert_eq!(around, [None, Some(0), Some(2), Some(0), None]);
    }
}
