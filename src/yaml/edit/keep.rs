//! Comments where text goes: those of lines that are taken out become lines of their own, and none is lost. One that
//! speaks to this program stays where it is, above what it stood above: elsewhere it would suppress something else.

use super::Edit;
use super::write::{Piece, Writer, piece};
use crate::source::Span;
use crate::yaml::{Kind, NodeId, Tree};

/// What every comment that speaks to this program says.
const OURS: &str = "plimsoll:";

impl Writer<'_, '_> {
    /// The comments of a part of the text.
    fn comments(&self, start: usize, end: usize) -> Vec<&str> {
        comments(self.tree, Span::new(start, end))
    }

    /// Takes out the lines from the one that an entry or item begins, all but their comments: each has a line of its own
    /// then. At the end of the text, the line break before them goes.
    pub(super) fn lines(&self, first: usize, end: usize) -> Piece {
        let (text, start) = (self.tree.text(), self.tree.line_start(first));
        let comments = self.comments(first, end);
        if !comments.is_empty() {
            let line = |c: &&str| format!("{}{c}", &text[start..first]);
            let kept: Vec<String> = comments.iter().map(line).collect();
            return piece(start, end, kept.join(self.tree.newline(start)));
        }
        let next = self.tree.after_break(end);
        if next > end || start == 0 {
            return piece(start, next, "");
        }
        let before = text[..start].trim_end_matches('\n').len();
        let before = if start - before == 1 { before } else { start - 1 };
        piece(text[..before].strip_suffix('\r').map_or(before, str::len), end, "")
    }

    /// The comments of lines that go below the one of a key, each as a line after a line end.
    pub(super) fn comments_below(&self, key: NodeId, start: usize, end: usize) -> String {
        let indent = " ".repeat(self.tree.column(self.tree.entry_start(key)));
        let newline = self.tree.newline(start);
        self.comments(start, end).iter().flat_map(|c| [newline, &indent, c]).collect()
    }

    /// The first entry of an item goes, which stands on the line of the dash: the next one takes its place, and the
    /// comments between stand above the item.
    pub(super) fn first_of_item(&self, start: usize, next: usize) -> Piece {
        let (text, line) = (self.tree.text(), self.tree.line_start(start));
        let comments = self.comments(start, next);
        if comments.is_empty() {
            return piece(start, next, "");
        }
        let indent = &text[line..][..text[line..].len() - text[line..].trim_start_matches(' ').len()];
        let newline = self.tree.newline(line);
        let above: String = comments.iter().flat_map(|c| [indent, c, newline]).collect();
        piece(line, next, above + &text[line..start])
    }

    /// Whether all comments stay. `Err` says what would become of one.
    pub(super) fn keeps_comments(&self, edits: &[Edit]) -> Result<(), &'static str> {
        let ours = |comment: &&str| comment.contains(OURS);
        let text = self.tree.text();
        for Edit { span, text: with } in edits {
            let mut rest = with.as_str();
            for comment in comments(self.tree, *span) {
                if ours(&comment) {
                    return Err("a suppression would be lost");
                }
                let at = rest.find(comment).ok_or("a comment would be lost")?;
                rest = &rest[at + comment.len()..];
            }
        }
        if self.tree.comments().iter().any(|c| ours(&c.span.text(text))) {
            let starts = self.plan.removed.iter().filter_map(|&place| self.start(place));
            if starts.flat_map(|start| self.above(start)).any(|c| ours(&c)) {
                return Err("a suppression would cover something else");
            }
        }
        Ok(())
    }

    /// Where an entry or item begins, its dash included.
    pub(super) fn start(&self, place: NodeId) -> Option<usize> {
        let (tree, parent) = (self.tree, self.tree.parent(place)?);
        match tree.kind(parent) {
            _ if tree.is_flow(parent) => Some(tree.span(place).start as usize),
            Kind::Map => Some(tree.entry_start(place)),
            _ => tree.dash(parent, tree.items(parent).iter().position(|&i| i == place)?),
        }
    }

    /// The comments that stand above the line that this byte begins, the nearest first.
    fn above(&self, start: usize) -> impl Iterator<Item = &str> {
        let text = self.tree.text();
        let all = self.tree.comments();
        let before = all.partition_point(|c| c.span.end as usize <= start);
        let mut from = start;
        all[..before].iter().rev().map_while(move |comment| {
            let Span { start, end } = comment.span;
            let line = self.tree.line_start(start as usize);
            let alone = text[line..start as usize].trim().is_empty() && text[end as usize..from].trim().is_empty();
            from = line;
            alone.then(|| comment.span.text(text))
        })
    }
}

/// The comments of a part of the text that begins and ends where nodes do.
fn comments<'s>(tree: &Tree<'s>, within: Span) -> Vec<&'s str> {
    let text = tree.text;
    if memchr::memchr(b'#', within.text(text).as_bytes()).is_none() {
        return Vec::new();
    }
    tree.find_comments(within).iter().map(|c| c.text(text)).collect()
}
