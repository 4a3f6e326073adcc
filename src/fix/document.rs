//! One document: rounds of choosing, editing and proving.

use std::collections::BTreeSet;

use super::proof::{Proved, identity_of, prove};
use super::{Limits, MAX_ROUNDS};
use crate::engine::Judge;
use crate::finding::Draft;
use crate::rule::Safety;
use crate::yaml::{Change, Editor, Planned, Tree};

/// How many sets of changes are tried in one document: each that fails is halved until the one to blame is found.
const MAX_ATTEMPTS: usize = 200;

/// What came of a document.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// Its new text, if that is another.
    pub(super) text: Option<String>,
    /// How many findings are mended.
    pub(super) fixed: usize,
    /// Fixes that were left out, and why.
    pub(super) dropped: Vec<String>,
}

impl Mended {
    /// Whether nothing was mended, and nothing was to be.
    pub(super) fn is_nothing(&self) -> bool {
        self.text.is_none() && self.dropped.is_empty()
    }
}

/// Mends a document until nothing is left to mend.
pub(super) fn mend(path: &str, first: &Tree<'_>, judge: &Judge<'_>, limits: Limits<'_>) -> Mended {
    let mut mended = Mended::default();
    let mut left_out = BTreeSet::new();
    let (mut text, mut drafts) = (None::<String>, None);
    let (mut rounds, mut attempts) = (0, 0);
    loop {
        if drafts.as_deref().is_some_and(|known| wanted(known, limits, &left_out).is_empty()) {
            break;
        }
        let parsed = text.as_ref().map(|text| first.again(text)).transpose();
        // It was parsed before, for its proof.
        let Ok(parsed) = parsed else { break };
        let tree = parsed.as_ref().unwrap_or(first);
        let known = drafts.take().unwrap_or_else(|| judge.drafts(path, tree));
        let round = Round { path, tree, drafts: known, judge, safety: limits.safety };
        let mut wanted = wanted(&round.drafts, limits, &left_out);
        if wanted.is_empty() {
            break;
        }
        if rounds == MAX_ROUNDS || attempts > MAX_ATTEMPTS {
            let why = format!("left as it was: its fixes call for more fixes, {rounds} times over");
            return Mended { dropped: vec![why], ..Mended::default() };
        }
        let (whole, result) = round.attempt(&mut wanted, &mut attempts);
        match result {
            Ok(Proved { text: new, drafts: found }) => {
                rounds += usize::from(whole);
                mended.fixed += wanted.len();
                drafts = Some(found);
                text = Some(new);
            }
            Err((blamed, why)) => {
                let draft = &round.drafts[blamed];
                mended.dropped.push(dropped(draft, &why));
                left_out.insert(identity_of(draft));
                drafts = Some(round.drafts);
            }
        }
    }
    Mended { text, ..mended }
}

/// The drafts whose remedies may be applied.
fn wanted(drafts: &[Draft], limits: Limits<'_>, left_out: &BTreeSet<String>) -> Vec<usize> {
    let free = left_out.is_empty() && limits.untouched.is_empty();
    let may = |draft: &Draft| {
        draft.remedy().is_some_and(|(safety, _)| safety <= limits.safety)
            && (free || {
                let identity = identity_of(draft);
                !left_out.contains(&identity) && !limits.untouched.contains(&identity)
            })
    };
    (0..drafts.len()).filter(|&at| may(&drafts[at])).collect()
}

/// What is said of a fix that is left out.
fn dropped(draft: &Draft, why: &str) -> String {
    let (object, container) = draft.subject();
    let object = object.map(|o| format!("{}/{}: ", o.kind, o.name)).unwrap_or_default();
    let container = container.map(|name| format!(" of container \"{name}\"")).unwrap_or_default();
    format!("{object}the fix for {}{container} is left out: {why}", draft.rule().id)
}

/// One look at a document: its tree, and what the rules say of it.
struct Round<'a, 't> {
    path: &'a str,
    tree: &'a Tree<'t>,
    drafts: Vec<Draft>,
    judge: &'a Judge<'a>,
    safety: Safety,
}

impl Round<'_, '_> {
    fn changes(&self, of: &[usize]) -> Vec<Change> {
        let changes = |&at: &usize| self.drafts[at].remedy().map_or(&[][..], |(_, changes)| changes);
        let mut all: Vec<Change> = of.iter().flat_map(changes).cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// Keeps those of the wanted ones whose changes can be made together, and plans them; the others come in a later
    /// round.
    fn fit<'e, 't, 's>(&self, wanted: &mut Vec<usize>, editor: &'e Editor<'t, 's>) -> Option<Planned<'e, 't, 's>> {
        let all = std::mem::take(wanted);
        let (mut planned, mut todo) = (None, vec![&all[..]]);
        while let Some(part) = todo.pop() {
            let before = wanted.len();
            wanted.extend_from_slice(part);
            if let Ok(plan) = editor.plan(&self.changes(wanted)) {
                planned = Some(plan);
                continue;
            }
            wanted.truncate(before);
            if part.len() > 1 {
                let (first, rest) = part.split_at(part.len() / 2);
                todo.extend([rest, first]);
            }
        }
        planned
    }

    /// Makes the wanted changes, or as many of them as can be proved: `wanted` is then those, and the first value says
    /// whether they are all. `Err` names the one whose fix does not hold.
    fn attempt(&self, wanted: &mut Vec<usize>, attempts: &mut usize) -> (bool, Result<Proved, (usize, String)>) {
        let (first, editor) = (wanted[0], Editor::new(self.tree));
        let mut planned = self.fit(wanted, &editor);
        if wanted.is_empty() {
            wanted.push(first);
        }
        let all = wanted.len();
        loop {
            *attempts += 1;
            let judge = |tree: &Tree<'_>| self.judge.drafts(self.path, tree);
            let plan = planned.take().map_or_else(|| editor.plan(&self.changes(wanted)), Ok);
            let result = plan
                .map_err(str::to_owned)
                .and_then(|planned| prove(self.tree, &planned, &self.drafts, wanted, self.safety, judge));
            match result {
                Ok(proved) => return (wanted.len() == all, Ok(proved)),
                Err(why) if wanted.len() == 1 => return (false, Err((wanted[0], why))),
                Err(_) => wanted.truncate(wanted.len() / 2),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::source::Span;
    use crate::yaml::parse;

    const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - {name: app, image: registry.example/app:1.4}
";

    /// A finding that has no fix, and is taken for one that has.
    #[test]
    fn the_one_to_blame_is_found() {
        let settings = Settings { with_fixes: true, ..Settings::default() };
        let judge = Judge::new(&settings);
        let Ok(tree) = parse(POD, Span::new(0, POD.len())) else { panic!("the pod is YAML") };
        let drafts = judge.drafts("app.yaml", &tree);
        let bad = drafts.iter().position(|d| d.remedy().is_none());
        let good = drafts.iter().position(|d| d.rule().id == "drop-all-capabilities");
        let (Some(bad), Some(good)) = (bad, good) else { panic!("one of each kind is found") };
        let round = Round { path: "app.yaml", tree: &tree, drafts, judge: &judge, safety: Safety::Unsafe };
        let mut attempts = 0;
        let mut wanted = vec![good, bad];
        let (whole, result) = round.attempt(&mut wanted, &mut attempts);
        assert!(!whole && result.is_ok_and(|p| p.text.contains("drop: [ALL]")));
        assert_eq!((wanted, attempts), (vec![good], 2));
        let (_, result) = round.attempt(&mut vec![bad], &mut attempts);
        assert_eq!(result.err(), Some((bad, "it changes nothing".to_owned())));
        assert!(dropped(&round.drafts[bad], "why").starts_with("Pod/app: the fix for "));
    }
}
