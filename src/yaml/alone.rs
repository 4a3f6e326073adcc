//! A document taken out of its file.

use super::tree::{Kind, OWNED, Tree};
use crate::source::Span;

impl Tree<'_> {
    /// The tree as though its document were all the text there is.
    pub(crate) fn alone(mut self, document: Span) -> Self {
        let to = |at: u32| at.saturating_sub(document.start);
        let shift = |span: Span| Span { start: to(span.start), end: to(span.end) };
        for node in &mut self.nodes {
            node.span = shift(node.span);
            if !matches!(node.kind, Kind::Seq | Kind::Map) && node.len != OWNED {
                node.first = to(node.first);
            }
        }
        for comment in &mut self.comments {
            comment.span = shift(comment.span);
        }
        self.end = to(self.end);
        self.text = document.text(self.text);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{documents, parse};

    #[test]
    fn a_document_alone_is_the_same_as_among_others() {
        let text = "a: 1\n---\n# plimsoll: é\nb: [x, 'y', \"t\\tz\"]\nc: &c\n  - >-\n    one\n    two\n  - |\n    #\nd: *c\n\
                    e: {<<: {f: 1.5}}\ng:\n---\nlast: {{ .Values.x }}\n";
        for raw in documents(text) {
            let part = raw.span.text(text);
            let (among, alone) = (parse(text, raw.span), parse(part, Span::new(0, part.len())));
            let (Ok(among), Ok(alone)) = (among, alone) else { panic!("all of it is YAML") };
            assert_eq!(format!("{:?}", among.alone(raw.span)), format!("{alone:?}"));
        }
    }
}
