//! What must hold of a change before it is kept: the text parses; the tree differs where it was meant to and nowhere
//! else; no comment is lost; the finding is gone, and none has come.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Draft;
use crate::k8s::ObjectRef;
use crate::rule::{Safety, Severity};
use crate::source::Span;
use crate::yaml::{Change, Edit, Editor, Tree};

/// A changed document that holds.
pub(super) struct Proved {
    pub(super) text: String,
    /// What the rules say about it.
    pub(super) drafts: Vec<Draft>,
}

/// Makes the changes that mend the `wanted` ones of the drafts. `Err` says what does not hold.
pub(super) fn prove(
    text: &str,
    editor: &Editor<'_, '_>,
    changes: &[Change],
    drafts: &[Draft],
    wanted: &[usize],
    safety: Safety,
    judge: impl FnOnce(&Tree<'_>) -> Vec<Draft>,
) -> Result<Proved, String> {
    let edits = editor.edits(changes).ok_or("it cannot be written into this text")?;
    let new = apply(text, &edits);
    if new == text {
        return Err("it changes nothing".to_owned());
    }
    let tree = editor.tree().again(&new).map_err(|b| format!("the text would be broken: {}", b.message))?;
    editor.prove(changes, &tree).map_err(|path| format!("it would change {} too", path.trim_start_matches('.')))?;
    if !keeps_comments(editor.tree(), &tree, || editor.cleared(changes)) {
        return Err("a comment would be lost".to_owned());
    }
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

/// Whether all comments are still there, but for those in what is taken out.
fn keeps_comments(old: &Tree<'_>, new: &Tree<'_>, cleared: impl FnOnce() -> Vec<Span>) -> bool {
    let texts = |tree: &Tree<'_>| tree.find_comments(whole(tree.text()));
    let (before, after) = (texts(old), texts(new));
    if before.is_empty() {
        return after.is_empty();
    }
    let cleared = cleared();
    let gone = |c: &Span| cleared.iter().any(|s| s.start <= c.start && c.end <= s.end);
    let kept = before.iter().filter(|c| !gone(c)).map(|c| c.text(old.text()));
    kept.eq(after.iter().map(|c| c.text(new.text())))
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
/// silent while the other held, may come if it is a note or is mended next.
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
            let came = new.iter().filter(|d| self::key(d, objects) == *key);
            match came.rev().find(|d| gone > 0 || !passes(d)) {
                Some(draft) => return Err(format!("it would bring {}: {}", key.0, draft.message())),
                None => continue,
            }
        }
        if count > was - gone {
            return Err("the finding would still be there".to_owned());
        }
    }
    Ok(())
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
    use crate::yaml::{Slot, Value, parse};

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
        let proved = prove(POD, &Editor::new(&tree), &changes, &drafts, &[wanted], Safety::Safe, |t| {
            judge.drafts("app.yaml", t)
        })?;
        let wrong = corrupt(&proved.text);
        let new = parse(&wrong, whole(&wrong)).map_err(|b| b.message)?;
        Editor::new(&tree).prove(&changes, &new)?;
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
}
