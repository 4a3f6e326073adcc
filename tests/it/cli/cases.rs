//! What each option of `plimsoll lint` does, and what it says to a wrong value.

use clap::CommandFactory;
use plimsoll::cli::Cli;

use super::{Dir, FAIL, RULE};
use crate::support::plimsoll_with;

/// Arguments, exit code, and a part of standard output and of standard error; an empty part means: nothing at all.
type Case = (&'static str, i32, &'static str, &'static str);

/// Run in `Dir::sample`, with `--only drop-all-capabilities` where a case names no rules of its own.
const CASES: &[Case] = &[
    ("pass", 0, "", ""),
    ("fail", 1, "fail/app.yaml:7:", ""),
    ("./fail/app.yaml", 1, "fail/app.yaml:7:", ""),
    ("pass fail", 1, "fail/app.yaml:7:", ""),
    ("broken", 2, "broken/app.yaml:", ""),
    ("broken fail", 2, "fail/app.yaml:7:", ""),
    ("missing", 2, "missing: broken: no such file", ""),
    // Standards and versions.
    ("fail --standard restricted", 1, "high[drop-all-capabilities]", ""),
    ("fail --standard baseline", 0, "", ""),
    ("fail --standard restrictd", 2, "", "'restricted'"),
    ("fail --standard privileged", 2, "", "possible values: baseline, restricted"),
    ("fail --standard restricted --kubernetes 1.21", 0, "", ""),
    ("fail --standard restricted --kubernetes v1.22.3", 1, "fail/app.yaml", ""),
    ("fail --kubernetes latest", 1, "fail/app.yaml", ""),
    ("fail --kubernetes 1.999", 2, "", "the newest that is known is 1."),
    ("fail --kubernetes newest", 2, "", "write `1."),
    ("fail --sweep 1.21..1.25", 0, "between Kubernetes 1.21 and 1.25", ""),
    ("fail --sweep 1.25", 2, "", "as in 1.30..1.37"),
    ("fail --sweep 1.25..1.21", 2, "", "the first version must be the older one"),
    ("fail --sweep 1.21..1.25 --format json", 2, "", "'--sweep <FROM..TO>' cannot be used with"),
    // Rules and what fails.
    ("fail --only drop-all-capabilities", 1, "high[drop-all-capabilities]", ""),
    ("fail --only fs-group-floor,drop-all-capabilities", 1, "high[drop-all-capabilities]", ""),
    ("fail --only drop-al-capabilities", 2, "", "did you mean `drop-all-capabilities`?"),
    ("suppressed", 0, ", 1 suppressed; ", ""),
    ("suppressed --no-suppressions", 1, "suppressed/app.yaml:7:", ""),
    ("suppressed --no-suppressions=no", 2, "", "unexpected value 'no'"),
    ("suppressed --list-suppressions", 0, "1 suppression hides 1 finding", ""),
    ("suppressed --list-suppressions --format json", 0, "\"reason\": \"known\"", ""),
    ("suppressed --list-suppressions --format sarif", 2, "", "as text or as `--format json`"),
    ("suppressed --list-suppressions --no-suppressions", 2, "", "cannot be used with"),
    ("suppressed --list-supressions", 2, "", "'--list-suppressions'"),
    ("fail --only KSV003", 2, "", "here it is `drop-all-capabilities`"),
    ("fail --fail-on high", 1, "fail/app.yaml", ""),
    ("fail --fail-on critical", 0, "high[drop-all-capabilities]", ""),
    ("fail --fail-on never", 0, "high[drop-all-capabilities]", ""),
    ("fail --fail-on hihg", 2, "", "'high'"),
    ("fail --uid-floor 999 --only run-as-user-floor", 1, "999", ""),
    ("fail --uid-floor -1", 2, "", "'--uid-floor <ID>'"),
    ("fail --uid-floor many", 2, "", "'--uid-floor <ID>'"),
    // Input.
    ("fail pass --exclude fail/", 0, "fail: skipped: left out by `exclude`", ""),
    (". --exclude broken --exclude *app.yaml", 0, "", ""),
    ("fail --exclude a{b", 2, "", "`a{b` is no glob: "),
    ("ignored", 0, "", ""),
    ("ignored --no-ignore", 1, "ignored/app.yaml:7:", ""),
    ("ignored/app.yaml", 1, "ignored/app.yaml:7:", ""),
    ("hidden", 0, "", ""),
    ("hidden --hidden", 1, "hidden/.app.yaml:7:", ""),
    ("broken --allow-broken", 0, "broken/app.yaml:", ""),
    ("broken fail --allow-broken", 1, "fail/app.yaml:7:", ""),
    ("missing --allow-broken", 2, "missing: broken: no such file", ""),
    ("- --stdin-filename deploy/x.yaml", 1, "deploy/x.yaml:7:", ""),
    ("fail --stdin-filename x.yaml", 2, "", "add the path `-`"),
    ("-", 1, "<stdin>:7:", ""),
    ("- -", 1, "<stdin>:7:", ""),
    ("fail --config missing.toml", 2, "", "error: missing.toml: no such file"),
    ("fail --config fail", 2, "", "error: fail: "),
    ("fail --no-config", 1, "fail/app.yaml:7:", ""),
    ("fail --no-config --config x.toml", 2, "", "cannot be used with"),
    // Known findings.
    ("fail --write-baseline out.json", 0, "no findings in 1 pod, 1 known; ", ""),
    ("fail --baseline out.json", 0, "no findings in 1 pod, 1 known; ", ""),
    ("fail pass --baseline out.json --prune", 0, "no findings in 2 pods, 1 known; ", ""),
    ("hidden --hidden --baseline out.json", 1, "hidden/.app.yaml:7:", ""),
    ("broken --write-baseline broken.json", 2, "broken/app.yaml:", ""),
    ("fail --baseline missing.json", 2, "", "error: missing.json: no such file"),
    ("fail --baseline fail/app.yaml", 2, "", "fail/app.yaml:1:1: expected value"),
    ("fail --write-baseline none/out.json", 2, "", "error: cannot write none/out.json: there is no directory none"),
    ("fail --write-baseline out.json --baseline out.json", 2, "", "cannot be used with"),
    ("fail --write-baseline out.json --prune", 2, "", "cannot be used with"),
    ("fail --prune", 2, "", "error: `--prune` needs a baseline: `--baseline FILE`, or"),
    ("fail --no-baseline", 1, "fail/app.yaml:7:", ""),
    ("fail --no-baseline --baseline out.json", 2, "", "cannot be used with"),
    ("fail --baselin out.json", 2, "", "'--baseline'"),
    // Repair.
    ("fail --fix", 1, "1 fixable with --fix --unsafe-fixes", ""),
    ("pass --fix --unsafe-fixes", 0, "fixed 0 findings in 0 files", ""),
    ("- --fix --unsafe-fixes", 0, "drop: [ALL]", "fixed 1 finding in 1 file"),
    ("- --fix", 1, "registry.example", "<stdin>:7:"),
    ("fail --unsafe-fixes", 2, "", "add `--fix` or `--diff`"),
    ("fail --diff", 0, "", ""),
    ("fail --diff --unsafe-fixes", 1, "+++ b/fail/app.yaml", "would fix 1 finding in 1 file"),
    ("fail --diff --unsafe-fixes --quiet", 1, "--- a/fail/app.yaml", ""),
    ("broken fail --diff --unsafe-fixes", 2, "+++ b/fail/app.yaml", "would fix"),
    ("fail --fix --sweep 1.21..1.25", 2, "", "cannot be used with"),
    ("fail --fixx", 2, "", "'--fix'"),
    ("fail --since HEAD", 2, "", "error: `--since`: git"),
    ("- --since HEAD", 2, "", "error: `--since`"),
    ("fail --since HEAD --write-baseline out.json", 2, "", "cannot be used with"),
    ("fail --since HEAD --fix", 2, "", "error: `--since`: git"),
    ("fail --since HEAD --diff", 2, "", "error: `--since`: git"),
    ("fail --since", 2, "", "a value is required for '--since <REV>'"),
    // Output.
    ("fail --quiet", 1, "fail/app.yaml:7:", ""),
    ("fail --format human --quiet", 1, "drop-all-capabilities", ""),
    ("fail --format sraif", 2, "", "'sarif'"),
    ("fail --format json --format human", 2, "", "give one an `--output FILE`"),
    ("fail --format json --output a --output b", 2, "", "no `--format` stands before `--output b`"),
    ("fail --format json --output a --format human --output a", 2, "", "two formats would be written to `a`"),
    ("fail --output none/out.json", 2, "", "error: cannot write none/out.json: there is no directory none"),
    ("fail --output pass", 2, "", "error: cannot write pass: it is a directory"),
    ("fail --output - --format github", 1, "::error file=fail/app.yaml,line=7", ""),
    ("fail --color sometimes", 2, "", "possible values: auto, always, never"),
    ("fail --color never --format human", 1, "drop-all-capabilities", ""),
    ("fail --threads 1", 1, "fail/app.yaml:7:", ""),
    ("fail --threads 0", 2, "", "'--threads <N>'"),
    ("fail --threads many", 2, "", "'--threads <N>'"),
    // Slips.
    ("fail --fromat json", 2, "", "'--format'"),
];

#[test]
fn options_do_what_they_say() {
    let dir = Dir::sample();
    let mut problems = Vec::new();
    for (args, code, stdout, stderr) in CASES {
        let mut words: Vec<&str> = std::iter::once("lint").chain(args.split_whitespace()).collect();
        if !args.contains("--only") && !args.contains("--sweep") {
            words.extend(["--only", RULE]);
        }
        let ran = plimsoll_with(&dir.0, &words, FAIL.as_bytes());
        let fits = |text: &str, part: &str| if part.is_empty() { text.is_empty() } else { text.contains(part) };
        // Where nothing fails, the summary or a note about what was skipped may still be there.
        let quiet = stdout.is_empty() && *code == 0 && !ran.stdout.contains("capabilities]");
        if ran.code != *code || !(fits(&ran.stdout, stdout) || quiet) || !fits(&ran.stderr, stderr) {
            problems.push(format!("`{args}` gives {ran:#?}"));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_option_has_a_case() {
    let command = Cli::command();
    let lint = command.find_subcommand("lint").unwrap();
    let words: Vec<&str> = CASES.iter().flat_map(|c| c.0.split_whitespace()).collect();
    for option in lint.get_arguments().filter_map(clap::Arg::get_long).filter(|o| *o != "help") {
        assert!(words.contains(&format!("--{option}").as_str()), "--{option} has no case");
    }
}

#[test]
fn commands_that_are_mistyped_are_named() {
    let dir = Dir::new();
    for (args, told) in [
        (&["lnt"][..], "'lint'"),
        (&["explian", "x"], "'explain'"),
        (&["schema", "confg"], "'config'"),
        (&["completions", "bsh"], "'bash'"),
        (&["rules", "--format", "jsn"], "'json'"),
        (&["explain", "drop-al-capabilities"], "did you mean `drop-all-capabilities`?"),
        (&["explain", "capabilities_restrictd"], "did you mean `capabilities_restricted`?"),
        (&["explain", "KSV999"], "no rule is known as `KSV999`"),
        (&[], "Usage: plimsoll <COMMAND>"),
    ] {
        let ran = dir.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.contains(told), "{args:?}: {}", ran.stderr);
    }
}
