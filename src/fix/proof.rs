//! What must hold of a change before it is kept: the text parses; the tree differs where it was meant to and nowhere
//! else; no comment is lost; the finding is gone, and none has come.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Draft;
use crate::k8s::ObjectRef;
use crate::rule::{Safety, Severity};
use crate::source::Span;
use crate::suppress::covered;
use crate::yaml::{Edit, Planned, Tree};

/// A changed document that holds.
pub(super) struct Proved {
    pub(super) text: String,
    /// What the rules say about it.
    pub(super) drafts: Vec<Draft>,
}

/// Makes the changes that mend the `wanted` ones of the drafts in a tree. `Err` says what does not hold.
pub(super) fn prove(
    old: &Tree<'_>,
    planned: &Planned<'_, '_, '_>,
    drafts: &[Draft],
    wanted: &[usize],
    safety: Safety,
    judge: impl FnOnce(&Tree<'_>) -> Vec<Draft>,
) -> Result<Proved, String> {
    let new = apply(old.text(), planned.edits());
    if new == old.text() {
        return Err("it changes nothing".to_owned());
    }
    let tree = old.again(&new).map_err(|b| format!("the text would be broken: {}", b.message))?;
    planned.prove(&tree).map_err(|path| format!("it would change {} too", path.trim_start_matches('.')))?;
    keeps_comments(old, planned.edits(), &tree)?;
    let found = judge(&tree);
    compare(drafts, wanted, &found, safety)?;
    drop(tree);
    Ok(Proved { text: new, drafts: found })
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut new = String::with_capacity(text.len() + edits.iter().map(|e| e.text.len()).sum::<usize>());
    let mut at = 0;
    for Edit { span, text: with } in edits {
        new.push_str(&text[at..span.start as usize]);
        new.push_str(with);
        at = span.end as usize;
    }
    new.push_str(&text[at..]);
    new
}

/// Whether every comment is still there, none twice and all in order, and those that suppress cover what they did.
fn keeps_comments(old: &Tree<'_>, edits: &[Edit], new: &Tree<'_>) -> Result<(), &'static str> {
    if comments(old) != comments(new) {
        return Err("a comment would be lost, or stand elsewhere");
    }
    let was = |(alone, at): (bool, Option<u32>)| (alone, at.and_then(|at| before(edits, at)));
    if covered(new).map(was).ne(covered(old)) {
        return Err("a suppression would cover something else");
    }
    Ok(())
}

/// The comments of a document, in order.
fn comments<'t>(tree: &'t Tree<'_>) -> Vec<&'t str> {
    tree.find_comments(whole(tree.text())).iter().map(|c| c.text(tree.text())).collect()
}

/// Where a byte of the new text was in the old one; none for one that the edits brought.
fn before(edits: &[Edit], at: u32) -> Option<u32> {
    let (mut old, mut new) = (0, 0);
    for edit in edits {
        let kept = (edit.span.start - old) as usize;
        if (at as usize) < new + kept {
            break;
        }
        new += kept;
        // What replaces something begins where that began.
        if at as usize == new && edit.span.start < edit.span.end && !edit.text.is_empty() {
            return Some(edit.span.start);
        }
        if (at as usize) < new + edit.text.len() {
            return None;
        }
        (old, new) = (edit.span.end, new + edit.text.len());
    }
    Some(old + (at - u32::try_from(new).ok()?))
}

fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

/// Who finds something about whom. The object counts only while objects keep their names.
type Key<'d> = (&'static str, Option<(&'d str, Option<&'d str>, &'d str)>, Option<&'d str>);

fn key(draft: &Draft, objects: bool) -> Key<'_> {
    let (object, container) = draft.subject();
    let object = object.filter(|_| objects).map(|o| (o.kind.as_str(), o.namespace.as_deref(), o.name.as_str()));
    (draft.rule().id, object, container)
}

fn tally<'d>(drafts: impl Iterator<Item = &'d Draft>, objects: bool) -> BTreeMap<Key<'d>, usize> {
    let mut tally = BTreeMap::new();
    for draft in drafts {
        *tally.entry(key(draft, objects)).or_default() += 1;
    }
    tally
}

/// `Err` where a finding that was to be mended is still there, or another has come. What only comes to light, as one was
/// silent while the other held, may come if it is a note, is mended next, or is no worse than the one that held.
fn compare(old: &[Draft], wanted: &[usize], new: &[Draft], safety: Safety) -> Result<(), String> {
    // A fix of `metdata` gives objects their names: then rules and containers alone are compared.
    let name = |o: &'_ ObjectRef| (o.kind.clone(), o.name.clone());
    let names = |drafts: &[Draft]| drafts.iter().filter_map(|d| d.subject().0.map(name)).collect::<BTreeSet<_>>();
    let objects = names(new).is_subset(&names(old));
    let (before, after) = (tally(old.iter(), objects), tally(new.iter(), objects));
    let mended = tally(wanted.iter().map(|&at| &old[at]), objects);
    for (key, &count) in &after {
        let was = before.get(key).copied().unwrap_or_default();
        let gone = mended.get(key).copied().unwrap_or_default();
        if count > was {
            let passes = |d: &Draft| d.severity() == Severity::Note || d.remedy().is_some_and(|(s, _)| s <= safety);
            let came: Vec<&Draft> = new.iter().filter(|d| self::key(d, objects) == *key).collect();
            let Some(worst) = came.iter().rev().find(|d| gone > 0 || !passes(d)) else { continue };
            let may_come = |d: &&&Draft| !is_among(d, old) && (passes(d) || relieves(d, old, new));
            if gone > 0 || came.iter().filter(may_come).count() < count - was {
                return Err(format!("it would bring {}: {}", key.0, worst.message()));
            }
            continue;
        }
        if count > was - gone {
            return Err("the finding would still be there".to_owned());
        }
    }
    Ok(())
}

/// Whether one of these is the same rule's finding at the same place.
fn is_among(draft: &Draft, drafts: &[Draft]) -> bool {
    let same =
        |d: &Draft| d.rule().id == draft.rule().id && d.subject().0 == draft.subject().0 && d.field() == draft.field();
    drafts.iter().any(same)
}

/// Whether a finding that came stands where one that was no milder is gone: of a volume that is mounted read-only now,
/// another rule says what it still is.
fn relieves(draft: &Draft, old: &[Draft], new: &[Draft]) -> bool {
    let Some(field) = draft.field() else { return false };
    let here = |d: &&Draft| {
        d.subject().0 == draft.subject().0
            && d.field()
                .and_then(|f| f.strip_prefix(field))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    old.iter().filter(here).any(|d| d.severity() >= draft.severity() && !is_among(d, new))
}

/// What a finding is known by, wherever it stands.
pub(super) fn identity(
    rule: &str,
    object: Option<&ObjectRef>,
    container: Option<&str>,
    field: Option<&str>,
    message: &str,
) -> String {
    let object = object.map_or_else(String::new, |o| {
        format!("{}\0{}\0{}", o.kind, o.namespace.as_deref().unwrap_or_default(), o.name)
    });
    format!("{rule}\0{object}\0{}\0{}\0{message}", container.unwrap_or_default(), field.unwrap_or_default())
}

pub(super) fn identity_of(draft: &Draft) -> String {
    let (object, container) = draft.subject();
    identity(draft.rule().id, object, container, draft.field(), draft.message())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::engine::Judge;
    use crate::yaml::{Editor, Slot, Value, parse};

    const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: app
  labels: {a: b} # plain
spec:
  containers:
    - name: app
      image: registry.example/app:1.4
      args: [
        run, # what it does
      ]
";

    /// What is said of a change that is given out for the fix of `drop-all-capabilities`, or of its second text.
    fn said(path: &str, value: &'static str, corrupt: impl FnOnce(&str) -> String) -> Result<String, String> {
        let settings = Settings { with_fixes: true, ..Settings::default() };
        let judge = Judge::new(&settings);
        let tree = parse(POD, whole(POD)).map_err(|b| b.message)?;
        let drafts = judge.drafts("app.yaml", &tree);
        let wanted = drafts.iter().position(|d| d.rule().id == "drop-all-capabilities").ok_or("no finding")?;
        let place = path.split('/').fold(Slot::root(&tree, tree.root()), |slot, step| match step.parse::<usize>() {
            Ok(index) => slot.items().nth(index).unwrap_or(slot),
            Err(_) => slot.at(step),
        });
        let changes = [place.set(Value::from(value)).ok_or("no change")?];
        let editor = Editor::new(&tree);
        let planned = editor.plan(&changes)?;
        let proved = prove(&tree, &planned, &drafts, &[wanted], Safety::Safe, |t| judge.drafts("app.yaml", t))?;
        let wrong = corrupt(&proved.text);
        let new = parse(&wrong, whole(&wrong)).map_err(|b| b.message)?;
        planned.prove(&new)?;
        Ok(proved.text)
    }

    #[test]
    fn only_what_holds_is_kept() {
        let same = str::to_owned;
        let drop = "spec.containers/0/securityContext.capabilities.drop";
        assert!(said(drop, "[ALL]", same).is_ok_and(|text| text.ends_with("drop: [ALL]\n")));
        for (path, value, why) in [
            ("metadata.labels", "{a: c}", "the finding would still be there"),
            (drop, "[NET_RAW]", "the finding would still be there"),
            ("spec.containers/0/securityContext", "{privileged: true, capabilities: {drop: [ALL]}}", "it would bring "),
            ("spec.containers/0/args", "[walk]", "a comment would be lost"),
            ("metadata.name", "app", "it changes nothing"),
        ] {
            let said = said(path, value, same);
            assert!(said.as_ref().is_err_and(|s| s.starts_with(why)), "{path}: {said:?}");
        }
        let elsewhere = |text: &str| text.replace("a: b", "a: c");
        assert_eq!(said(drop, "[ALL]", elsewhere), Err(".metadata.labels.a".to_owned()));
    }

    /// Whatever the writer of edits does, this finds what it may not do.
    #[test]
    fn comments_stay_what_they_are() {
        const OLD: &str = "a:\n  # plimsoll: ignore[r] c\n  - b # plimsoll: ignore[r] d\n  - e # f\n  - g\n";
        let tree = parse(OLD, whole(OLD)).unwrap();
        let said = |from: &str, to: &str| {
            let at = OLD.find(from).unwrap();
            let edits = [Edit { span: Span::new(at, at + from.len()), text: to.to_owned() }];
            let text = apply(OLD, &edits);
            let new = parse(&text, whole(&text)).unwrap();
            keeps_comments(&tree, &edits, &new)
        };
        let lost: Result<(), &str> = Err("a comment would be lost, or stand elsewhere");
        let other: Result<(), &str> = Err("a suppression would cover something else");
        for (from, to, wanted) in [
            ("  - g\n", "  - g\n  - h\n", Ok(())),
            ("  - g\n", "", Ok(())),
            ("- e # f", "# f", Ok(())),
            ("a:", "b:", Ok(())),
            ("b #", "h #", Ok(())),
            ("  - e # f\n", "", lost),
            ("- g", "- g # f", lost),
            ("- e # f\n  - g", "- g # e\n  - e # f", lost),
            ("- b #", "#", other),
            ("- b # plimsoll: ignore[r] d\n  - e", "- e # plimsoll: ignore[r] d\n  -", other),
            ("  - b #", "  - h\n  - b #", other),
        ] {
            assert_eq!(said(from, to), wanted, "{from:?} to {to:?}");
        }
    }
}
