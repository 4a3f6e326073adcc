//! Source lines with labels under them, in a frame. Whatever a line holds, it takes the columns there are, is safe to
//! print, and what points at it points at the right character. The cost depends on the columns, not on the line.

use std::io::{self, Write};

use super::paint::{Glyphs, Paint, Tint};
use super::text::{clean, cut_start, push_clean, width, wrap};
use crate::source::{HIDDEN, LineIndex, Region};

/// A place to point at.
pub(super) struct Label<'a> {
    pub(super) region: Region,
    pub(super) text: &'a str,
    /// Of the finding's own place; another's otherwise.
    pub(super) primary: bool,
    pub(super) tint: Tint,
}

/// Draws the lines of one file that have labels. In the frame's top stand their place and whose they are.
pub(super) fn draw(
    out: &mut dyn Write,
    paint: Paint,
    columns: usize,
    lines: &LineIndex<'_>,
    (place, of): (&str, &str),
    labels: &mut [Label<'_>],
) -> io::Result<()> {
    labels.sort_by_key(|l| (l.region.start, l.region.end));
    let last = labels.last().map_or(1, |l| l.region.start.line);
    let gutter = last.to_string().len().max(2);
    let g = paint.glyphs;
    let place = cut_start(place, columns.saturating_sub(gutter + 6), g.dots);
    let mut top = format!("{:gutter$}  {}{}[{place}]", "", g.corner, g.line);
    if width(&top) + 1 + width(of) <= columns {
        top.push(' ');
        top.push_str(of);
    }
    writeln!(out, "{}", paint.tint(Tint::Dim, top.trim_end()))?;
    let room = columns.saturating_sub(gutter + 4).max(16);
    let mut previous = None;
    for group in labels.chunk_by(|a, b| a.region.start.line == b.region.start.line) {
        let number = group[0].region.start.line;
        if previous.is_some_and(|p| p + 1 < number) {
            writeln!(out, "{}", paint.tint(Tint::Dim, &format!("{:gutter$}  {}", "", g.gap)))?;
        }
        previous = Some(number);
        let margins = [format!(" {number:>gutter$} {}", g.bar), format!(" {:gutter$} {}", "", g.dot)];
        let [beside, below] = margins.map(|m| paint.tint(Tint::Dim, &m));
        let mut rest = group;
        while !rest.is_empty() {
            let (row, drawn) = Row::new(lines, number, rest, room, paint);
            writeln!(out, "{}", format!("{beside} {}", row.text).trim_end())?;
            for line in row.pointers(room, paint) {
                writeln!(out, "{below} {line}")?;
            }
            rest = &rest[drawn..];
        }
    }
    writeln!(out, "{}", paint.tint(Tint::Dim, &format!("{:gutter$}  {}{2}{2}{2}{2}", "", g.foot, g.line)))
}

/// The part of a line that is shown, and what points at it.
struct Row<'a> {
    text: String,
    marks: Vec<Mark<'a>>,
}

/// A label's columns in its row.
struct Mark<'a> {
    label: &'a Label<'a>,
    start: usize,
    size: usize,
}

impl Mark<'_> {
    fn middle(&self) -> usize {
        self.start + (self.size - 1) / 2
    }
}

impl<'a> Row<'a> {
    /// The window of a line around the first label, with all the labels that start in it and do not overlap; and how
    /// many these are.
    fn new(lines: &LineIndex<'_>, number: u32, labels: &'a [Label<'a>], room: usize, paint: Paint) -> (Self, usize) {
        let line = lines.line(number);
        let start = lines.line_start(number);
        let place = |l: &Label<'_>| {
            let from = floor(line, l.region.start.offset.saturating_sub(start));
            // What goes on below is marked to the end of its first line.
            let to = if l.region.end.line == number { l.region.end.offset.saturating_sub(start) } else { line.len() };
            (from, floor(line, to).max(from))
        };
        let shown = Shown::new(line, place(&labels[0]), room, paint.glyphs);
        let mut marks: Vec<Mark<'a>> = Vec::new();
        for label in labels {
            let (from, to) = place(label);
            let Some(from) = shown.column(from) else { break };
            // A label that has no room beside the others gets a row of its own.
            if marks.last().is_some_and(|m| from < m.start + m.size || from + 20 > room) {
                break;
            }
            let end = shown.column(to).unwrap_or(shown.columns);
            marks.push(Mark { label, start: from, size: end.saturating_sub(from).max(1) });
        }
        let drawn = marks.len().max(1);
        (Self { text: shown.text, marks }, drawn)
    }

    /// The lines below the source line: what is marked, then each label's text, the last first.
    fn pointers(&self, room: usize, paint: Paint) -> Vec<String> {
        let g = paint.glyphs;
        let mut under = String::new();
        let mut column = 0;
        for mark in &self.marks {
            under.extend(std::iter::repeat_n(' ', mark.start - column));
            let tee = if mark.label.text.is_empty() { g.under } else { g.tee };
            let before = mark.middle() - mark.start;
            let line = |n| std::iter::repeat_n(g.under, n).collect::<String>();
            let drawn = format!("{}{tee}{}", line(before), line(mark.size - before - 1));
            under += &paint.tint(mark.label.tint, &drawn);
            column = mark.start + mark.size;
        }
        let mut rows = vec![under];
        for (at, mark) in self.marks.iter().enumerate().rev().filter(|(_, m)| !m.label.text.is_empty()) {
            let before: Vec<_> = self.marks[..at].iter().filter(|m| !m.label.text.is_empty()).collect();
            rows.extend(texts(mark, &before, room, paint));
        }
        rows
    }
}

/// The text of a label on as many lines as it needs: right of its hook, or left where there is more room.
fn texts(mark: &Mark<'_>, before: &[&Mark<'_>], room: usize, paint: Paint) -> Vec<String> {
    let g = paint.glyphs;
    let (text, tint) = (clean(mark.label.text), mark.label.tint);
    let middle = mark.middle();
    let (right, left) = (room.saturating_sub(middle + 4), middle.saturating_sub(4));
    let on_left = before.is_empty() && width(&text) > right && left > right;
    let space = if on_left { left } else { right };
    // The end of a field's path tells; a sentence is wanted whole.
    let parts =
        if mark.label.primary { vec![cut_start(&text, space, g.dots).into_owned()] } else { wrap(&text, space, space) };
    let widest = parts.iter().map(|p| width(p)).max().unwrap_or_default();
    let line = |(n, part): (usize, &String)| {
        let part = paint.tint(tint, part);
        if on_left {
            let pad = " ".repeat(middle.saturating_sub(3 + widest));
            let hook = format!("{} {2}{2}{1}", " ".repeat(widest - width(&parts[n])), g.hook_left, g.line);
            return format!("{pad}{part}{}", if n == 0 { paint.tint(tint, &hook) } else { String::new() });
        }
        let mut row = String::new();
        let mut column = 0;
        for other in before {
            row += &" ".repeat(other.middle() - column);
            row += &paint.tint(other.label.tint, &g.bar.to_string());
            column = other.middle() + 1;
        }
        let hook = if n == 0 { paint.tint(tint, &format!("{0}{1}{1} ", g.hook, g.line)) } else { " ".repeat(4) };
        format!("{row}{}{hook}{part}", " ".repeat(middle - column))
    };
    parts.iter().enumerate().map(line).collect()
}

/// The byte offset, no further than the line's end, and not inside a character.
fn floor(line: &str, at: usize) -> usize {
    let mut at = at.min(line.len());
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A line, or the part of it around a place, as it is printed: tabs as spaces, unsafe characters written out.
struct Shown {
    text: String,
    columns: usize,
    /// Of each character that is shown, its offset in the line and in `text`.
    offsets: Vec<(usize, usize)>,
}

const TAB: usize = 4;

impl Shown {
    fn new(line: &str, place: (usize, usize), room: usize, glyphs: &Glyphs) -> Self {
        let shown = Self::from(line, window(line, place, room), room, glyphs);
        // What stands before the place may take more columns than its characters.
        if shown.column(place.0).is_some() { shown } else { Self::from(line, place.0, room, glyphs) }
    }

    /// What fits from byte `start` on.
    fn from(line: &str, start: usize, room: usize, glyphs: &Glyphs) -> Self {
        let dots = glyphs.dots;
        let text = if start > 0 { dots.to_owned() } else { String::new() };
        let mut masked = false;
        let mut shown = Self { columns: width(&text), text, offsets: Vec::new() };
        for (at, c) in line[start..].char_indices() {
            // However long a secret is, it looks the same.
            if std::mem::replace(&mut masked, c == HIDDEN) && masked {
                continue;
            }
            shown.offsets.push((start + at, shown.text.len()));
            match c {
                HIDDEN => shown.text += glyphs.mask,
                '\t' => shown.text += &" ".repeat(TAB - shown.columns % TAB),
                c => push_clean(&mut shown.text, c),
            }
            // As a whole, because characters may join.
            shown.columns = width(&shown.text);
            if shown.columns > room || shown.offsets.len() > 4 * room {
                shown.cut(room.saturating_sub(width(dots)));
                shown.text += dots;
                return shown;
            }
        }
        shown.offsets.push((line.len(), shown.text.len()));
        shown
    }

    /// Takes characters off the end until `room` holds the rest.
    fn cut(&mut self, room: usize) {
        while self.columns > room {
            let Some((_, at)) = self.offsets.pop() else { break };
            self.text.truncate(at);
            self.columns = width(&self.text);
        }
    }

    /// The column of a byte of the line; none outside what is shown.
    fn column(&self, at: usize) -> Option<usize> {
        let found = self.offsets.binary_search_by_key(&at, |o| o.0).ok()?;
        Some(width(&self.text[..self.offsets[found].1]))
    }
}

/// Where to begin showing a line so that the place is seen with a third of the room before it.
fn window(line: &str, (from, to): (usize, usize), room: usize) -> usize {
    let taken = line[from..to].chars().take(room).count().min(room / 2);
    let before = |limit: usize| {
        let mut used = 0;
        let found = line[..from].char_indices().rev().find(|(_, c)| {
            used += if *c == '\t' { TAB } else { 1 + usize::from(!c.is_ascii()) };
            used > limit
        });
        found.map_or(0, |(at, c)| at + c.len_utf8())
    };
    if before(room.saturating_sub(taken + 2)) == 0 { 0 } else { before(room / 3) }
}
