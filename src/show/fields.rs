//! The settings one by one: where each may stand, what comes before what, and what holds where none is written.

use serde_json::{Value, json};

use super::{Origin, Setting};
use crate::k8s::profile::{APPARMOR, Place, Profile, SECCOMP};
use crate::k8s::{Container, Pod, Version};
use crate::source::LineIndex;
use crate::yaml::{Kind, Slot, Typed};

/// What a field holds.
#[derive(Clone, Copy, PartialEq)]
enum Type {
    Bool,
    Int,
    Text,
    List,
    Map,
}

/// What holds where nothing is written: a value, and what to know of it.
type Default = (fn() -> Value, &'static str);

/// A field of the pod, or of a container.
struct Field {
    name: &'static str,
    path: &'static str,
    kind: Type,
    /// The first minor that has it.
    since: u32,
    default: Default,
}

const NONE: fn() -> Value = || Value::Null;
const FALSE: fn() -> Value = || Value::Bool(false);
const TRUE: fn() -> Value = || Value::Bool(true);

const fn field(name: &'static str, path: &'static str, kind: Type, default: Default) -> Field {
    Field { name, path, kind, since: 0, default }
}

/// Fields of a container that its pod may have too, under the same path.
const INHERITED: &[Field] = &[
    field("runAsUser", "securityContext.runAsUser", Type::Int, (NONE, "the image's, or 0")),
    field("runAsGroup", "securityContext.runAsGroup", Type::Int, (NONE, "the image's, or 0")),
    field("runAsNonRoot", "securityContext.runAsNonRoot", Type::Bool, (FALSE, "")),
    field("seLinuxOptions", "securityContext.seLinuxOptions", Type::Map, (NONE, "as the runtime chooses")),
];

/// Those that only mean something on Windows. The API takes each by itself, whatever else the other level has.
const WINDOWS: &[Field] = &[
    field(
        "windowsOptions.runAsUserName",
        "securityContext.windowsOptions.runAsUserName",
        Type::Text,
        (NONE, "the image's"),
    ),
    field("windowsOptions.hostProcess", "securityContext.windowsOptions.hostProcess", Type::Bool, (FALSE, "")),
    field(
        "windowsOptions.gmsaCredentialSpecName",
        "securityContext.windowsOptions.gmsaCredentialSpecName",
        Type::Text,
        (NONE, ""),
    ),
];

/// Fields of a container alone.
const OWN: &[Field] = &[
    field("privileged", "securityContext.privileged", Type::Bool, (FALSE, "")),
    field("readOnlyRootFilesystem", "securityContext.readOnlyRootFilesystem", Type::Bool, (FALSE, "")),
    field("procMount", "securityContext.procMount", Type::Text, (|| json!("Default"), "")),
];

/// Of a pod, or of its ServiceAccount.
pub(super) const AUTOMOUNT: &str = "automountServiceAccountToken";

/// Fields of the pod.
const POD: &[Field] = &[
    field("fsGroup", "securityContext.fsGroup", Type::Int, (NONE, "")),
    Field {
        since: 20,
        ..field("fsGroupChangePolicy", "securityContext.fsGroupChangePolicy", Type::Text, (|| json!("Always"), ""))
    },
    field("supplementalGroups", "securityContext.supplementalGroups", Type::List, (NONE, "the image user's")),
    Field {
        since: 31,
        ..field(
            "supplementalGroupsPolicy",
            "securityContext.supplementalGroupsPolicy",
            Type::Text,
            (|| json!("Merge"), ""),
        )
    },
    field("sysctls", "securityContext.sysctls", Type::List, (NONE, "")),
    field("hostNetwork", "hostNetwork", Type::Bool, (FALSE, "")),
    field("hostPID", "hostPID", Type::Bool, (FALSE, "")),
    field("hostIPC", "hostIPC", Type::Bool, (FALSE, "")),
    Field { since: 25, ..field("hostUsers", "hostUsers", Type::Bool, (TRUE, "")) },
    field("shareProcessNamespace", "shareProcessNamespace", Type::Bool, (FALSE, "")),
    field("serviceAccountName", "serviceAccountName", Type::Text, (|| json!("default"), "")),
    field(AUTOMOUNT, AUTOMOUNT, Type::Bool, (TRUE, "unless the ServiceAccount says false")),
    field("runtimeClassName", "runtimeClassName", Type::Text, (NONE, "the node's own runtime")),
];

/// Reads settings as one version of Kubernetes has them.
pub(super) struct Reader<'r> {
    pub(super) version: Version,
    pub(super) lines: &'r LineIndex<'r>,
}

impl Reader<'_> {
    /// The settings of a pod.
    pub(super) fn of_pod(&self, pod: Pod<'_>) -> Vec<Setting> {
        let known = POD.iter().filter(|f| self.version.since(f.since) || !pod.at(f.path).is_absent());
        known
            .map(|field| {
                let slot = match field.name {
                    "serviceAccountName" => pod.service_account(),
                    _ => pod.at(field.path),
                };
                let mut setting = self.setting(field, slot, Origin::Pod);
                if !self.version.since(field.since) {
                    note(&mut setting, &format!("Kubernetes has the field from 1.{} on", field.since));
                }
                setting
            })
            .collect()
    }

    /// What a ServiceAccount says at a slot.
    pub(super) fn of_account(&self, slot: Slot<'_>) -> Option<Setting> {
        let said = || self.setting(&field(AUTOMOUNT, AUTOMOUNT, Type::Bool, (NONE, "")), slot, Origin::Account);
        (!slot.is_absent()).then(said)
    }

    /// The settings of a container.
    pub(super) fn of_container(&self, container: Container<'_>) -> Vec<Setting> {
        let is_privileged = container.at("securityContext.privileged").as_bool() == Some(true);
        let inherited = |field: &Field| {
            let own = container.at(field.path);
            let from = if own.is_absent() { Origin::Pod } else { Origin::Container };
            self.setting(field, container.effective(field.path), from)
        };
        let mut settings: Vec<_> = INHERITED[..3].iter().map(inherited).collect();
        settings.push(self.setting(&OWN[0], container.at(OWN[0].path), Origin::Container));
        settings.push(self.escalation(container, is_privileged));
        settings.push(self.setting(&OWN[1], container.at(OWN[1].path), Origin::Container));
        for (name, path) in [
            ("capabilities.add", "securityContext.capabilities.add"),
            ("capabilities.drop", "securityContext.capabilities.drop"),
        ] {
            let told = if name.ends_with("drop") { "the runtime's set stays" } else { "" };
            let field = field(name, path, Type::List, (NONE, told));
            let mut setting = self.setting(&field, container.at(path), Origin::Container);
            if is_privileged && name.ends_with("drop") {
                setting.note = Some("a privileged container has every capability".to_owned());
            }
            settings.push(setting);
        }
        settings.push(self.seccomp(container, is_privileged));
        settings.push(self.apparmor(container));
        settings.push(inherited(&INHERITED[3]));
        settings.push(self.setting(&OWN[2], container.at(OWN[2].path), Origin::Container));
        let is_written = |f: &&Field| !container.effective(f.path).is_absent();
        let on_windows = container.pod().runs_on_windows();
        settings.extend(WINDOWS.iter().filter(|f| on_windows || is_written(f)).map(inherited));
        settings
    }

    /// A field as it stands at a slot, or its default.
    fn setting(&self, field: &Field, slot: Slot<'_>, from: Origin) -> Setting {
        if slot.is_absent() {
            let (value, told) = field.default;
            let mut setting = Setting {
                field: field.name,
                value: value(),
                from: Origin::Default,
                position: None,
                path: None,
                note: None,
            };
            note(&mut setting, told);
            return setting;
        }
        let mut setting = Setting {
            field: field.name,
            value: plain(slot),
            from,
            position: Some(self.lines.position(slot.span().start)),
            path: None,
            note: None,
        };
        note(&mut setting, &unreadable(slot, field.kind));
        setting
    }

    /// True, whatever is written, of a privileged container and of one with SYS_ADMIN.
    fn escalation(&self, container: Container<'_>, is_privileged: bool) -> Setting {
        let path = "securityContext.allowPrivilegeEscalation";
        let field = field("allowPrivilegeEscalation", path, Type::Bool, (TRUE, ""));
        let mut setting = self.setting(&field, container.at(path), Origin::Container);
        let mut added = container.at("securityContext.capabilities.add").items();
        let admin = added.any(|c| matches!(c.as_str(), Some("SYS_ADMIN" | "CAP_SYS_ADMIN")));
        if setting.value == Value::Bool(false) && (is_privileged || admin) {
            let why = if is_privileged { "privileged: true" } else { "the capability SYS_ADMIN" };
            setting.note = Some(format!("the API server refuses it beside {why}"));
        }
        setting
    }

    /// Fields and, until 1.27, annotations, the container's before the pod's.
    fn seccomp(&self, container: Container<'_>, is_privileged: bool) -> Setting {
        let pod = container.pod();
        let (fields, annotations) = (self.version.since(19), !self.version.since(27));
        let own = (Origin::Container, fields, Some(container.at(SECCOMP.field)));
        let own_annotation = (Origin::Annotation, annotations, SECCOMP.annotation_of(container));
        let of_pod = (Origin::Pod, fields, Some(pod.at(SECCOMP.field)));
        let pod_annotation = (Origin::Annotation, annotations, Some(pod.annotation(SECCOMP.pod)));
        let places: Vec<_> = [own, own_annotation, of_pod, pod_annotation]
            .into_iter()
            .filter_map(|(origin, counts, slot)| Some((origin, slot.filter(|_| counts)?)))
            .collect();
        let default = "RuntimeDefault where the kubelet has seccompDefault";
        let mut setting = self.profile("seccompProfile", SECCOMP, &places, json!("Unconfined"), default);
        if is_privileged {
            setting.note = Some("a privileged container runs without one".to_owned());
        }
        setting
    }

    /// Fields from 1.30 on, the container's annotation before the pod's field.
    fn apparmor(&self, container: Container<'_>) -> Setting {
        let mut places = Vec::new();
        let has_field = self.version.since(30);
        if has_field {
            places.push((Origin::Container, container.at(APPARMOR.field)));
        }
        places.extend(APPARMOR.annotation_of(container).map(|slot| (Origin::Annotation, slot)));
        if has_field {
            places.push((Origin::Pod, container.pod().at(APPARMOR.field)));
        }
        let default = "where the node has AppArmor";
        let mut setting = self.profile("appArmorProfile", APPARMOR, &places, json!("RuntimeDefault"), default);
        let is_written = container.at(APPARMOR.field).exists() || container.pod().at(APPARMOR.field).exists();
        if !has_field && is_written {
            setting.note = Some("Kubernetes has the field from 1.30 on".to_owned());
        }
        setting
    }

    /// The first of several places that says anything.
    fn profile(
        &self,
        name: &'static str,
        place: Place,
        places: &[(Origin, Slot<'_>)],
        none: Value,
        why: &str,
    ) -> Setting {
        let Some(&(from, slot)) = places.iter().find(|(_, slot)| !slot.is_absent()) else {
            return Setting {
                field: name,
                value: none,
                from: Origin::Default,
                position: None,
                path: None,
                note: Some(why.to_owned()),
            };
        };
        let read = match from {
            Origin::Annotation => slot.as_str().and_then(|text| Profile::of_annotation(text, place)),
            _ => Profile::of_field(slot),
        };
        let mut setting = Setting {
            field: name,
            value: read.map_or_else(|| plain(slot), |profile| json!(profile.to_string())),
            from,
            position: Some(self.lines.position(slot.span().start)),
            path: None,
            note: None,
        };
        if read.is_none() {
            let unknown = slot.has_placeholder()
                || slot.at("type").has_placeholder()
                || slot.at("localhostProfile").has_placeholder();
            note(
                &mut setting,
                if unknown { "a placeholder: not known here" } else { "no profile: the API server refuses it" },
            );
        }
        setting
    }
}

fn note(setting: &mut Setting, text: &str) {
    if !text.is_empty() {
        setting.note = Some(text.to_owned());
    }
}

/// Why a value is not what it seems; empty where it is.
fn unreadable(slot: Slot<'_>, kind: Type) -> String {
    if let Some(wanted) = slot.misread() {
        return format!("{} is not {wanted}: the API server refuses it", slot.written().path());
    }
    let is_wrong = |typed: bool| if typed { "" } else { "the API server refuses a value of this type" };
    let unknown = "a placeholder: not known here";
    let said = match kind {
        _ if slot.has_placeholder() => unknown,
        Type::Bool => is_wrong(slot.as_bool().is_some()),
        Type::Int => is_wrong(slot.as_int().is_some()),
        Type::Text => is_wrong(matches!(slot.str(), Typed::Is(_))),
        Type::List => is_wrong(slot.is_seq()),
        Type::Map => is_wrong(slot.is_map()),
    };
    said.to_owned()
}

/// A value as JSON, as deep as a setting goes: below that only that there is something.
fn plain(slot: Slot<'_>) -> Value {
    match slot.kind() {
        Kind::Map => slot.entries().map(|(key, value)| (key.into_owned(), scalar(value))).collect(),
        Kind::Seq => slot.items().map(element).collect(),
        _ => scalar(slot),
    }
}

/// An item of a list: a sysctl is `name=value`.
fn element(slot: Slot<'_>) -> Value {
    if slot.is_map() && slot.at("name").exists() {
        return json!(format!("{}={}", slot.at("name").text(), slot.at("value").text()));
    }
    scalar(slot)
}

fn scalar(slot: Slot<'_>) -> Value {
    match slot.kind() {
        Kind::Null => Value::Null,
        Kind::Bool(b) => json!(b),
        Kind::Int(i) => json!(i),
        Kind::Uint(u) => json!(u),
        // `1e4` is an integer to the API server.
        Kind::Float(f) => slot.as_int().map_or_else(|| json!(f), |int| json!(int)),
        Kind::Map => json!("{…}"),
        Kind::Seq => json!("[…]"),
        Kind::Unknown => json!(slot.tree().span(slot.node()).text(slot.tree().text())),
        Kind::Str | Kind::Alias(_) => json!(slot.text()),
    }
}
