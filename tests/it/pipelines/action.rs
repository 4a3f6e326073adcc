//! `action.yml`: its steps in order, each as GitHub's runner would run it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::yaml::Slot;

use super::{BAD, folders, has, path_with, read, script, slot, tree};
use crate::support::{program, root};

/// Values by name, as inputs and outputs are.
type Values = BTreeMap<String, String>;

/// A run of the action.
struct Runner {
    base: PathBuf,
    work: PathBuf,
    inputs: Values,
    outputs: BTreeMap<String, Values>,
    cache_hit: bool,
    /// Every step that ran, and what the ones with `uses` were given.
    ran: BTreeMap<String, Values>,
    stdout: String,
    failed: Option<i32>,
}

impl Runner {
    /// With these inputs, in a folder with one file that has findings; none without bash.
    fn new(name: &str, inputs: &[(&str, &str)]) -> Option<Self> {
        if !has("bash") {
            return None;
        }
        let (base, work) = folders(name);
        fs::write(work.join("pod.yaml"), BAD).unwrap();
        fs::create_dir(base.join("temp dir")).unwrap();
        let text = read("action.yml");
        let tree = tree(&text);
        let mut values = Values::new();
        for (input, slot) in slot(&tree).at("inputs").entries() {
            values.insert(input.to_string(), slot.at("default").as_str().expect("a default is a string").to_owned());
        }
        for (input, value) in inputs {
            assert!(values.insert((*input).to_owned(), (*value).to_owned()).is_some(), "there is no input {input}");
        }
        Some(Self {
            base,
            work,
            inputs: values,
            outputs: BTreeMap::new(),
            cache_hit: false,
            ran: BTreeMap::new(),
            stdout: String::new(),
            failed: None,
        })
    }

    fn run(mut self) -> Self {
        let text = read("action.yml");
        let tree = tree(&text);
        for step in slot(&tree).at("runs.steps").items() {
            let id = step.at("id").as_str().unwrap().to_owned();
            if !self.holds(step.at("if").as_str().unwrap_or_default()) {
                continue;
            }
            let given = |key: &'static str| -> Values {
                step.at(key).entries().map(|(name, v)| (name.to_string(), self.value(v.text()))).collect()
            };
            let (with, env) = (given("with"), given("env"));
            let mut outputs = Values::new();
            if step.at("run").exists() {
                outputs = self.shell(step, &env);
            } else if id == "cache" {
                outputs.insert("cache-hit".to_owned(), self.cache_hit.to_string());
            }
            self.ran.insert(id.clone(), with);
            self.outputs.insert(id, outputs);
        }
        let pwned = [&self.base, &self.work].map(|folder| folder.join("pwned").exists());
        assert_eq!(pwned, [false, false], "a value was run as a command");
        self
    }

    /// What the runner makes of a value with expressions, of the sort that the action has.
    fn value(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once("${{") else { return text.to_owned() };
        let (expression, after) = rest.split_once("}}").unwrap();
        format!("{before}{}{}", self.term(expression.trim()), self.value(after))
    }

    fn term(&self, term: &str) -> String {
        let parts: Vec<&str> = term.split('.').collect();
        match parts[..] {
            ["inputs", name] => self.inputs[name].clone(),
            ["steps", step, "outputs", name] => {
                self.outputs.get(step).and_then(|o| o.get(name)).cloned().unwrap_or_default()
            }
            _ => panic!("{term}: the test does not know this expression"),
        }
    }

    fn holds(&self, condition: &str) -> bool {
        let terms: Vec<&str> = condition.split("&&").map(str::trim).filter(|t| !t.is_empty()).collect();
        if self.failed.is_some() && !terms.contains(&"always()") {
            return false;
        }
        terms.into_iter().all(|term| {
            let quoted = |text: &str| text.trim().trim_matches('\'').to_owned();
            match (term.split_once("=="), term.split_once("!=")) {
                (Some((a, b)), _) => self.term(a.trim()) == quoted(b),
                (_, Some((a, b))) => self.term(a.trim()) != quoted(b),
                _ => term == "always()",
            }
        })
    }

    /// Runs a script, and gives the outputs that it set.
    fn shell(&mut self, step: Slot<'_>, env: &Values) -> Values {
        assert_eq!(step.at("shell").as_str(), Some("bash"));
        let file = |name: &str| self.base.join(name);
        fs::write(file("script.sh"), step.at("run").as_str().unwrap()).unwrap();
        fs::write(file("output"), "").unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(file("script.sh")).env_clear();
        bash.current_dir(self.work.join(self.value(step.at("working-directory").text())));
        bash.env("PATH", path_with(&file("bin"))).env("RUNNER_TEMP", file("temp dir")).env("RUNNER_OS", "Linux");
        bash.env("RUNNER_ARCH", "X64").env("GITHUB_ACTION_PATH", root()).env("GITHUB_ACTIONS", "true");
        bash.env("GITHUB_OUTPUT", file("output")).env("GITHUB_STEP_SUMMARY", file("summary.md")).envs(env);
        let output = bash.output().unwrap();
        self.stdout += &String::from_utf8(output.stdout).unwrap();
        if !output.status.success() {
            self.failed.get_or_insert(output.status.code().unwrap());
        }
        let outputs = fs::read_to_string(file("output")).unwrap();
        let outputs = outputs.lines().map(|l| l.split_once('=').expect("an output is `name=value`"));
        outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn steps(&self) -> Vec<&str> {
        self.ran.keys().map(String::as_str).collect()
    }

    fn output(&self, step: &str, name: &str) -> &str {
        self.outputs.get(step).and_then(|o| o.get(name)).map_or("", String::as_str)
    }

    fn summary(&self) -> String {
        fs::read_to_string(self.base.join("summary.md")).unwrap_or_default()
    }
}

/// A `cargo` that says what it was asked, and installs the program that was built for the tests.
fn cargo(base: &Path) {
    let built = program().display();
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{base}/cargo.txt'\npwd >> '{base}/cargo.txt'\n\
         while [ \"$1\" != --root ]; do shift; done\nmkdir -p \"$2/bin\"\ncp '{built}' \"$2/bin/plimsoll\"\n",
        base = base.display()
    );
    script(&base.join("bin/cargo"), &text);
}

fn ours() -> String {
    program().to_str().unwrap().to_owned()
}

#[test]
fn it_builds_lints_tells_uploads_and_then_fails() {
    let Some(runner) = Runner::new("action-whole", &[]) else { return };
    cargo(&runner.base);
    let ran = runner.run();
    assert_eq!(ran.steps(), ["build", "cache", "lint", "program", "upload", "verdict"]);
    let asked = fs::read_to_string(ran.base.join("cargo.txt")).unwrap();
    let root_folder = ran.base.join("temp dir/plimsoll");
    let want =
        ["install", "--locked", "--path", ".", "--root", root_folder.to_str().unwrap(), root().to_str().unwrap()];
    assert_eq!(asked.lines().collect::<Vec<_>>(), want);
    let cache = &ran.ran["cache"];
    assert_eq!(cache["path"], root_folder.to_str().unwrap());
    let sources = cache["key"].strip_prefix("plimsoll-Linux-X64-").unwrap();
    assert!(sources.len() == 40 && sources.bytes().all(|b| b.is_ascii_hexdigit()), "{sources}");
    assert!(ran.stdout.contains("::error file=") && ran.stdout.contains("pod.yaml,line=4"), "{}", ran.stdout);
    assert!(ran.summary().contains("host-namespaces"), "{}", ran.summary());
    let sarif = fs::read_to_string(&ran.ran["upload"]["sarif_file"]).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&sarif).unwrap()["runs"][0]["results"][0].is_object());
    assert_eq!((ran.output("lint", "exit-code"), ran.failed), ("1", Some(1)));
}

#[test]
fn what_is_built_or_installed_is_not_built_again() {
    let Some(mut runner) = Runner::new("action-cached", &[]) else { return };
    let installed = runner.base.join("temp dir/plimsoll/bin/plimsoll");
    fs::create_dir_all(installed.parent().unwrap()).unwrap();
    fs::copy(program(), installed).unwrap();
    runner.cache_hit = true;
    let ran = runner.run();
    assert_eq!(ran.steps(), ["cache", "lint", "program", "upload", "verdict"]);

    let given = Runner::new("action-given", &[("program", &ours()), ("fail-on", "never")]).unwrap().run();
    assert_eq!(given.steps(), ["lint", "program", "upload", "verdict"]);
    assert_eq!((given.failed, given.output("lint", "exit-code")), (None, "0"));
    let missing = Runner::new("action-missing", &[("program", "no such program")]).unwrap().run();
    assert_eq!((missing.steps(), missing.failed), (vec!["program"], Some(2)));
}

#[test]
fn inputs_are_obeyed() {
    let ours = ours();
    let ran = |name: &str, inputs: &[(&str, &str)]| {
        let runner = Runner::new(name, &[&[("program", &*ours)], inputs].concat())?;
        fs::create_dir_all(runner.work.join("a b/vendor")).unwrap();
        fs::write(runner.work.join("a b/vendor/pod.yaml"), BAD).unwrap();
        fs::write(runner.work.join("a b/lint.toml"), "exclude = ['*.yaml']\n").unwrap();
        Some(runner.run())
    };
    let Some(quiet) = ran("action-quiet", &[("upload", "false"), ("summary", "false")]) else { return };
    assert_eq!((quiet.steps(), quiet.summary()), (vec!["lint", "program", "verdict"], String::new()));
    for (name, inputs, told, code) in [
        ("paths", &[("paths", "a b\n\npod.yaml\r\n")][..], "2 pods", 1),
        ("level", &[("standard", "baseline"), ("kubernetes", "1.30")], "[host-namespaces]", 1),
        ("threshold", &[("fail-on", "critical")], "in 2 pods", 0),
        ("arguments", &[("arguments", "--exclude=a b/vendor/\n--only=host-namespaces\n")], "1 finding ", 1),
        ("folder", &[("working-directory", "a b"), ("config", "lint.toml")], "in 0 pods", 0),
        ("version", &[("kubernetes", "newest")], "", 2),
    ] {
        let ran = ran(&format!("action-{name}"), inputs).unwrap();
        assert!(ran.stdout.contains(told), "{name}: {}", ran.stdout);
        assert_eq!((ran.output("lint", "exit-code"), ran.failed.unwrap_or(0)), (&*code.to_string(), code), "{name}");
        // What was never linted is not uploaded.
        assert_eq!(ran.ran.contains_key("upload"), code != 2, "{name}");
    }
    let elsewhere = ran("action-sarif", &[("working-directory", "a b"), ("sarif", "out $(date).sarif")]).unwrap();
    assert_eq!(Path::new(elsewhere.output("lint", "sarif")), elsewhere.work.join("a b/out $(date).sarif"));
    let line = ran("action-line", &[("sarif", "a\nexit-code=0")]).unwrap();
    assert_eq!((line.failed, line.output("lint", "exit-code")), (Some(2), ""));
}

#[test]
fn no_value_is_run() {
    let ours = ours();
    let hostile =
        ["x; touch pwned", "$(touch pwned)", "`touch pwned`", "\"; touch pwned; \"", "'; touch pwned #", "*", "-h"];
    for input in
        ["paths", "standard", "kubernetes", "fail-on", "config", "arguments", "sarif", "summary", "upload", "category"]
    {
        for value in hostile {
            let Some(runner) = Runner::new("action-hostile", &[("program", &ours), (input, value)]) else { return };
            let ran = runner.run();
            // Whoever asks for help in place of a lint gets it; all else is a name that is not there, or a wrong value.
            let fine =
                ["sarif", "summary", "upload", "category"].contains(&input) || (input, value) == ("arguments", "-h");
            let code = ran.failed.unwrap_or(0);
            assert!(if fine { code < 2 } else { code == 2 }, "{input}: {value}: {code}\n{}", ran.stdout);
        }
    }
    // A file may be named like an option, or like anything else.
    let paths = "--fail-on=never\n$(touch pwned).yaml\na b.yaml";
    let runner = Runner::new("action-names", &[("program", &ours), ("paths", paths)]).unwrap();
    paths.lines().for_each(|name| fs::write(runner.work.join(name), BAD).unwrap());
    let ran = runner.run();
    assert!(ran.stdout.contains("in 3 pods") && ran.failed == Some(1), "{}", ran.stdout);
}

/// What an expression stands for is put into a script before any shell reads it: there must be none.
#[test]
fn expressions_stand_only_where_they_are_values() {
    let text = read("action.yml");
    let tree = tree(&text);
    let mut used = BTreeSet::new();
    for step in slot(&tree).at("runs.steps").items() {
        assert!(!step.at("run").text().contains("${{"), "{}", step.at("id").text());
        if let Some(action) = step.at("uses").as_str() {
            let (_, version) = action.rsplit_once('@').unwrap();
            // A tag can be moved by whoever owns it.
            let pinned = version.len() == 40 && version.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(pinned, "{action} is not pinned");
        }
    }
    for (name, input) in slot(&tree).at("inputs").entries() {
        assert!(input.at("description").as_str().is_some_and(|d| !d.is_empty()), "{name}");
        if text.contains(&format!("inputs.{name} ")) {
            used.insert(name.to_string());
        }
    }
    assert_eq!(used.len(), slot(&tree).at("inputs").entries().count(), "an input that nothing reads: {used:?}");
}
