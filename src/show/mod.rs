//! What a container runs with: every setting that confines it, and where each value comes from.
//! Nothing is judged here; `plimsoll lint` does that.

mod accounts;
mod fields;
pub mod json;
pub mod table;

use std::sync::Arc;

use serde_json::Value;

use self::accounts::Account;
use crate::coverage::{Outcome, Unread};
use crate::discover::Input;
use crate::engine::{self, UnreadDraft};
use crate::k8s::{self, Container, ContainerKind, Object, ObjectRef, Version};
use crate::source::{LineIndex, Position, Region, Source};
use crate::yaml::Slot;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The container says it.
    Container,
    /// The pod says it, for all its containers.
    Pod,
    /// An annotation says it, as one did before there were fields.
    Annotation,
    /// The pod's ServiceAccount says it.
    Account,
    /// Nobody says it: what Kubernetes, or the image, then has.
    Default,
}

impl Origin {
    /// The word that output uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Pod => "pod",
            Self::Annotation => "annotation",
            Self::Account => "service-account",
            Self::Default => "default",
        }
    }
}

/// One setting as it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// What it is called: `capabilities.drop`.
    pub field: &'static str,
    /// Its value; null where nothing is set.
    pub value: Value,
    /// Where that comes from.
    pub from: Origin,
    /// Where it stands; none for a default.
    pub position: Option<Position>,
    /// The file that it stands in, where that is not the pod's.
    pub path: Option<Arc<str>>,
    /// What else one has to know.
    pub note: Option<String>,
}

/// A container and its settings.
#[derive(Clone, Debug)]
pub struct ContainerView {
    /// Its name.
    pub name: String,
    /// Which sort it is.
    pub kind: ContainerKind,
    /// How messages call it.
    pub label: String,
    /// Where it is.
    pub region: Region,
    /// In the order of the table.
    pub settings: Vec<Setting>,
}

/// A pod and its settings.
#[derive(Clone, Debug)]
pub struct PodView {
    /// The file.
    pub path: Arc<str>,
    /// The object that the pod belongs to.
    pub object: ObjectRef,
    /// Where the object's name stands.
    pub position: Position,
    /// The lines of the object.
    lines: (u32, u32),
    /// Settings of the whole pod.
    pub settings: Vec<Setting>,
    /// Its containers, or those that were asked for.
    pub containers: Vec<ContainerView>,
}

/// What was found in the input.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Pods in the order of the input.
    pub pods: Vec<PodView>,
    /// What was not read, and why.
    pub unread: Vec<Unread>,
    accounts: Vec<Account>,
}

impl Shown {
    /// Reads every pod of an input as Kubernetes of this version has it.
    pub fn read(&mut self, input: Input, version: Version) {
        match input.read() {
            Ok(source) => {
                let lines = source.lines();
                for raw in source.documents() {
                    let unread = match engine::read_document(&source, raw) {
                        Ok(tree) => {
                            let k8s::Objects { found, strays } = k8s::Objects::of(&tree);
                            for object in found {
                                self.object(object, version, &source, &lines);
                            }
                            let strays = strays.into_iter().map(engine::stray);
                            strays.chain(engine::leftover(&tree, raw)).collect()
                        }
                        Err(result) => result.unread,
                    };
                    self.unread.extend(unread.into_iter().map(|u| place(u, &source, &lines)));
                }
            }
            Err(unread) => self.unread.push(unread),
        }
    }

    fn object(&mut self, object: Object<'_>, version: Version, source: &Source, lines: &LineIndex<'_>) {
        let reader = fields::Reader { version, lines };
        if object.kind() == "ServiceAccount" && object.api_version() == "v1" {
            let ObjectRef { namespace, name, .. } = object.reference();
            let said = reader.of_account(object.at(fields::AUTOMOUNT));
            self.accounts.push(Account { path: Arc::clone(&source.path), namespace, name, said });
        }
        for data in k8s::pods(object) {
            let pod = data.view();
            self.pods.push(PodView {
                path: Arc::clone(&source.path),
                object: object.reference(),
                position: lines.position(object.name_span().start),
                lines: lines_of(region(object.slot(), lines)),
                settings: reader.of_pod(pod),
                containers: pod.containers().map(|c| container(c, &reader)).collect(),
            });
        }
    }

    /// Keeps what stands at a line: a container, or, beside its containers, a pod. `Err` names the lines where pods are.
    pub fn keep_line(&mut self, line: u32) -> Result<(), String> {
        let has = |(first, last): (u32, u32)| first <= line && line <= last;
        let places: Vec<String> = self.pods.iter().map(|pod| pod.position.line.to_string()).collect();
        self.pods.retain(|pod| has(pod.lines));
        let any = self.pods.iter().flat_map(|p| &p.containers).any(|c| has(lines_of(c.region)));
        for pod in self.pods.iter_mut().filter(|_| any) {
            pod.containers.retain(|c| has(lines_of(c.region)));
        }
        // Of several pods in one object, such as those of a custom resource, the one that has the container.
        self.pods.retain(|pod| !any || !pod.containers.is_empty());
        if !self.pods.is_empty() {
            return Ok(());
        }
        match places.as_slice() {
            [] => Err(format!("there is no pod at line {line}, nor at any other")),
            [one] => Err(format!("there is no pod at line {line}: one is at line {one}")),
            several => Err(format!("there is no pod at line {line}: they are at the lines {}", several.join(", "))),
        }
    }

    /// Adds what another part of the input has.
    pub fn append(&mut self, mut other: Self) {
        self.pods.append(&mut other.pods);
        self.unread.append(&mut other.unread);
        self.accounts.append(&mut other.accounts);
    }

    /// Asks the ServiceAccounts of the input for what their pods leave to them: when all is read.
    pub fn ask_accounts(&mut self) {
        accounts::settle(&mut self.pods, &self.accounts);
    }

    /// Whether anything could not be read.
    pub fn has_broken(&self) -> bool {
        self.unread.iter().any(|u| u.outcome == Outcome::Broken)
    }
}

fn lines_of(region: Region) -> (u32, u32) {
    (region.start.line, region.end.line)
}

fn container(container: Container<'_>, reader: &fields::Reader<'_>) -> ContainerView {
    ContainerView {
        name: container.name().to_owned(),
        kind: container.kind(),
        label: container.label(),
        region: region(container.slot(), reader.lines),
        settings: reader.of_container(container),
    }
}

fn region(slot: Slot<'_>, lines: &LineIndex<'_>) -> Region {
    lines.region(slot.tree().span(slot.node()))
}

fn place(u: UnreadDraft, source: &Source, lines: &LineIndex<'_>) -> Unread {
    let position = Some(lines.position(u.span.start));
    Unread { path: Arc::clone(&source.path), position, outcome: u.outcome, reason: u.reason, help: u.help }
}
