//! What a slot answers when it is asked for a type: absent, unknown, wrong, or the value.

/// A value read as the type that the API wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed<T> {
    /// Not written, or null: the API server sees no value.
    Absent,
    /// A placeholder stands there.
    Unknown,
    /// Written, with a type that the API server refuses.
    Wrong,
    /// This value.
    Is(T),
}

impl<T> Typed<T> {
    /// The value, if there is one of the right type.
    pub fn ok(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}
