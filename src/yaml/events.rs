//! Tokens into events, by a grammar with its own stack: nesting is bounded by memory, not by the call stack.
//! What is accepted where is go.yaml.in/yaml/v2's choice; see `scan`.

mod flow;

use std::borrow::Cow;
use std::collections::HashMap;

use super::parse::Broken;
use super::scan::{Kind, RawTag, Scanner, Style, Token};
use crate::source::Span;

/// What stands before a node.
#[derive(Debug, Default)]
pub(super) struct Properties<'i> {
    pub(super) anchor: Option<&'i str>,
    /// Resolved: `tag:yaml.org,2002:str`.
    pub(super) tag: Option<String>,
}

#[derive(Debug)]
pub(super) enum Event<'i> {
    Scalar(Cow<'i, str>, Style, Properties<'i>),
    Alias(&'i str),
    Mapping {
        flow: bool,
        properties: Properties<'i>,
    },
    MappingEnd,
    Sequence {
        flow: bool,
        properties: Properties<'i>,
    },
    SequenceEnd,
    /// The document is complete; what follows is another's.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequence { first: bool },
    IndentlessSequence,
    BlockMappingKey { first: bool },
    BlockMappingValue,
    FlowSequence { first: bool },
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingKey { first: bool },
    FlowMappingValue { empty: bool },
}

pub(super) struct Events<'i> {
    pub(super) scanner: Scanner<'i>,
    state: State,
    states: Vec<State>,
    /// Handles that `%TAG` directives declared.
    tags: HashMap<String, String>,
}

type Next<'i> = Result<(Event<'i>, Span), Broken>;

fn empty<'i>(at: u32) -> (Event<'i>, Span) {
    (Event::Scalar(Cow::Borrowed(""), Style::Plain, Properties::default()), Span { start: at, end: at })
}

impl<'i> Events<'i> {
    pub(super) fn new(scanner: Scanner<'i>) -> Self {
        Self { scanner, state: State::DocumentStart, states: Vec::new(), tags: HashMap::new() }
    }

    pub(super) fn next(&mut self) -> Next<'i> {
        match self.state {
            State::DocumentStart => self.document_start(),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequence { first } => self.block_sequence(first),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockMappingKey { first } => self.block_mapping_key(first),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequence { first } => self.flow_sequence(first),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.state = State::FlowSequence { first: false };
                let at = self.peek()?.span.start;
                Ok((Event::MappingEnd, Span { start: at, end: at }))
            }
            State::FlowMappingKey { first } => self.flow_mapping_key(first),
            State::FlowMappingValue { empty } => self.flow_mapping_value(empty),
        }
    }

    fn peek(&mut self) -> Result<&Token<'i>, Broken> {
        self.scanner.peek()
    }

    fn take(&mut self) -> Result<Token<'i>, Broken> {
        self.scanner.take()
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    fn unexpected(&mut self, expected: &str) -> Broken {
        let token = match self.peek() {
            Ok(token) => token.clone(),
            Err(broken) => return broken,
        };
        if token.kind == Kind::StreamEnd
            && let Some(at) = self.scanner.open_bracket()
        {
            return Broken { span: Span::new(at, at + 1), message: "the bracket is never closed".to_owned() };
        }
        Broken { span: token.span, message: format!("expected {expected}") }
    }

    fn document_start(&mut self) -> Next<'i> {
        let mut version = false;
        let mut directives: Option<Span> = None;
        loop {
            let span = self.peek()?.span;
            let broken = |message: &str| Broken { span, message: message.to_owned() };
            match &self.peek()?.kind {
                Kind::Version(_) if version => return Err(broken("a second `%YAML` directive")),
                Kind::Version(false) => return Err(broken("the API server's decoder reads YAML 1.1 alone")),
                Kind::Version(true) => version = true,
                Kind::TagDirective(tag) => {
                    let RawTag { handle, suffix } = (**tag).clone();
                    if self.tags.insert(handle, suffix).is_some() {
                        return Err(broken("a second `%TAG` directive for this handle"));
                    }
                }
                _ => break,
            }
            directives.get_or_insert(span);
            self.take()?;
        }
        let token = self.peek()?;
        let span = token.span;
        match token.kind {
            Kind::DocumentStart => {
                self.take()?;
                self.state = State::DocumentContent;
                self.states.push(State::DocumentEnd);
                self.next()
            }
            Kind::StreamEnd if directives.is_none() => Ok((Event::End, span)),
            _ => {
                if let Some(span) = directives {
                    let message = "a directive wants `---` behind it, and there kubectl cuts: it takes no directives";
                    return Err(Broken { span, message: message.to_owned() });
                }
                self.state = State::BlockNode;
                self.states.push(State::DocumentEnd);
                self.next()
            }
        }
    }

    fn document_content(&mut self) -> Next<'i> {
        let token = self.peek()?;
        let nothing = matches!(
            token.kind,
            Kind::Version(_) | Kind::TagDirective(_) | Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd
        );
        if nothing {
            let at = token.span.start;
            self.pop();
            return Ok(empty(at));
        }
        self.node(true, false)
    }

    fn document_end(&mut self) -> Next<'i> {
        let token = self.peek()?;
        let span = token.span;
        if token.kind == Kind::DocumentEnd {
            return Ok((Event::End, Span { start: span.end, end: span.end }));
        }
        Ok((Event::End, Span { start: span.start, end: span.start }))
    }

    fn properties(&mut self) -> Result<(Properties<'i>, Option<Span>), Broken> {
        let mut properties = Properties::default();
        let mut span: Option<Span> = None;
        loop {
            let token = self.peek()?;
            let here = token.span;
            match &token.kind {
                Kind::Anchor(name) if properties.anchor.is_none() => properties.anchor = Some(name),
                Kind::Tag(tag) if properties.tag.is_none() => {
                    let tag = tag.clone();
                    properties.tag = Some(self.resolve_tag(&tag, here)?);
                }
                _ => return Ok((properties, span)),
            }
            span = Some(Span { start: span.map_or(here.start, |s| s.start), end: here.end });
            self.take()?;
        }
    }

    fn resolve_tag(&self, tag: &RawTag, span: Span) -> Result<String, Broken> {
        let prefix = match self.tags.get(&tag.handle) {
            _ if tag.handle.is_empty() => "",
            Some(declared) => declared,
            None if tag.handle == "!" => "!",
            None if tag.handle == "!!" => "tag:yaml.org,2002:",
            None => return Err(Broken { span, message: format!("no `%TAG` directive declares `{}`", tag.handle) }),
        };
        Ok(format!("{prefix}{}", tag.suffix))
    }

    fn node(&mut self, block: bool, indentless: bool) -> Next<'i> {
        let token = self.peek()?;
        if let Kind::Alias(name) = token.kind {
            let span = token.span;
            self.take()?;
            self.pop();
            return Ok((Event::Alias(name), span));
        }
        let (properties, before) = match token.kind {
            Kind::Anchor(_) | Kind::Tag(_) => self.properties()?,
            _ => (Properties::default(), None),
        };
        let token = self.peek()?;
        let span = token.span;
        let (state, event) = match token.kind {
            Kind::BlockEntry if indentless => (State::IndentlessSequence, Event::Sequence { flow: false, properties }),
            Kind::Scalar(..) => {
                self.pop();
                let token = self.take()?;
                let Kind::Scalar(text, style) = token.kind else { return Err(self.unexpected("a value")) };
                return Ok((Event::Scalar(text, style, properties), span));
            }
            Kind::FlowSequence => (State::FlowSequence { first: true }, Event::Sequence { flow: true, properties }),
            Kind::FlowMapping => (State::FlowMappingKey { first: true }, Event::Mapping { flow: true, properties }),
            Kind::BlockSequence if block => {
                (State::BlockSequence { first: true }, Event::Sequence { flow: false, properties })
            }
            Kind::BlockMapping if block => {
                (State::BlockMappingKey { first: true }, Event::Mapping { flow: false, properties })
            }
            _ => match before {
                Some(before) => {
                    self.pop();
                    let at = Span { start: before.end, end: before.end };
                    return Ok((Event::Scalar(Cow::Borrowed(""), Style::Plain, properties), at));
                }
                None => return Err(self.unexpected("a value")),
            },
        };
        self.state = state;
        Ok((event, span))
    }

    /// The node that comes, unless one of `stop` does: then nothing is written there.
    fn node_or_empty(
        &mut self,
        after: State,
        block: bool,
        indentless: bool,
        stop: fn(&Kind<'_>) -> bool,
        at: u32,
    ) -> Next<'i> {
        if stop(&self.peek()?.kind) {
            self.state = after;
            return Ok(empty(at));
        }
        self.states.push(after);
        self.node(block, indentless)
    }

    fn block_sequence(&mut self, first: bool) -> Next<'i> {
        if first {
            self.take()?;
        }
        let token = self.peek()?;
        let span = token.span;
        match token.kind {
            Kind::BlockEntry => {
                self.take()?;
                let stop = |k: &Kind<'_>| matches!(k, Kind::BlockEntry | Kind::BlockEnd);
                self.node_or_empty(State::BlockSequence { first: false }, true, false, stop, span.end)
            }
            Kind::BlockEnd => {
                self.take()?;
                self.pop();
                Ok((Event::SequenceEnd, span))
            }
            _ => Err(self.unexpected("`-` in line with the items above")),
        }
    }

    fn indentless_sequence(&mut self) -> Next<'i> {
        let token = self.peek()?;
        let span = token.span;
        if token.kind == Kind::BlockEntry {
            self.take()?;
            let stop = |k: &Kind<'_>| matches!(k, Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd);
            return self.node_or_empty(State::IndentlessSequence, true, false, stop, span.end);
        }
        self.pop();
        Ok((Event::SequenceEnd, Span { start: span.start, end: span.start }))
    }

    fn block_mapping_key(&mut self, first: bool) -> Next<'i> {
        if first {
            self.take()?;
        }
        let token = self.peek()?;
        let span = token.span;
        match token.kind {
            Kind::Key => {
                self.take()?;
                let stop = |k: &Kind<'_>| matches!(k, Kind::Key | Kind::Value | Kind::BlockEnd);
                self.node_or_empty(State::BlockMappingValue, true, true, stop, span.end)
            }
            Kind::BlockEnd => {
                self.take()?;
                self.pop();
                Ok((Event::MappingEnd, span))
            }
            _ => Err(self.unexpected("a key in line with the keys above")),
        }
    }

    fn block_mapping_value(&mut self) -> Next<'i> {
        let token = self.peek()?;
        let span = token.span;
        let after = State::BlockMappingKey { first: false };
        if token.kind == Kind::Value {
            self.take()?;
            let stop = |k: &Kind<'_>| matches!(k, Kind::Key | Kind::Value | Kind::BlockEnd);
            return self.node_or_empty(after, true, true, stop, span.end);
        }
        self.state = after;
        Ok(empty(span.start))
    }
}
