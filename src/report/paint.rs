//! Colour, links and the characters that lines are drawn with.

use super::Options;
use crate::rule::Severity;

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tint {
    /// Hands over the cluster, or could not be read.
    Critical,
    /// High.
    Error,
    /// Medium.
    Warning,
    /// Low.
    Advice,
    /// Help, and labels of places beside the finding's own.
    Aside,
    /// Frames, line numbers, notes.
    Dim,
    /// Names of files.
    Strong,
    /// All is well.
    Good,
}

impl Tint {
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Critical,
            Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low => Self::Advice,
            Severity::Note => Self::Dim,
        }
    }

    /// The parameters of the escape sequence (ECMA-48, SGR).
    fn code(self) -> &'static str {
        match self {
            Self::Critical => "1;31",
            Self::Error => "31",
            Self::Warning => "33",
            Self::Advice => "34",
            Self::Aside => "36",
            Self::Dim => "2",
            Self::Strong => "1",
            Self::Good => "32",
        }
    }
}

/// How pieces are painted.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    color: bool,
    hyperlinks: bool,
    pub(super) glyphs: &'static Glyphs,
}

impl Paint {
    pub(super) fn new(options: &Options) -> Self {
        let glyphs = if options.unicode { &UNICODE } else { &ASCII };
        Self { color: options.color, hyperlinks: options.hyperlinks, glyphs }
    }

    /// The text in its colour.
    pub(super) fn tint(self, tint: Tint, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        format!("\x1b[{}m{text}\x1b[0m", tint.code())
    }

    /// The text as a link (OSC 8), where the terminal is one.
    pub(super) fn link(self, url: &str, text: &str) -> String {
        if !self.hyperlinks {
            return text.to_owned();
        }
        format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\")
    }
}

/// The characters of the frames, each one column wide.
pub(super) struct Glyphs {
    pub(super) error: char,
    pub(super) warning: char,
    pub(super) advice: char,
    pub(super) bar: char,
    pub(super) gap: char,
    pub(super) dot: char,
    pub(super) corner: char,
    pub(super) foot: char,
    pub(super) line: char,
    pub(super) under: char,
    pub(super) tee: char,
    pub(super) hook: char,
    pub(super) hook_left: char,
    pub(super) dots: &'static str,
    /// Stands for what is not shown.
    pub(super) mask: &'static str,
}

impl Glyphs {
    pub(super) fn symbol(&self, severity: Severity) -> char {
        match severity {
            Severity::Critical | Severity::High => self.error,
            Severity::Medium | Severity::Low => self.warning,
            Severity::Note => self.advice,
        }
    }
}

static UNICODE: Glyphs = Glyphs {
    error: '×',
    warning: '⚠',
    advice: '☞',
    bar: '│',
    gap: '⋮',
    dot: '·',
    corner: '╭',
    foot: '╰',
    line: '─',
    under: '─',
    tee: '┬',
    hook: '╰',
    hook_left: '╯',
    dots: "…",
    mask: "•••",
};

static ASCII: Glyphs = Glyphs {
    error: 'x',
    warning: '!',
    advice: '>',
    bar: '|',
    gap: ':',
    dot: ':',
    corner: ',',
    foot: '`',
    line: '-',
    under: '^',
    tee: '|',
    hook: '`',
    hook_left: '\'',
    dots: "...",
    mask: "***",
};
