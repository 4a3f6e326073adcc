//! Keys without a `?`: known as such only at their `:`.

use super::{Broken, Scan, Scanner};
use crate::source::Span;

/// How long a key without `?` may be, in characters.
const MAX_KEY: usize = 1024;

/// A token that would be a key if a `:` came: at most one for each flow level.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// The queue waits for it. The decoder forgets that where brackets close that held no key of their own: `[]: x`
    /// is an empty list, and then something else.
    pub(super) awaited: bool,
    /// It stands where only a key may stand.
    pub(super) required: bool,
    /// Which token of the stream it is.
    pub(super) token: usize,
    pub(super) at: usize,
    pub(super) line: u32,
    pub(super) column: usize,
}

impl Scanner<'_> {
    pub(super) fn head_may_be_key(&mut self) -> Scan<bool> {
        let head = self.taken;
        if self.keys.len() == 1 && !(self.keys[0].possible && self.keys[0].token == head) {
            return Ok(false);
        }
        // Keys wait in the order of their tokens.
        let first = self.keys.partition_point(|k| k.token < head);
        let found = (first..self.keys.len())
            .take_while(|&i| self.keys[i].token == head)
            .find(|&i| self.keys[i].possible && self.keys[i].awaited);
        found.map_or(Ok(false), |i| self.key_is_valid(i))
    }

    /// A key must end on its line, and soon.
    pub(super) fn key_is_valid(&mut self, i: usize) -> Scan<bool> {
        let key = self.keys[i];
        if !key.possible {
            return Ok(false);
        }
        if self.json || (key.line == self.line && !self.is_long(key.at)) {
            return Ok(true);
        }
        self.drop_key(i)?;
        Ok(false)
    }

    pub(super) fn is_long(&self, from: usize) -> bool {
        self.at - from > MAX_KEY && self.text[from..self.at].chars().count() > MAX_KEY
    }

    /// Gives up a key that might have been.
    pub(super) fn drop_key(&mut self, i: usize) -> Scan {
        let key = self.keys[i];
        if key.possible && key.required {
            let end = self.line_end(key.at);
            let message = if self.is_long(key.at) && key.line == self.line {
                format!("a key longer than {MAX_KEY} characters needs a `?` before it")
            } else {
                "expected a key with `:` behind it".to_owned()
            };
            return Err(Broken { span: Span::new(key.at, end.min(self.at.max(key.at + 1))), message });
        }
        self.keys[i].possible = false;
        Ok(())
    }

    pub(super) fn save_key(&mut self) -> Scan {
        if self.key_allowed {
            let last = self.keys.len() - 1;
            self.drop_key(last)?;
            self.keys[last] = SimpleKey {
                possible: true,
                awaited: true,
                required: self.flow.is_empty() && self.indent == self.column_i(),
                token: self.taken + self.queue.len(),
                at: self.at,
                line: self.line,
                column: self.column(),
            };
        }
        Ok(())
    }

    pub(super) fn remove_key(&mut self) -> Scan {
        self.drop_key(self.keys.len() - 1)
    }
}
