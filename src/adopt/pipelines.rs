//! The lines that make a pipeline lint: one text each, which `plimsoll init` prints and the README shows.

/// Where Plimsoll can run by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Whose it is.
    pub name: &'static str,
    /// The file that the lines belong into.
    pub file: &'static str,
    /// The lines.
    pub text: String,
}

/// All of them, for this version.
pub fn pipelines() -> Vec<Pipeline> {
    let pipeline = |name, file, text: &str| {
        let text = text.replace("VERSION", concat!("v", env!("CARGO_PKG_VERSION")));
        Pipeline { name, file, text }
    };
    vec![
        pipeline("pre-commit", ".pre-commit-config.yaml", PRE_COMMIT),
        pipeline("GitHub", ".github/workflows/plimsoll.yaml", GITHUB),
        pipeline("GitLab", ".gitlab-ci.yml", GITLAB),
    ]
}

const PRE_COMMIT: &str = "\
repos:
  - repo: https://github.com/plimsoll-dev/plimsoll
    rev: VERSION
    hooks:
      - id: plimsoll
";

const GITHUB: &str = "\
name: plimsoll
on: [push, pull_request]
permissions:
  contents: read
  security-events: write
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: plimsoll-dev/plimsoll@VERSION
";

const GITLAB: &str = "\
include:
  - remote: https://raw.githubusercontent.com/plimsoll-dev/plimsoll/VERSION/.gitlab/plimsoll.yml
";
