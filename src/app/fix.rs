//! `plimsoll lint --fix` and `--diff`: what the mended files become.

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::AtomicUsize;

use rayon::prelude::*;

use super::known::Known;
use super::lint::configuration;
use super::output::rewrite;
use super::{Failure, stdout_error};
use crate::cli::Lint;
use crate::config::Settings;
use crate::discover::Input;
use crate::engine::Outcomes;
use crate::fix::{self, Fixed, LeftAlone, Repaired, diff};
use crate::rule::Safety;

/// What is left to do when all files are mended.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// What to lint: the files as they are now.
    pub(super) inputs: Vec<Input>,
    /// How many findings are mended, and in how many files.
    pub(super) fixed: (usize, usize),
    /// What goes to standard output instead of a report: a difference, or standard input, mended.
    pub(super) text: Option<Vec<u8>>,
    /// Whether a file could not be written.
    pub(super) failed: bool,
    /// All inputs as they are, or with `--diff` would be: where entries of the configuration may have to go.
    pub(super) again: Option<Vec<Input>>,
    /// What is known.
    pub(super) left: LeftAlone,
    /// What came of the inputs as they were, judged by no rule.
    pub(super) seen: Option<Outcomes>,
}

/// Mends the inputs as the command line says, but for what is known.
pub(super) fn mend(
    lint: &Lint,
    inputs: Vec<Input>,
    settings: &Settings,
    known: &Known<'_>,
    done: &AtomicUsize,
) -> Mended {
    let safety = if lint.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    let mut stdin = None;
    let mut inputs = inputs;
    for (at, input) in inputs.iter_mut().enumerate().filter(|(_, i)| matches!(i, Input::Stdin(_))) {
        *input = input.clone().hold();
        if let Input::Text(_, bytes) = input {
            stdin = Some((at, bytes.clone()));
        }
    }
    let left = known.left_alone(&inputs, settings);
    let repairs = fix::run(inputs, settings, safety, &left, done);
    for what in &repairs.dropped {
        let _ = writeln!(io::stderr(), "{what}");
    }
    // What has not changed since a revision is not asked about, and the configuration is no object.
    let entries = !settings.ignores.list.is_empty() && lint.known.since.is_none();
    let mut mended = if lint.diff { difference(repairs.inputs, entries) } else { write(repairs.inputs, stdin) };
    if entries && !lint.diff {
        mended.again = Some(mended.inputs.clone());
    }
    Mended { left, seen: Some(repairs.seen), ..mended }
}

/// Takes entries out of the configuration that earn no place there, now that all files are mended and judged.
pub(super) fn tidy(
    lint: &Lint,
    here: &Path,
    mended: &mut Mended,
    outcomes: &mut Outcomes,
    (settings, judge): (&Settings, impl Fn(&Settings, Vec<Input>) -> Outcomes),
) {
    let Some(inputs) = mended.again.take() else { return };
    let again = |settings: &Settings| judge(settings, inputs.clone());
    let would_be = lint.diff.then(|| again(settings));
    let tidied = fix::entries(would_be.as_ref().unwrap_or(outcomes), settings, &mended.left, again);
    let written = match (&tidied, configuration(lint, here)) {
        (Some(Ok(tidied)), Some(file)) if !lint.diff => {
            rewrite(&file, tidied.old.text.as_bytes(), tidied.new.text.as_bytes())
        }
        _ => Ok(()),
    };
    match (tidied, written) {
        (None, _) => {}
        (Some(Err(why)), _) => {
            let _ = writeln!(io::stderr(), "{why}");
        }
        (_, Err(why)) => {
            let _ = writeln!(io::stderr(), "error: {why}");
            mended.failed = true;
        }
        (Some(Ok(tidied)), Ok(())) => {
            mended.fixed = (mended.fixed.0 + tidied.count, mended.fixed.1 + 1);
            if lint.diff {
                let text = diff::unified(&tidied.old.path, &tidied.old.text, &tidied.new.text);
                mended.text.get_or_insert_default().extend(text.into_bytes());
            } else {
                *outcomes = tidied.outcomes;
            }
        }
    }
}

fn difference(repaired: Vec<Repaired>, again: bool) -> Mended {
    let diff = |repaired: &Repaired| match repaired {
        Repaired::Same(_) => String::new(),
        Repaired::Fixed(fixed) => fixed.diff(),
    };
    let diffs: Vec<String> = repaired.par_iter().map(diff).collect();
    let text = Some(diffs.concat().into_bytes());
    let mut mended = Mended { text, again: again.then(Vec::new), ..Mended::default() };
    for repaired in repaired {
        if let Some(again) = &mut mended.again {
            again.push(match &repaired {
                Repaired::Same(input) => input.clone(),
                Repaired::Fixed(fixed) => fix::again(&fixed.old, &fixed.text),
            });
        }
        mended.inputs.push(match repaired {
            Repaired::Same(input) => input,
            Repaired::Fixed(fixed) => {
                mended.fixed = (mended.fixed.0 + fixed.count, mended.fixed.1 + 1);
                fixed.input
            }
        });
    }
    mended
}

fn write(repaired: Vec<Repaired>, stdin: Option<(usize, Vec<u8>)>) -> Mended {
    let replace = |repaired: &Repaired| match repaired {
        Repaired::Fixed(fixed) => match &fixed.input {
            Input::File(_, path) => rewrite(path, &fixed.old_bytes(), &fixed.new_bytes()),
            _ => Ok(()),
        },
        Repaired::Same(_) => Ok(()),
    };
    let written: Vec<Result<(), String>> = repaired.par_iter().map(replace).collect();
    let mut mended = Mended::default();
    let at_stdin = stdin.as_ref().map(|(at, _)| *at);
    mended.text = stdin.map(|(_, bytes)| bytes);
    for (at, (repaired, written)) in repaired.into_iter().zip(written).enumerate() {
        mended.inputs.push(match (repaired, written) {
            (Repaired::Same(input), _) => input,
            (Repaired::Fixed(fixed), Err(why)) => {
                let _ = writeln!(io::stderr(), "error: {why}");
                mended.failed = true;
                fixed.input
            }
            (Repaired::Fixed(fixed), Ok(())) => {
                mended.fixed = (mended.fixed.0 + fixed.count, mended.fixed.1 + 1);
                if at_stdin == Some(at) {
                    mended.text = Some(fixed.new_bytes());
                }
                now(*fixed)
            }
        });
    }
    mended
}

/// A mended file as the lint that follows reads it.
fn now(fixed: Fixed) -> Input {
    match fixed.input {
        Input::File(..) => fixed.input,
        _ => fix::again(&fixed.old, &fixed.text),
    }
}

/// What goes to standard output instead of a report.
pub(super) fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(|error| stdout_error(&error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers:\n    - name: app\n      \
                       image: app\n      imagePullPolcy: Always\n";

    /// Someone saves a file while its fixes are worked out: theirs is kept, and the others are mended.
    #[test]
    fn what_changes_between_reading_and_writing_is_kept() {
        let dir = std::env::temp_dir().join(format!("plimsoll-meantime-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let input = |name: &str| {
            fs::write(dir.join(name), POD).unwrap();
            Input::File(name.into(), dir.join(name))
        };
        let inputs = vec![input("a.yaml"), input("b.yaml"), input("c.yaml")];
        let left = LeftAlone::default();
        let repairs = fix::run(inputs, &Settings::default(), Safety::Safe, &left, &AtomicUsize::new(0));
        assert!(repairs.inputs.iter().all(|repaired| matches!(repaired, Repaired::Fixed(_))));
        fs::write(dir.join("a.yaml"), "saved: meanwhile\n").unwrap();
        fs::remove_file(dir.join("b.yaml")).unwrap();
        let mended = write(repairs.inputs, None);
        assert!(mended.failed && mended.fixed.1 == 1, "{mended:?}");
        assert_eq!(fs::read_to_string(dir.join("a.yaml")).unwrap(), "saved: meanwhile\n");
        assert!(!dir.join("b.yaml").exists());
        assert!(fs::read_to_string(dir.join("c.yaml")).unwrap().contains("imagePullPolicy"));
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing else is left");
        fs::remove_dir_all(&dir).unwrap();
    }
}
