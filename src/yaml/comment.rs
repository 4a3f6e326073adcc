//! Where a document's comments stand, told by its tree: a `#` behind white space that is in no scalar begins one.

use super::tree::{Kind, Tree};
use crate::source::Span;

impl Tree<'_> {
    /// The comments of the document whose text is `within`, in order.
    pub fn find_comments(&self, within: Span) -> Vec<Span> {
        let (text, end) = (self.text(), within.end as usize);
        let bytes = text.as_bytes();
        let mut scalars = self.scalars().peekable();
        let mut found: Vec<Span> = Vec::new();
        let mut at = within.start as usize;
        while let Some(hash) = memchr::memchr(b'#', &bytes[at..end]).map(|i| at + i) {
            at = hash + 1;
            while scalars.next_if(|s| s.end as usize <= hash).is_some() {}
            if let Some(scalar) = scalars.peek().filter(|s| s.start as usize <= hash) {
                at = at.max(scalar.end as usize);
                continue;
            }
            // A byte order mark may stand before the first character.
            let before = &text[within.start as usize..hash];
            if before.is_empty()
                || before.ends_with([' ', '\t', '\n', '\r', '\u{feff}', '\u{85}', '\u{2028}', '\u{2029}'])
            {
                let rest = &bytes[hash..end];
                let stop = memchr::memchr2(b'\n', b'\r', rest).map_or(end, |i| hash + i);
                found.push(Span::new(hash, stop));
                at = stop;
            }
        }
        found
    }

    /// The text of every scalar, in order; of a block scalar the part below its first line, where a comment may stand.
    fn scalars(&self) -> impl Iterator<Item = Span> {
        self.nodes.iter().filter(|n| !matches!(n.kind, Kind::Map | Kind::Seq)).map(|n| {
            let written = n.span.text(self.text);
            let header =
                if written.starts_with(['|', '>']) { written.find(['\n', '\r']).unwrap_or(written.len()) } else { 0 };
            Span::new(n.span.start as usize + header, n.span.end as usize)
        })
    }
}
