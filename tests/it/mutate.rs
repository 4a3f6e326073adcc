//! Tampers with text as a seeded run of chance: bytes that mean something to YAML, put in, taken out and exchanged.

/// Random numbers that are the same on every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// A number below `below`.
    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below.max(1) as u64).unwrap()
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.next(of.len())]
    }
}

const PIECES: [&str; 53] = [
    ":", ": ", " ", "  ", "\n", "- ", "-", "#", " #", "\"", "'", "|", "|-\n", ">", "[", "]", "{", "}", ",", "&a ",
    "*a", "!", "!!str ", "?", "? ", "%", "@", "\t", "\r\n", "\r", "...", "\\", "~", "<<: ", "é", "\u{85}", "\u{feff}",
    "\n\n", "\n ", "{{ x }}", "---\n", "\n---\n", "...\n", "\u{2028}", "|2\n", ">+\n", "\\u12", "!<x> ", "&b", "*b ",
    "0x", ": |\n", "''",
];

/// The text with up to four changes.
pub(crate) fn mutate(text: &str, random: &mut Random) -> String {
    let mut changed = text.to_owned();
    for _ in 0..=random.next(3) {
        let mut at = random.next(changed.len() + 1);
        while !changed.is_char_boundary(at) {
            at -= 1;
        }
        let mut end = (at + random.next(3)).min(changed.len());
        while !changed.is_char_boundary(end) {
            end += 1;
        }
        let piece = if random.next(4) == 0 { "" } else { random.pick(&PIECES) };
        changed.replace_range(at..end, piece);
    }
    changed
}
