//! `plimsoll lint --list-suppressions`: each with its age, which the user's git knows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::process::{Command, Stdio};

use super::Failure;
use super::lint::{Report, to_stdout};
use crate::engine::Outcomes;
use crate::report::Format;
use crate::report::suppressions::{Ages, json, text};
use crate::suppress::Date;

/// Writes the list in each format that is asked for.
pub(super) fn list(outcomes: &Outcomes, reports: &[Report], today: Date) -> Result<(), Failure> {
    let known = |f: Format| matches!(f, Format::Human | Format::Concise | Format::Json);
    if reports.iter().any(|r| !known(r.format)) {
        return Err(Failure::said("`--list-suppressions` is written as text or as `--format json`"));
    }
    let ages = ages(outcomes, today);
    for Report { format, output } in reports {
        let write = |out: &mut dyn std::io::Write| match format {
            Format::Json => json(outcomes, &ages, out),
            _ => text(outcomes, &ages, out),
        };
        match output {
            Some(output) => output.write(write).map_err(Failure::said)?,
            None => to_stdout(write)?,
        }
    }
    Ok(())
}

fn ages(outcomes: &Outcomes, today: Date) -> Ages {
    let mut lines: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for suppression in &outcomes.suppressions {
        lines.entry(&suppression.path).or_default().insert(suppression.region.start.line);
    }
    let blamed = lines.into_iter().map(|(path, lines)| (path.to_owned(), blame(path, &lines)));
    Ages { today, files: blamed.collect() }
}

/// When lines of a file were written, as its history has it; `Err` says why nobody knows.
fn blame(path: &str, lines: &BTreeSet<u32>) -> Result<HashMap<u32, Date>, String> {
    if path.starts_with('<') {
        return Err("standard input has no history".to_owned());
    }
    let mut command = Command::new("git");
    command.args(["blame", "--porcelain"]).env("LC_ALL", "C").stdin(Stdio::null());
    // Of more lines than a command line should hold, all are asked for.
    if lines.len() <= 500 {
        command.args(lines.iter().map(|line| format!("-L{line},{line}")));
    }
    let output = command.args(["--", path]).output().map_err(|error| format!("git does not run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        return Err(if first.is_empty() { "git failed".to_owned() } else { format!("git: {first}") });
    }
    Ok(dates(&String::from_utf8_lossy(&output.stdout)))
}

/// What `git blame --porcelain` says: a commit and its lines, and of each commit once when it was written.
fn dates(porcelain: &str) -> HashMap<u32, Date> {
    let (mut commits, mut lines) = (HashMap::new(), Vec::new());
    let mut commit = "";
    for line in porcelain.lines().filter(|line| !line.starts_with('\t')) {
        let mut words = line.split(' ');
        let first = words.next().unwrap_or_default();
        if first.len() >= 40 && first.bytes().all(|b| b.is_ascii_hexdigit()) {
            commit = first;
            lines.extend(words.nth(1).and_then(|number| number.parse::<u32>().ok()).map(|number| (number, commit)));
        } else if first == "author-time" {
            commits.extend(words.next().and_then(|time| time.parse().ok()).map(|time| (commit, Date::at(time))));
        }
    }
    // What is not committed yet is from nobody.
    let committed = |commit: &str| commit.bytes().any(|b| b != b'0');
    let dated = lines.into_iter().filter(|(_, commit)| committed(commit));
    dated.filter_map(|(line, commit)| Some((line, *commits.get(commit)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::dates;

    #[test]
    fn a_commit_tells_its_time_once() {
        let (a, b, none) = ("a1".repeat(20), "b2".repeat(20), "0".repeat(40));
        let text = format!(
            "{a} 1 4 1\nauthor x\nauthor-time 951782400\nsummary {b} 9 9\n\tkey: {b}\n{none} 5 5 1\nauthor-time 1700000000\n\
             \t\tx\n{b} 7 8 2\nauthor-time 0\n\ty\n{b} 8 9\n\tz\n{a} 2 10 1\n\tlast\n"
        );
        let found = dates(&text);
        let day = |line: u32| found.get(&line).map(ToString::to_string);
        assert_eq!(day(4).as_deref(), Some("2000-02-29"));
        assert_eq!(day(5), None);
        assert_eq!((day(8).as_deref(), day(9).as_deref()), (Some("1970-01-01"), Some("1970-01-01")));
        assert_eq!(day(10).as_deref(), Some("2000-02-29"));
    }
}
