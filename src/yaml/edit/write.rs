//! A plan into edits of the text.

use super::Edit;
use super::plan::Plan;
use super::style::Style;
use super::value::{Flow, Model, word};
use crate::source::Span;
use crate::yaml::{Entry, Kind, NodeId, Tree};

pub(super) struct Writer<'a, 's> {
    pub(super) tree: &'a Tree<'s>,
    pub(super) style: Style,
    pub(super) plan: &'a Plan,
}

/// An edit, and where it stands among those that insert at the same byte: what is deeper comes first.
pub(super) struct Piece {
    span: Span,
    depth: usize,
    text: String,
}

pub(super) fn piece(start: usize, end: usize, text: impl Into<String>) -> Piece {
    Piece { span: Span::new(start, end), depth: 0, text: text.into() }
}

/// None where something cannot be written.
type Written = Option<Vec<Piece>>;

impl Writer<'_, '_> {
    pub(super) fn edits(&self) -> Result<Vec<Edit>, &'static str> {
        let edits = self.pieces().and_then(join).ok_or(super::UNWRITTEN)?;
        self.keeps_comments(&edits)?;
        Ok(edits)
    }

    fn pieces(&self) -> Written {
        let plan = self.plan;
        let mut pieces = Vec::new();
        for (&map, fields) in &plan.fields {
            pieces.extend(if self.tree.is_flow(map) {
                self.extend_flow(map, fields)?
            } else {
                self.extend_block(map, fields)?
            });
        }
        for (&node, model) in &plan.values {
            pieces.extend(self.replace(node, model)?);
        }
        for (&list, items) in &plan.items {
            pieces.extend(self.append(list, items)?);
        }
        for &place in &plan.removed {
            pieces.push(self.remove(place)?);
        }
        for (&key, name) in &plan.renamed {
            let span = self.tree.span(key);
            pieces.push(Piece { span, depth: 0, text: word(name, self.tree.quote(key)) });
        }
        Some(pieces)
    }

    /// New lines behind the last entry of a block mapping.
    fn extend_block(&self, map: NodeId, fields: &[(String, Model)]) -> Written {
        let tree = self.tree;
        let first = tree.written_entries(map).first()?;
        let indent = tree.column(tree.entry_start(first.key));
        let mut text = String::new();
        self.style.block(tree, map).fields(fields, indent, &mut text);
        Some(vec![self.below(map, indent * 2, text)?])
    }

    /// Lines, each with its line break before it, below the last line of what stays of a block collection.
    fn below(&self, node: NodeId, depth: usize, text: String) -> Option<Piece> {
        let (leaf, end) = self.last(node)?;
        let source = self.tree.text();
        // Of `|+` the blank lines belong to the text.
        let span = self.tree.span(leaf);
        let keeps = self.tree.is_block_scalar(leaf)
            && source[span.start as usize..self.tree.line_end(span.start as usize)].contains('+');
        let at = self.tree.line_end(end);
        if keeps && at < source.len() {
            let newline = self.tree.newline(span.start as usize);
            let text = format!("{}{newline}", text.strip_prefix(newline)?);
            let rest = source[at..].trim_start_matches([' ', '\n', '\r']);
            let next = source.len() - rest.len();
            let at = if rest.is_empty() { next } else { self.tree.line_start(next) };
            return Some(Piece { depth, ..piece(at, at, text) });
        }
        Some(Piece { depth, ..piece(at, at, text) })
    }

    /// The last node that stays in a block collection, and where its text ends.
    fn last(&self, node: NodeId) -> Option<(NodeId, usize)> {
        let (tree, plan) = (self.tree, self.plan);
        let mut node = node;
        loop {
            if let Some(model) = plan.values.get(&node)
                && !model.is_collection_with_parts()
                && matches!(tree.kind(node), Kind::Map | Kind::Seq)
                && !tree.is_flow(node)
            {
                return Some((node, tree.colon(tree.entry_of(node)?.key)?));
            }
            let stays = |key: &NodeId| !plan.removed.contains(key);
            node = match tree.kind(node) {
                Kind::Map if !tree.is_flow(node) => {
                    let entry = tree.written_entries(node).iter().rev().find(|e| stays(&e.key))?;
                    let at_key = tree.span(entry.value).end < tree.span(entry.key).end;
                    if at_key { entry.key } else { entry.value }
                }
                Kind::Seq if !tree.is_flow(node) => *tree.items(node).iter().rev().find(|i| stays(i))?,
                _ => return Some((node, tree.last_byte(node))),
            };
        }
    }

    fn extend_flow(&self, map: NodeId, fields: &[(String, Model)]) -> Written {
        let tree = self.tree;
        let entries = tree.written_entries(map);
        let Some(last) = entries.iter().rev().find(|e| !self.plan.removed.contains(&e.key)) else {
            return if entries.is_empty() { self.replace(map, &Model::Map(fields.to_vec())) } else { None };
        };
        let flow = self.laid_out(map);
        let indent = flow.step.map_or(0, |_| tree.column(tree.span(entries[0].key).start as usize));
        let text = |(key, value): &(String, Model)| format!("{}{}", flow.key(key), flow.text(value, indent));
        Some(self.add(self.entry_end(*last), flow, indent, fields.iter().map(text)))
    }

    /// The flow style of a collection: one entry a line, where its entries stand so.
    fn laid_out(&self, node: NodeId) -> Flow {
        let (tree, flow) = (self.tree, Style::flow(self.tree, node));
        let first = tree.items(node).first().copied().or_else(|| tree.written_entries(node).first().map(|e| e.key));
        let open = tree.span(node).start as usize;
        let lines = |first: NodeId| tree.text()[open..tree.span(first).start as usize].contains(['\n', '\r']);
        if !first.is_some_and(lines) {
            return flow;
        }
        let inner = first.map_or(0, |f| tree.column(tree.span(f).start as usize));
        let line = tree.line_start(open);
        let outer = tree.text()[line..].len() - tree.text()[line..].trim_start_matches([' ', '\t']).len();
        let step = inner.checked_sub(outer).filter(|&s| s > 0 && flow.quotes);
        let blank =
            if tree.text()[..first.map_or(0, |f| tree.span(f).start as usize)].ends_with('\t') { '\t' } else { ' ' };
        let step = Some(step.unwrap_or_else(|| self.style.step()));
        Flow { step, blank, newline: tree.newline(open), ..flow }
    }

    fn entry_end(&self, entry: Entry) -> usize {
        let (key, value) = (self.tree.span(entry.key).end, self.tree.span(entry.value).end);
        if value > key {
            return value as usize;
        }
        self.tree.colon(entry.key).unwrap_or(key as usize)
    }

    /// More entries behind the one that ends here.
    fn add(&self, end: usize, flow: Flow, indent: usize, texts: impl Iterator<Item = String>) -> Vec<Piece> {
        let comma = if flow.compact { "," } else { ", " };
        let texts: Vec<_> = texts.collect();
        if flow.step.is_none() {
            return vec![piece(end, end, texts.iter().flat_map(|t| [comma, t.as_str()]).collect::<String>())];
        }
        let line: String = flow.newline.chars().chain(std::iter::repeat_n(flow.blank, indent)).collect();
        let next = self.tree.skip_blank(end);
        let trails = self.tree.text()[next..].starts_with(',');
        let at = if trails { next + 1 } else { end };
        // A comment at the end of the line stays with the entry before.
        let rest = &self.tree.text()[at..self.tree.line_end(at)];
        let below = if rest.trim_start().starts_with('#') { self.tree.line_end(at) } else { at };
        let joined = texts.iter().map(|t| format!("{line}{t}")).collect::<Vec<_>>().join(",");
        match (trails, below == at) {
            (true, _) => vec![piece(below, below, format!("{joined},"))],
            (false, true) => vec![piece(at, at, format!(",{joined}"))],
            (false, false) => vec![piece(at, at, ","), piece(below, below, joined)],
        }
    }

    fn append(&self, list: NodeId, items: &[Model]) -> Written {
        let tree = self.tree;
        let found = tree.items(list);
        let Some(&end) = found.iter().rev().find(|i| !self.plan.removed.contains(i)) else {
            return if found.is_empty() { self.replace(list, &Model::List(items.to_vec())) } else { None };
        };
        let quotes = tree.quote(end);
        if tree.is_flow(list) {
            let flow = self.laid_out(list);
            let indent = flow.step.map_or(0, |_| tree.column(tree.span(found[0]).start as usize));
            let text = |item: &Model| match item {
                Model::Text(text) if quotes.is_some() => word(text, quotes),
                _ => flow.text(item, indent),
            };
            return Some(self.add(tree.span(end).end as usize, flow, indent, items.iter().map(text)));
        }
        let dash = tree.dash(list, 0)?;
        let indent = tree.column(dash);
        let block = self.style.block(tree, list);
        let mut text = String::new();
        for item in items {
            text.push_str(block.newline);
            text.extend(std::iter::repeat_n(' ', indent));
            match item {
                Model::Text(item) if quotes.is_some() => text.extend(["- ", &word(item, quotes)]),
                _ => block.item(item, indent, &mut text),
            }
        }
        Some(vec![self.below(list, indent * 2 + 1, text)?])
    }

    fn replace(&self, node: NodeId, model: &Model) -> Written {
        let tree = self.tree;
        let in_block = tree.parent(node).is_some_and(|p| tree.kind(p) == Kind::Map && !tree.is_flow(p));
        let collection = matches!(tree.kind(node), Kind::Map | Kind::Seq);
        if collection && !tree.is_flow(node) {
            return self.empty(node, model);
        }
        let blank =
            tree.kind(node) == Kind::Null || collection && tree.last_byte(node) - tree.span(node).start as usize == 2;
        if in_block
            && blank
            && model.is_collection_with_parts()
            && let Some(pieces) = self.unfold(node, model)
        {
            return Some(pieces);
        }
        Some(vec![self.inline(node, model)?])
    }

    /// A block collection that becomes an empty one.
    fn empty(&self, node: NodeId, model: &Model) -> Written {
        let tree = self.tree;
        if model.is_collection_with_parts() || !model.is_collection() {
            return None;
        }
        let key = tree.entry_of(node)?.key;
        let colon = tree.colon(key)?;
        let end = tree.line_end(colon);
        let between = tree.text()[colon..end].trim();
        if !(between.is_empty() || between.starts_with('#')) {
            return None;
        }
        let last = tree.line_end(tree.last_byte(node));
        let comments = self.comments_below(key, end, last);
        Some(vec![piece(colon, colon, format!(" {}", Flow::PLAIN.text(model, 0))), piece(end, last, comments)])
    }

    /// Block lines below a key, in place of a null or an empty collection.
    fn unfold(&self, node: NodeId, model: &Model) -> Written {
        let tree = self.tree;
        let entry = tree.entry_of(node)?;
        let (span, colon) = (tree.span(node), tree.colon(entry.key)?);
        let written = span.start < span.end;
        let start = if written { span.start as usize } else { colon };
        if !tree.text().get(colon..start)?.trim_matches(' ').is_empty() {
            return None;
        }
        let end = if written { span.end as usize } else { colon };
        let indent = tree.column(tree.entry_start(entry.key));
        let mut text = String::new();
        self.style.block(tree, tree.parent(node)?).value(model, indent, &mut text);
        if !text.starts_with(['\n', '\r']) {
            return Some(vec![piece(colon, end, text)]);
        }
        let at = tree.line_end(end);
        let mut pieces = vec![Piece { depth: indent * 2 + 2, ..piece(at, at, text) }];
        if written {
            pieces.push(piece(colon, end, ""));
        }
        Some(pieces)
    }

    /// A value in the place of a scalar, an alias or a flow collection.
    fn inline(&self, node: NodeId, model: &Model) -> Option<Piece> {
        let tree = self.tree;
        let span = tree.span(node);
        let (mut start, end) = (span.start as usize, tree.last_byte(node));
        let flow = if tree.is_flow(tree.parent(node)?) { Style::flow(tree, node) } else { Flow::PLAIN };
        let text = match model {
            Model::Text(text) if !flow.quotes => word(text, tree.quote(node)),
            _ => flow.text(model, 0),
        };
        let entry = tree.entry_of(node);
        if span.start == span.end {
            let after = entry.map(|e| tree.colon(e.key).ok_or(tree.span(e.key).end as usize));
            return Some(match after {
                Some(Ok(at)) => piece(at, at, if flow.compact { text } else { format!(" {text}") }),
                Some(Err(at)) => piece(at, at, format!(": {text}")),
                None => piece(start, start, format!(" {text}")),
            });
        }
        // A tag says a type, and the new value has another.
        let colon = entry.and_then(|e| tree.colon(e.key)).unwrap_or(start);
        if let Some(tag) = tree.text().get(colon..start)?.find('!') {
            let before = &tree.text()[colon + tag..start];
            if before.contains(['&', '#', '\n', '\r']) {
                return None;
            }
            start = colon + tag;
        }
        Some(piece(start, end, text))
    }

    fn remove(&self, place: NodeId) -> Option<Piece> {
        let tree = self.tree;
        let parent = tree.parent(place)?;
        let parts: Vec<(NodeId, usize)> = match tree.kind(parent) {
            Kind::Map if tree.is_flow(parent) => {
                tree.written_entries(parent).iter().map(|e| (e.key, self.entry_end(*e))).collect()
            }
            Kind::Map => {
                let end = |e: &Entry| tree.last_byte(e.value).max(tree.colon(e.key).unwrap_or_default());
                tree.written_entries(parent).iter().map(|e| (e.key, end(e))).collect()
            }
            _ => tree.items(parent).iter().map(|&i| (i, tree.last_byte(i))).collect(),
        };
        let at = parts.iter().position(|(p, _)| *p == place)?;
        let end = parts[at].1;
        if tree.is_flow(parent) {
            // Those before that go as well take their commas with them.
            let stays = parts[..at].iter().any(|(p, _)| !self.plan.removed.contains(p));
            return Some(match parts.get(at + 1) {
                Some((next, _)) if !stays => {
                    piece(tree.span(place).start as usize, tree.span(*next).start as usize, "")
                }
                _ => piece(parts[at.checked_sub(1)?].1, end, ""),
            });
        }
        let start = self.start(place)?;
        if tree.text()[tree.line_start(start)..start].trim_matches([' ', '\t']).is_empty() {
            return Some(self.lines(start, tree.line_end(end)));
        }
        // It begins on the line of a dash.
        let next = tree.entry_start(parts.get(at + 1)?.0);
        let follows = tree.kind(parent) == Kind::Map && tree.skip_blank(tree.line_end(end)) == next;
        follows.then(|| self.first_of_item(start, next))
    }
}

/// Pieces in text order, those at the same place as one; none where they overlap.
fn join(mut pieces: Vec<Piece>) -> Option<Vec<Edit>> {
    pieces.sort_by(|a, b| (a.span.start, a.span.end, b.depth).cmp(&(b.span.start, b.span.end, a.depth)));
    let mut edits: Vec<Edit> = Vec::new();
    for Piece { span, text, .. } in pieces {
        match edits.last_mut() {
            Some(last) if span.start < last.span.end => return None,
            Some(last) if span.start == last.span.end => {
                last.span.end = span.end;
                last.text.push_str(&text);
            }
            _ => edits.push(Edit { span, text }),
        }
    }
    edits.retain(|e| e.span.start < e.span.end || !e.text.is_empty());
    Some(edits)
}
