//! An image reference as the kubelet reads it: the grammar of distribution/reference, with Docker's defaults.

use crate::yaml::{Slot, Typed, blank_placeholders};

/// A well-formed image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'t> {
    /// The registry as written; none where Docker Hub is meant.
    pub domain: Option<&'t str>,
    /// The repository as written, without the registry.
    pub path: &'t str,
    /// `1.27`
    pub tag: Option<&'t str>,
    /// `sha256:…`
    pub digest: Option<&'t str>,
}

/// Why a text is no image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// Nothing is there.
    Empty,
    /// It holds white space.
    Space,
    /// It begins with a URL's scheme.
    Scheme,
    /// The repository has upper-case letters.
    Uppercase,
    /// It is 64 hexadecimal digits: an image id, not a name.
    Id,
    /// The tag is empty, longer than 128, or has characters that tags do not have.
    Tag,
    /// The digest is not one of sha256, sha384 or sha512 with all its lower-case digits.
    Digest,
    /// A part of the name is empty or has characters that names do not have.
    Name,
    /// The repository is longer than 255.
    Long,
}

impl ImageError {
    /// What is wrong, for messages: `its tag …`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Empty => "it is empty",
            Self::Space => "it holds white space",
            Self::Scheme => "it begins with a URL's scheme",
            Self::Uppercase => "the repository has upper-case letters",
            Self::Id => "64 hexadecimal digits are an image's id, not its name",
            Self::Tag => "the tag is not 1 to 128 letters, digits, `_`, `.` and `-`",
            Self::Digest => "the digest is not `sha256:` with 64 lower-case hexadecimal digits",
            Self::Name => "a part of the name is empty or has characters that names do not have",
            Self::Long => "the repository is longer than 255 characters",
        }
    }
}

impl<'t> Image<'t> {
    /// Reads a reference as `ParseNormalizedNamed` does.
    pub fn parse(text: &'t str) -> Result<Self, ImageError> {
        if text.is_empty() {
            return Err(ImageError::Empty);
        }
        if text.contains(char::is_whitespace) {
            return Err(ImageError::Space);
        }
        if text.contains("://") {
            return Err(ImageError::Scheme);
        }
        if text.len() == 64 && text.bytes().all(is_lower_hex) {
            return Err(ImageError::Id);
        }
        let (rest, digest) = split(text, '@');
        let last = rest.rfind('/').map_or(0, |i| i + 1);
        let (_, tag) = split(&rest[last..], ':');
        let name = tag.map_or(rest, |t| &rest[..rest.len() - t.len() - 1]);
        let (domain, path) = domain(name);
        if path.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(ImageError::Uppercase);
        }
        // A first part that looks like a domain and is none may still be a part of the path: `a_b.c/d`.
        let ok = |path: &str| path.split('/').all(is_path_component);
        if !(ok(path) && domain.is_none_or(is_domain) || ok(name)) {
            return Err(ImageError::Name);
        }
        if path.len() > 255 {
            return Err(ImageError::Long);
        }
        if !tag.is_none_or(is_tag) {
            return Err(ImageError::Tag);
        }
        if !digest.is_none_or(is_digest) {
            return Err(ImageError::Digest);
        }
        Ok(Self { domain, path, tag, digest })
    }

    /// Whether a text that does not parse stands for a reference that someone fills in: `ko` builds what `ko://` names,
    /// and a part in capitals (`PROJECT_ID`) is what documentation writes for the reader's own.
    pub fn is_filled_in(text: &str) -> bool {
        let marks = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        let is_capitals = |part: &str| {
            let part = part.trim_matches(marks);
            let capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
            part.len() > 2 && part.starts_with(|c: char| c.is_ascii_uppercase()) && part.bytes().all(capital)
        };
        let (_, path) = domain(text);
        text.starts_with("ko://") || path.split(['/', ':', '@']).any(is_capitals)
    }

    /// The repository's name on Docker Hub, `library/` left out for the official ones; none for other registries.
    pub fn on_docker_hub(&self) -> Option<&'t str> {
        let hub = matches!(self.domain, None | Some("docker.io" | "index.docker.io" | "registry-1.docker.io"));
        let official = || self.path.strip_prefix("docker/library/").filter(|_| self.domain == Some("public.ecr.aws"));
        if hub { Some(self.path.strip_prefix("library/").unwrap_or(self.path)) } else { official() }
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// The first part is a registry where it has a `.` or a `:`, is `localhost`, or could be no repository's.
fn domain(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, path))
            if first == "localhost" || first.contains(['.', ':']) || first.bytes().any(|b| b.is_ascii_uppercase()) =>
        {
            (Some(first), path)
        }
        _ => (None, name),
    }
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        Some((v6, rest)) => {
            if v6.is_empty() || !v6.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
                return false;
            }
            ("v6", if rest.is_empty() { None } else { Some(rest.strip_prefix(':').unwrap_or("")) })
        }
        None => split(text, ':'),
    };
    let component = |c: &str| {
        !c.is_empty()
            && !c.starts_with('-')
            && !c.ends_with('-')
            && c.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.split('.').all(component) && port.is_none_or(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

/// `[a-z0-9]+` with `.`, `_`, `__` or any number of `-` between.
fn is_path_component(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let (Some(&first), Some(&last)) = (text.as_bytes().first(), text.as_bytes().last()) else { return false };
    word(first)
        && word(last)
        && text
            .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            .all(|gap| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&text.len())
        && word(text.as_bytes()[0])
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let digits = |algorithm| match algorithm {
        "sha256" => Some(64),
        "sha384" => Some(96),
        "sha512" => Some(128),
        _ => None,
    };
    text.split_once(':').is_some_and(|(a, hex)| Some(hex.len()) == digits(a) && hex.bytes().all(is_lower_hex))
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// What an image's tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// There is none, and so `latest` is meant.
    None,
    /// `latest`
    Latest,
    /// Another one.
    Other,
    /// A placeholder may hold one.
    Unknown,
}

/// What can be told of an image's tag and digest, also where parts of it are placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The tag.
    pub tag: Tag,
    /// Whether there is a digest; none where a placeholder may hold one.
    pub digest: Option<bool>,
}

impl Pin {
    /// Of a container's `image`; none where it is absent, refused or malformed, which is another rule's business.
    pub fn of(image: Slot<'_>) -> Option<Self> {
        match image.str() {
            Typed::Is(text) => Image::parse(text).is_ok().then(|| Self::read(text)),
            Typed::Unknown => Some(image.as_str().map_or(Self { tag: Tag::Unknown, digest: None }, Self::read)),
            Typed::Absent | Typed::Wrong => None,
        }
    }

    /// Reads what is literally there.
    pub fn read(text: &str) -> Self {
        let blanked = blank_placeholders(text);
        let (rest, digest) = split(&blanked, '@');
        let last = rest.rsplit('/').next().unwrap_or(rest);
        let tag = match split(last, ':').1 {
            Some("latest") => Tag::Latest,
            Some(tag) if tag.bytes().all(|b| b == 0) => Tag::Unknown,
            Some(_) => Tag::Other,
            None if last.contains('\0') => Tag::Unknown,
            None => Tag::None,
        };
        let unknown = digest.is_none() && (last.ends_with('\0') || tag == Tag::Unknown);
        Self { tag, digest: (!unknown).then_some(digest.is_some()) }
    }

    /// Whether the registry may give another image tomorrow under the same name; none where that is unknown.
    pub fn floats(self) -> Option<bool> {
        match (self.tag, self.digest) {
            (_, Some(true)) | (Tag::Other, _) => Some(false),
            (Tag::None | Tag::Latest, Some(false)) => Some(true),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Image, ImageError, Pin, Tag};

    const SHA: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn parts() {
        let with_digest = format!("localhost:5000/a/b:1.0@{SHA}");
        for (text, domain, path, tag, digest) in [
            ("nginx", None, "nginx", None, None),
            ("nginx:1.27", None, "nginx", Some("1.27"), None),
            ("library/nginx", None, "library/nginx", None, None),
            ("quay.io/a/b:V_1.0-x", Some("quay.io"), "a/b", Some("V_1.0-x"), None),
            ("registry:5000/a", Some("registry:5000"), "a", None, None),
            ("localhost/a", Some("localhost"), "a", None, None),
            ("localhost:5000", None, "localhost", Some("5000"), None),
            ("REGISTRY/a", Some("REGISTRY"), "a", None, None),
            ("[2001:db8::1]:5000/a", Some("[2001:db8::1]:5000"), "a", None, None),
            ("a__b/c--d.e:1", None, "a__b/c--d.e", Some("1"), None),
            (&with_digest, Some("localhost:5000"), "a/b", Some("1.0"), Some(SHA)),
        ] {
            assert_eq!(Image::parse(text), Ok(Image { domain, path, tag, digest }), "{text}");
        }
        assert!(Image::parse("a_b.c/d").is_ok());
    }

    #[test]
    fn what_is_refused() {
        let long = format!("a:{}", "x".repeat(129));
        let (path, id) = ("a/".repeat(130) + "a", "0123456789abcdef".repeat(4));
        for (text, why) in [
            ("", ImageError::Empty),
            ("nginx:1.27 ", ImageError::Space),
            ("https://quay.io/a", ImageError::Scheme),
            ("Nginx", ImageError::Uppercase),
            ("quay.io/Org/app", ImageError::Uppercase),
            (&id, ImageError::Id),
            ("nginx:", ImageError::Tag),
            ("nginx:-1", ImageError::Tag),
            ("nginx:1:2", ImageError::Tag),
            (&long, ImageError::Tag),
            ("nginx@sha256:12", ImageError::Digest),
            ("nginx@1.27", ImageError::Digest),
            ("quay.io//a", ImageError::Name),
            ("/a", ImageError::Name),
            ("a/", ImageError::Name),
            ("quay.io/-a", ImageError::Name),
            ("a___b", ImageError::Name),
            ("a._b", ImageError::Name),
            ("host:port/a", ImageError::Name),
            (&path, ImageError::Long),
        ] {
            assert_eq!(Image::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn what_is_filled_in() {
        for text in ["ko://github.com/a/b", "IMAGE_NAME", "eu.example/PROJECT_ID/app:1", "{IMAGE}", "a.b/$PROJECT/c"] {
            assert!(Image::parse(text).is_err() && Image::is_filled_in(text), "{text}");
        }
        for text in ["Nginx", "registry.example/Team/app", "https://a/b", "a//b", "A/b"] {
            assert!(!Image::is_filled_in(text), "{text}");
        }
    }

    #[test]
    fn docker_hub() {
        for (text, want) in [
            ("nginx:1", Some("nginx")),
            ("docker.io/library/nginx", Some("nginx")),
            ("bitnami/redis", Some("bitnami/redis")),
            ("public.ecr.aws/docker/library/redis:7", Some("redis")),
            ("quay.io/nginx", None),
        ] {
            assert_eq!(Image::parse(text).unwrap().on_docker_hub(), want, "{text}");
        }
    }

    #[test]
    fn pins_behind_placeholders() {
        for (text, tag, digest) in [
            ("app", Tag::None, Some(false)),
            ("app:latest", Tag::Latest, Some(false)),
            ("app:1@sha256:x", Tag::Other, Some(true)),
            ("app:${TAG}", Tag::Unknown, None),
            ("app:${TAG:-latest}", Tag::Unknown, None),
            ("app:1.${MINOR}", Tag::Other, None),
            ("app:${VERSION}-alpine", Tag::Other, Some(false)),
            ("${REGISTRY}/app", Tag::None, Some(false)),
            ("${REGISTRY}/app:latest", Tag::Latest, Some(false)),
            ("$(IMAGE)", Tag::Unknown, None),
            ("<image>:1.2", Tag::Other, Some(false)),
            ("app@{{ digest }}", Tag::None, Some(true)),
            ("$IMAGE", Tag::Unknown, None),
        ] {
            assert_eq!(Pin::read(text), Pin { tag, digest }, "{text}");
        }
    }
}
