//! A container's command line as the options and assignments that it gives, shell scripts included.

use super::container::Container;
use crate::yaml::Slot;

/// An option or variable with its value on the command line: `--password=x`, `--password x`, `PASSWORD=x`.
#[derive(Clone, Copy, Debug)]
pub struct Given<'t> {
    /// The item of `command` or `args` with the value.
    pub slot: Slot<'t>,
    /// The name, without dashes.
    pub name: &'t str,
    /// The value, without quotes.
    pub value: &'t str,
    /// The word that it stands in: the assignment, or the value alone.
    pub word: &'t str,
}

/// What the command line gives, in its order. A script is read word by word; what it computes is not known.
pub fn given(container: Container<'_>) -> Vec<Given<'_>> {
    let mut found = Vec::new();
    let mut waiting: Option<&str> = None;
    for slot in ["command", "args"].into_iter().flat_map(|list| container.at(list).items()) {
        for word in slot.as_str().into_iter().flat_map(words) {
            let dashed = word.starts_with('-');
            if let Some(name) = waiting.take().filter(|_| !dashed) {
                found.push(Given { slot, name, value: word, word });
                continue;
            }
            let bare = word.trim_start_matches('-');
            match bare.split_once('=') {
                Some((name, value)) if dashed || is_variable(name) => {
                    found.push(Given { slot, name, value: value.trim_matches(QUOTES), word });
                }
                None if dashed && bare.len() > 1 => waiting = Some(bare),
                _ => {}
            }
        }
    }
    found
}

const QUOTES: [char; 3] = ['"', '\'', ';'];

/// The words of an item: itself, or those of a script without its comments.
fn words(item: &str) -> impl Iterator<Item = &str> {
    let script = item.contains(char::is_whitespace);
    let whole = (!script).then_some(item);
    let lines = item.lines().filter(move |line| script && !line.trim_start().starts_with('#'));
    whole.into_iter().chain(lines.flat_map(str::split_whitespace)).map(|word| word.trim_matches(QUOTES))
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
