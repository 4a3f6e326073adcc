//! One result and its places.

use serde::Serialize;

use super::fix::FixJson;
use super::suppression::SuppressionJson;
use super::{Text, level};
use crate::coverage::Unread;
use crate::finding::{Finding, Related};
use crate::fingerprint::Fingerprint;
use crate::k8s::ObjectRef;
use crate::report::{Options, Uri};
use crate::source::{Position, Region};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultJson<'a> {
    rule_id: &'static str,
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: FingerprintJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<SuppressionJson>>,
    /// In a run that is compared with a baseline, all results have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[FixJson; 1]>,
    properties: ResultProperties<'a>,
}

#[derive(Serialize)]
struct FingerprintJson {
    #[serde(rename = "plimsoll/v1")]
    value: String,
}

#[derive(Serialize)]
struct ResultProperties<'a> {
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    standard: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl<'a> ResultJson<'a> {
    pub(super) fn new(
        f: &'a Finding,
        location: Location,
        fingerprint: Fingerprint,
        (suppressions, baseline_state): (Option<Vec<SuppressionJson>>, Option<&'static str>),
        options: &Options,
    ) -> Self {
        let help = f.help.as_deref().map(|h| format!("\nhelp: {h}")).unwrap_or_default();
        let related = f.related.iter().zip(1..);
        Self {
            rule_id: f.rule.id,
            rule_index: crate::rules::ALL.binary_search_by(|r| r.id.cmp(f.rule.id)).ok(),
            level: level(f.severity),
            message: plain(&format!("{}{help}", f.message)),
            locations: [location],
            related_locations: related.map(|(r, id)| Location::related(r, id, options)).collect(),
            partial_fingerprints: FingerprintJson { value: fingerprint.to_string() },
            suppressions,
            baseline_state,
            fixes: f.fix.as_deref().map(|fix| [FixJson::new(fix, Artifact::of(&f.path, options))]),
            properties: ResultProperties {
                severity: f.severity.name(),
                standard: f.standard.map(|s| s.level.name()),
                check: f.standard.map(|s| s.check),
                field: f.field.as_deref(),
            },
        }
    }
}

/// A message without links: a name out of a manifest must not become one (SARIF 2.1.0, 3.11.6).
fn plain(text: &str) -> Text {
    Text { text: text.replace("](", "\\](") }
}

/// Where something is: in a file, and in an object.
#[derive(Serialize)]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Vec::is_empty")]
    logical: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<RegionJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegionJson {
    start_line: u32,
    start_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

impl Artifact {
    fn of(path: &str, options: &Options) -> Self {
        let Uri { text, relative } = options.root.uri(path);
        Self { uri: text, uri_base_id: relative.then_some("%SRCROOT%") }
    }
}

impl Location {
    pub(super) fn finding(f: &Finding, options: &Options) -> Self {
        let logical = f.object.as_deref().map(|o| logical(o, f)).unwrap_or_default();
        Self { logical, ..Self::new(&f.path, Some(f.region.into()), options) }
    }

    fn related(r: &Related, id: usize, options: &Options) -> Self {
        let place = Self::new(&r.path, Some(r.region.into()), options);
        Self { id: Some(id), message: Some(plain(&r.message)), ..place }
    }

    pub(super) fn unread(u: &Unread, options: &Options) -> Self {
        Self::new(&u.path, u.position.map(RegionJson::from), options)
    }

    pub(super) fn new(path: &str, region: Option<RegionJson>, options: &Options) -> Self {
        let artifact_location = Artifact::of(path, options);
        Self { id: None, physical: Physical { artifact_location, region }, logical: Vec::new(), message: None }
    }

    pub(super) fn uri(&self) -> &str {
        &self.physical.artifact_location.uri
    }
}

impl From<Region> for RegionJson {
    fn from(r: Region) -> Self {
        Self {
            start_line: r.start.line,
            start_column: r.start.column,
            end_line: Some(r.end.line),
            end_column: Some(r.end.column),
        }
    }
}

impl From<Position> for RegionJson {
    fn from(p: Position) -> Self {
        Self { start_line: p.line, start_column: p.column, end_line: None, end_column: None }
    }
}

/// The object, the container and the field, each with its name from the outside in.
fn logical(object: &ObjectRef, f: &Finding) -> Vec<Logical> {
    let whole = qualified(object);
    let mut found = Vec::new();
    if let Some(container) = &f.container {
        let fully_qualified_name = format!("{whole}/{container}");
        found.push(Logical { name: container.to_string(), fully_qualified_name, kind: "member" });
    }
    if let Some(field) = &f.field {
        let name = field.rsplit('.').next().unwrap_or(field).to_owned();
        found.push(Logical { name, fully_qualified_name: format!("{whole}#{field}"), kind: "property" });
    }
    found.insert(0, Logical { name: object.name.clone(), fully_qualified_name: whole, kind: "resource" });
    found
}

/// `prod/Deployment/web`
fn qualified(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    format!("{namespace}{}/{}", object.kind, object.name)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_no_link() {
        assert_eq!(plain("[see](https://evil.example)").text, "[see\\](https://evil.example)");
        assert_eq!(plain("spec.containers[0] (init)").text, "spec.containers[0] (init)");
    }
}
