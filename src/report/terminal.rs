//! How a format may write to where it writes: colour, links, width, characters.

use clap::ValueEnum;

use super::root::Root;
use crate::rule::Severity;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is dumb; anywhere if `CLICOLOR_FORCE` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a format needs to know about the run and about where it writes.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is an independent switch of a terminal")]
pub struct Options {
    /// Leave out the summary and what was skipped: only findings, and what could not be read.
    pub quiet: bool,
    /// Colour the text.
    pub color: bool,
    /// Link rule ids to their pages by terminal hyperlinks.
    pub hyperlinks: bool,
    /// Draw with Unicode characters; plain ASCII otherwise.
    pub unicode: bool,
    /// Columns of a line.
    pub width: usize,
    /// Where paths are told from in formats that tell them from the repository.
    pub root: Root,
    /// The address below which the repository's files are shown at the commit of the run.
    pub pages: Option<String>,
    /// The configuration file that the run goes by, as output shows it.
    pub config: Option<String>,
    /// The least severity that fails the run; none where nothing does.
    pub fail_on: Option<Severity>,
    /// The exit code that the run will have, for formats that carry it.
    pub exit_code: u8,
    /// The time that reports carry, in seconds since 1970; none where the environment gives none.
    pub timestamp: Option<i64>,
}

impl Default for Options {
    /// Plain text, 80 columns wide.
    fn default() -> Self {
        Self {
            quiet: false,
            color: false,
            hyperlinks: false,
            unicode: true,
            width: 80,
            root: Root::default(),
            pages: None,
            config: None,
            fail_on: Some(Severity::Low),
            exit_code: 0,
            timestamp: None,
        }
    }
}

impl Options {
    /// A path as the repository tells it; of a file outside, the absolute one.
    pub(super) fn told(&self, path: &str) -> String {
        self.root.relative(path).unwrap_or_else(|whole| whole)
    }

    /// What suits an output: whether it is a terminal and how wide, with what the environment says.
    pub fn detect(color: Color, terminal: Option<u16>, env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|v| !v.is_empty());
        let dumb = set("TERM").is_some_and(|t| t == "dumb");
        let forced = set("CLICOLOR_FORCE").is_some_and(|v| v != "0");
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => set("NO_COLOR").is_none() && (forced || (terminal.is_some() && !dumb)),
        };
        Self {
            color,
            hyperlinks: color && terminal.is_some() && !dumb,
            unicode: utf8_locale(set),
            width: terminal.map_or(80, |w| usize::from(w).clamp(40, 160)),
            pages: pages(set),
            ..Self::default()
        }
    }
}

/// Where GitHub, or GitLab, shows the files of the commit that a job runs on.
fn pages(set: impl Fn(&str) -> Option<String>) -> Option<String> {
    let github = || {
        let [server, repository, commit] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"].map(&set);
        Some(format!("{}/{}/blob/{}", server?, repository?, commit?))
    };
    let gitlab = || {
        let [project, commit] = ["CI_PROJECT_URL", "CI_COMMIT_SHA"].map(&set);
        Some(format!("{}/-/blob/{}", project?, commit?))
    };
    github().or_else(gitlab).filter(|address| address.starts_with("https://") || address.starts_with("http://"))
}

/// Whether the locale takes UTF-8. Where none is named, it does: containers and Windows rarely name one.
fn utf8_locale(set: impl Fn(&str) -> Option<String>) -> bool {
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set) else { return true };
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::{Color, Options};

    fn detect(color: Color, terminal: Option<u16>, env: &[(&str, &str)]) -> Options {
        Options::detect(color, terminal, |name| env.iter().find(|e| e.0 == name).map(|e| e.1.to_owned()))
    }

    #[test]
    fn colour_follows_option_then_environment_then_terminal() {
        let auto = |terminal, env: &[_]| detect(Color::Auto, terminal, env).color;
        assert!(auto(Some(80), &[]));
        assert!(!auto(None, &[]));
        assert!(!auto(Some(80), &[("NO_COLOR", "1")]));
        assert!(auto(Some(80), &[("NO_COLOR", "")]));
        assert!(!auto(Some(80), &[("TERM", "dumb")]));
        assert!(auto(None, &[("CLICOLOR_FORCE", "1")]));
        assert!(!auto(None, &[("CLICOLOR_FORCE", "0")]));
        assert!(!auto(None, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
        assert!(detect(Color::Always, None, &[("NO_COLOR", "1")]).color);
        assert!(!detect(Color::Never, Some(80), &[("CLICOLOR_FORCE", "1")]).color);
    }

    #[test]
    fn links_go_to_terminals_only() {
        assert!(detect(Color::Auto, Some(80), &[]).hyperlinks);
        assert!(!detect(Color::Always, None, &[]).hyperlinks);
        assert!(!detect(Color::Never, Some(80), &[]).hyperlinks);
    }

    #[test]
    fn pages_are_those_of_the_job() {
        let pages = |env: &[_]| detect(Color::Auto, None, env).pages;
        let job = [("GITHUB_SERVER_URL", "https://h.example"), ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_SHA", "0a1b")];
        assert_eq!(pages(&job).as_deref(), Some("https://h.example/o/r/blob/0a1b"));
        assert_eq!(pages(&job[1..]), None);
        assert_eq!(pages(&[("CI_PROJECT_URL", "javascript:x"), ("CI_COMMIT_SHA", "0a1b")]), None);
        let job = [("CI_PROJECT_URL", "https://l.example/g/p"), ("CI_COMMIT_SHA", "0a1b")];
        assert_eq!(pages(&job).as_deref(), Some("https://l.example/g/p/-/blob/0a1b"));
    }

    #[test]
    fn width_and_characters_suit_the_output() {
        assert_eq!(detect(Color::Auto, None, &[]).width, 80);
        assert_eq!(detect(Color::Auto, Some(120), &[]).width, 120);
        assert_eq!(detect(Color::Auto, Some(3), &[]).width, 40);
        assert!(detect(Color::Auto, None, &[]).unicode);
        assert!(detect(Color::Auto, None, &[("LANG", "de_DE.UTF-8")]).unicode);
        assert!(!detect(Color::Auto, None, &[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).unicode);
    }
}
