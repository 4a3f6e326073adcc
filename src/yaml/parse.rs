//! Documents into trees: by the reader for block style, or event by event from the full parser.
//! Meaning (scalars, merge keys, duplicate keys, alias limits) follows go.yaml.in/yaml/v2.

use std::borrow::Cow;

use super::build::Builder;
use super::events::{Event, Events, Properties};
use super::scalar::meaning;
use super::scan::{Scanner, Style};
use super::template::{Masked, TemplateKind, mask};
use super::tree::{Comment, Kind, OWNED, PLAIN, Tree};
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
/// A stream that begins with `{` is JSON where it can be, as for kubectl.
pub fn parse(text: &str, span: Span) -> Result<Tree<'_>, Broken> {
    parse_block(text, span).map_or_else(|| parse_full(text, span), Ok)
}

/// The same by the full parser alone, which `parse` asks only where it must.
pub fn parse_full(text: &str, span: Span) -> Result<Tree<'_>, Broken> {
    let document = span.text(text);
    let broken = match Builder::new(text, span.start, &[]).run(document, false) {
        Ok(tree) => return Ok(tree),
        Err(broken) => broken,
    };
    let first = text[..span.start as usize].trim_start();
    if (first.is_empty() || first.starts_with('{'))
        && super::json::is_json(document)
        && let Ok(tree) = Builder::new(text, span.start, &[]).run(document, true)
    {
        return Ok(tree);
    }
    match mask(document).filter(|masked| masked.structure.is_none()) {
        Some(masked) => parse_masked(text, span, &masked).map_err(|_| broken),
        None => Err(broken),
    }
}

fn parse_masked<'t>(text: &'t str, span: Span, masked: &Masked) -> Result<Tree<'t>, Broken> {
    Builder::new(text, span.start, &masked.marks).run(&masked.text, false)
}

/// What sort of template a document is that does not parse; none where its marks are not to blame.
pub fn template_kind(text: &str, span: Span, broken: &Broken) -> Option<TemplateKind> {
    let masked = mask(span.text(text))?;
    let at = (broken.span.start - span.start) as usize;
    let in_mark = masked.marks.iter().any(|mark| mark.start <= at && at < mark.end);
    // The same trouble without the marks is no template's.
    if !in_mark && parse_masked(text, span, &masked).is_err_and(|other| other == *broken) {
        return None;
    }
    Some(masked.structure.unwrap_or(TemplateKind::Go))
}

/// The tree of a document in plain block style; none where the full parser must look.
fn parse_block(text: &str, span: Span) -> Option<Tree<'_>> {
    let document = span.text(text);
    let comments = memchr::memmem::find(document.as_bytes(), b"plimsoll:").is_some();
    let mut builder = Builder::new(text, span.start, &[]);
    builder.tree.nodes.reserve(document.len() / 14);
    super::block::read(document, &mut builder, comments).ok()?;
    builder.tree.end = span.end;
    builder.finish().ok()
}

impl<'s> Builder<'s, '_> {
    fn run(mut self, input: &str, json: bool) -> Result<Tree<'s>, Broken> {
        self.tree.nodes.reserve(input.len() / 16);
        let comments = memchr::memmem::find(input.as_bytes(), b"plimsoll:").is_some();
        let base = self.base;
        let shift = |span: Span| Span { start: span.start + base, end: span.end + base };
        let place = |broken: Broken| Broken { span: shift(broken.span), ..broken };
        let mut events = Events::new(Scanner::new(input, json, comments).map_err(place)?);
        loop {
            let (event, span) = events.next().map_err(place)?;
            let span = shift(span);
            match event {
                Event::Scalar(value, style, properties) => self.scalar(input, value, style, &properties, span)?,
                Event::Mapping { flow, properties } => self.open(Kind::Map, flow, properties.anchor, span),
                Event::Sequence { flow, properties } => self.open(Kind::Seq, flow, properties.anchor, span),
                Event::MappingEnd => self.close_mapping(span)?,
                Event::SequenceEnd => self.close_sequence(span),
                Event::Alias(name) => self.alias(name, span)?,
                Event::End => {
                    self.tree.end = span.start;
                    break;
                }
            }
        }
        let comments = events.scanner.into_comments().into_iter();
        self.tree.comments = comments.map(|span| Comment { span: shift(span) }).collect();
        self.finish()
    }

    fn scalar(
        &mut self,
        input: &str,
        mut value: Cow<'_, str>,
        style: Style,
        properties: &Properties<'_>,
        span: Span,
    ) -> Result<(), Broken> {
        let plain = style == Style::Plain;
        let tag = properties.tag.as_deref();
        let kind = if !self.masked.is_empty() && self.is_masked(span) {
            Kind::Unknown
        } else if plain || tag.is_some() {
            meaning(tag, &mut value).map_err(|message| Broken { span, message })?
        } else {
            Kind::Str
        };
        let flags = if plain { PLAIN } else { 0 } | self.merge_flag(&value, plain, tag);
        let text = self.text_of(input, value);
        let id = self.push_scalar(kind, span, flags, text);
        self.remember(properties.anchor, id, Some(1));
        Ok(())
    }

    fn is_masked(&self, span: Span) -> bool {
        let (start, end) = ((span.start - self.base) as usize, (span.end - self.base) as usize);
        let first = self.masked.partition_point(|m| m.end <= start);
        self.masked.get(first).is_some_and(|m| m.start < end)
    }

    /// Most scalars are slices of the text itself; only escapes and folded lines need a copy.
    fn text_of(&mut self, input: &str, value: Cow<'_, str>) -> (u32, u32) {
        let offset = (value.as_ptr() as usize).wrapping_sub(input.as_ptr() as usize);
        if offset <= input.len() && offset + value.len() <= input.len() {
            let span = Span::new(self.base as usize + offset, self.base as usize + offset + value.len());
            (span.start, span.end - span.start)
        } else if value.is_empty() {
            (0, 0)
        } else {
            self.tree.owned.push(value.into_owned());
            (Span::new(self.tree.owned.len() - 1, 0).start, OWNED)
        }
    }

    fn alias(&mut self, name: &str, span: Span) -> Result<(), Broken> {
        let Some(&(target, steps)) = self.anchors.get(name) else {
            return Err(Broken { span, message: format!("no anchor `&{name}` stands above this alias") });
        };
        let Some(steps) = steps else {
            return Err(Broken { span, message: format!("the value of the anchor `&{name}` contains itself") });
        };
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
