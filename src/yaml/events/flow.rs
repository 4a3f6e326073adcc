//! The grammar inside brackets.

use super::{Event, Events, Kind, Next, Properties, State, empty};

impl<'i> Events<'i> {
    pub(super) fn flow_sequence(&mut self, first: bool) -> Next<'i> {
        if first {
            self.take()?;
        }
        if self.peek()?.kind != Kind::FlowSequenceEnd {
            if !first {
                if self.peek()?.kind != Kind::FlowEntry {
                    return Err(self.unexpected("`,` or `]`"));
                }
                self.take()?;
            }
            let token = self.peek()?;
            let span = token.span;
            if token.kind == Kind::Key {
                self.take()?;
                self.state = State::FlowPairKey;
                return Ok((Event::Mapping { flow: true, properties: Properties::default() }, span));
            }
            if token.kind != Kind::FlowSequenceEnd {
                self.states.push(State::FlowSequence { first: false });
                return self.node(false, false);
            }
        }
        let span = self.take()?.span;
        self.pop();
        Ok((Event::SequenceEnd, span))
    }

    pub(super) fn flow_pair_key(&mut self) -> Next<'i> {
        let token = self.peek()?;
        let span = token.span;
        if matches!(token.kind, Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd) {
            // The decoder takes the token away, whichever it is.
            self.take()?;
            self.state = State::FlowPairValue;
            return Ok(empty(span.end));
        }
        self.states.push(State::FlowPairValue);
        self.node(false, false)
    }

    pub(super) fn flow_pair_value(&mut self) -> Next<'i> {
        if self.peek()?.kind == Kind::Value {
            self.take()?;
            if !matches!(self.peek()?.kind, Kind::FlowEntry | Kind::FlowSequenceEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(false, false);
            }
        }
        self.state = State::FlowPairEnd;
        Ok(empty(self.peek()?.span.start))
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Next<'i> {
        if first {
            self.take()?;
        }
        if self.peek()?.kind != Kind::FlowMappingEnd {
            if !first {
                if self.peek()?.kind != Kind::FlowEntry {
                    return Err(self.unexpected("`,` or `}`"));
                }
                self.take()?;
            }
            if self.peek()?.kind == Kind::Key {
                self.take()?;
                let at = self.peek()?.span.start;
                let stop = |k: &Kind<'_>| matches!(k, Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd);
                return self.node_or_empty(State::FlowMappingValue { empty: false }, false, false, stop, at);
            }
            if self.peek()?.kind != Kind::FlowMappingEnd {
                self.states.push(State::FlowMappingValue { empty: true });
                return self.node(false, false);
            }
        }
        let span = self.take()?.span;
        self.pop();
        Ok((Event::MappingEnd, span))
    }

    pub(super) fn flow_mapping_value(&mut self, nothing: bool) -> Next<'i> {
        let after = State::FlowMappingKey { first: false };
        let mut at = self.peek()?.span.start;
        if !nothing && self.peek()?.kind == Kind::Value {
            self.take()?;
            let token = self.peek()?;
            at = token.span.start;
            if !matches!(token.kind, Kind::FlowEntry | Kind::FlowMappingEnd) {
                self.states.push(after);
                return self.node(false, false);
            }
        }
        self.state = after;
        Ok(empty(at))
    }
}
