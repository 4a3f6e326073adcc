//! Documents into trees: by the reader for block style, or event by event from the full parser.
//! Meaning (scalars, merge keys, duplicate keys, alias limits) follows go.yaml.in/yaml/v2.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use super::build::{Builder, meaning};
use super::placeholder::mask;
use super::tree::{Comment, Kind, NodeId, OWNED, PLAIN, Tree};
use crate::source::Span;

/// How deep collections may nest: the decoder of the API server refuses more.
pub const MAX_DEPTH: usize = 10_000;

/// Why a document has no tree, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The place.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

/// Parses the document at `span` of `text`.
///
/// Text that is YAML only after its `{{ … }}` are filled in is read with those values unknown.
pub fn parse(text: &str, span: Span) -> Result<Tree<'_>, Broken> {
    parse_block(text, span).map_or_else(|| parse_full(text, span), Ok)
}

/// The same by the full parser alone, which `parse` asks only where it must.
pub fn parse_full(text: &str, span: Span) -> Result<Tree<'_>, Broken> {
    let document = span.text(text);
    match Builder::new(text, span.start, &[]).run(document) {
        Err(broken) => match mask(document) {
            Some((masked, ranges)) => Builder::new(text, span.start, &ranges).run(&masked).map_err(|_| broken),
            None => Err(broken),
        },
        tree => tree,
    }
}

/// The tree of a document in plain block style; none where the full parser must look.
fn parse_block(text: &str, span: Span) -> Option<Tree<'_>> {
    let document = span.text(text);
    if memchr::memmem::find(document.as_bytes(), b"plimsoll:").is_some() {
        return None;
    }
    let mut builder = Builder::new(text, span.start, &[]);
    builder.tree.nodes.reserve(document.len() / 14);
    super::block::read(document, &mut builder).ok()?;
    builder.tree.end = span.end;
    Some(builder.finish())
}

impl<'s> Builder<'s, '_> {
    fn run(mut self, input: &str) -> Result<Tree<'s>, Broken> {
        let guess = input.len() / 12;
        self.tree.nodes.reserve(guess);
        let options = granit_parser::options! {
            emit_comments: memchr::memmem::find(input.as_bytes(), b"plimsoll:").is_some(),
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let mut parser = Parser::with_options(StrInput::new(input), options);
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|e| self.scan_error(&e))?;
            let range = span.byte_range().unwrap_or_default();
            let span = Span::new(range.start + self.base as usize, range.end + self.base as usize);
            match event {
                Event::Scalar(value, style, anchor, tag) => {
                    self.scalar(input, value, style, anchor, tag.as_deref(), span)?;
                }
                Event::MappingStart(style, anchor, _) => self.open(Kind::Map, style, anchor, span),
                Event::SequenceStart(style, anchor, _) => self.open(Kind::Seq, style, anchor, span),
                Event::MappingEnd => self.close_mapping(span)?,
                Event::SequenceEnd => self.close_sequence(span),
                Event::Alias(id) => self.alias(id, span)?,
                Event::Comment(..) => self.tree.comments.push(Comment { span }),
                Event::DocumentEnd => {
                    self.tree.end = span.end;
                    break;
                }
                _ => {}
            }
        }
        Ok(self.finish())
    }

    fn scan_error(&self, error: &granit_parser::ScanError) -> Broken {
        let at = self.base as usize + error.marker().byte_offset().unwrap_or_default();
        Broken { span: Span::new(at, at), message: lower_first(&error.info()) }
    }

    fn scalar(
        &mut self,
        input: &str,
        value: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Broken> {
        let plain = style == ScalarStyle::Plain;
        let lines = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let span = if lines { self.block_span(span) } else { span };
        // The parser writes `~` where nothing is written.
        let empty = plain && span.start == span.end;
        let value = if empty { Cow::Borrowed("") } else { value };
        let unknown = !self.masked.is_empty() && self.is_masked(span);
        let kind = if unknown {
            Kind::Unknown
        } else if plain || tag.is_some() {
            meaning(tag, &value, span)?
        } else {
            Kind::Str
        };
        let id = self.push(kind, span, if plain { PLAIN } else { 0 });
        self.store_text(id, input, value);
        self.decoded += 1;
        self.remember(anchor, id, 1);
        self.pending.push(id);
        Ok(())
    }

    fn is_masked(&self, span: Span) -> bool {
        let (start, end) = ((span.start - self.base) as usize, (span.end - self.base) as usize);
        self.masked.iter().any(|m| m.start < end && start < m.end)
    }

    /// Most scalars are slices of the text itself; only escapes and folded lines need a copy.
    fn store_text(&mut self, id: NodeId, input: &str, value: Cow<'_, str>) {
        let node = &mut self.tree.nodes[id.0 as usize];
        let offset = (value.as_ptr() as usize).wrapping_sub(input.as_ptr() as usize);
        if offset <= input.len() && offset + value.len() <= input.len() {
            let span = Span::new(self.base as usize + offset, self.base as usize + offset + value.len());
            (node.first, node.len) = (span.start, span.end - span.start);
        } else if !value.is_empty() {
            (node.first, node.len) = (Span::new(self.tree.owned.len(), 0).start, OWNED);
            self.tree.owned.push(value.into_owned());
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Broken> {
        let Some((target, steps)) = self.anchors.get(id).copied().flatten() else {
            return Err(Broken { span, message: "alias of an unknown anchor".to_owned() });
        };
        if steps == 0 {
            return Err(Broken { span, message: "the anchor's value contains itself".to_owned() });
        }
        let node = self.push(Kind::Alias(target), span, 0);
        self.pending.push(node);
        self.decoded = self.decoded.saturating_add(1 + steps);
        self.aliased = self.aliased.saturating_add(steps);
        if self.aliased > 100 && self.decoded > 1000 && exceeds_ratio(self.aliased, self.decoded) {
            let message = "aliases expand to more than the API server's decoder allows (99 % of the values, \
                           falling to 10 % at 4,000,000)";
            return Err(Broken { span, message: message.to_owned() });
        }
        Ok(())
    }
}

/// go-yaml's `allowedAliasRatio`: 0.99 up to 400,000 decode steps, 0.10 from 4,000,000 on.
#[allow(clippy::cast_precision_loss, reason = "the decoder's own arithmetic")]
fn exceeds_ratio(aliased: u64, decoded: u64) -> bool {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    let steps = decoded as f64;
    let allowed = if steps <= LOW {
        0.99
    } else if steps >= HIGH {
        0.10
    } else {
        0.99 - 0.89 * ((steps - LOW) / (HIGH - LOW))
    };
    aliased as f64 / steps > allowed
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
