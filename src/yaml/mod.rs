//! Text in, spanned tree out, and it means what sigs.k8s.io/yaml would hand the API server.
//! `split` finds the documents as kubectl does, `parse` builds one tree each, `Slot` asks it questions.

mod alone;
mod block;
mod build;
mod comment;
mod edit;
pub mod emit;
mod events;
mod flow;
mod json;
mod object;
mod parse;
mod path;
mod placeholder;
mod scalar;
mod scan;
mod slot;
mod split;
mod survey;
mod template;
mod tree;
mod typed;

pub use edit::{Change, Edit, Editor, Planned, Value, edits};
pub use object::parse_object;
pub use parse::{Broken, MAX_DEPTH, parse, parse_full, template_kind};
pub use placeholder::{blank_placeholders, contains_placeholder};
pub use slot::{Entries, Items, Place, Slot};
pub(crate) use split::documents_after_mark;
pub use split::{RawDocument, documents, has_content};
pub use template::TemplateKind;
pub use tree::{Comment, Duplicate, Entry, Kind, NodeId, Tree};
pub use typed::Typed;
