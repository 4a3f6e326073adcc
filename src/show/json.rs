//! What is shown, for programs: as `show.schema.json` describes it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{ContainerView, PodView, Setting, Shown};
use crate::k8s::{ContainerKind, ObjectRef, Version};
use crate::report::json::{ObjectJson, PositionJson, UnreadJson};

/// The schema of what `write` writes.
pub const SCHEMA: &str = include_str!("show.schema.json");

/// Writes one JSON value and a line end.
pub fn write(shown: &Shown, version: Version, out: &mut dyn Write) -> io::Result<()> {
    let whole = ShownJson {
        version: 1,
        kubernetes: version.to_string(),
        pods: shown.pods.iter().map(PodJson::new).collect(),
        unread: shown.unread.iter().map(UnreadJson::new).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

#[derive(Serialize)]
struct ShownJson<'a> {
    version: u8,
    kubernetes: String,
    pods: Vec<PodJson<'a>>,
    unread: Vec<UnreadJson<'a>>,
}

#[derive(Serialize)]
struct PodJson<'a> {
    path: &'a str,
    object: ObjectJson<'a>,
    start: PositionJson,
    settings: Vec<SettingJson<'a>>,
    containers: Vec<ContainerJson<'a>>,
}

impl<'a> PodJson<'a> {
    fn new(pod: &'a PodView) -> Self {
        let object: &ObjectRef = &pod.object;
        Self {
            path: &pod.path,
            object: ObjectJson::new(object),
            start: pod.position.into(),
            settings: pod.settings.iter().map(SettingJson::new).collect(),
            containers: pod.containers.iter().map(ContainerJson::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct ContainerJson<'a> {
    name: &'a str,
    kind: &'static str,
    start: PositionJson,
    settings: Vec<SettingJson<'a>>,
}

impl<'a> ContainerJson<'a> {
    fn new(container: &'a ContainerView) -> Self {
        Self {
            name: &container.name,
            kind: match container.kind {
                ContainerKind::Init => "init",
                ContainerKind::Sidecar => "sidecar",
                ContainerKind::Main => "main",
                ContainerKind::Ephemeral => "ephemeral",
            },
            start: container.region.start.into(),
            settings: container.settings.iter().map(SettingJson::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct SettingJson<'a> {
    field: &'static str,
    value: &'a Value,
    from: &'static str,
    position: Option<PositionJson>,
    path: Option<&'a str>,
    note: Option<&'a str>,
}

impl<'a> SettingJson<'a> {
    fn new(setting: &'a Setting) -> Self {
        Self {
            field: setting.field,
            value: &setting.value,
            from: setting.from.name(),
            position: setting.position.map(PositionJson::from),
            path: setting.path.as_deref(),
            note: setting.note.as_deref(),
        }
    }
}
