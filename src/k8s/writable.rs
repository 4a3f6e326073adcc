//! Where a container writes beside its volumes, as far as its manifest and the best known images tell.

use std::collections::BTreeSet;

use super::container::Container;
use super::image::Image;
use super::pod::Pod;
use crate::yaml::{Change, Slot, contains_placeholder};

/// What official images of Docker Hub write to as they come, without what one would put on a volume of its own anyway.
const KNOWN: &[(&str, &[&str])] = &[
    ("nginx", &["/var/cache/nginx", "/var/run", "/tmp"]),
    ("nginxinc/nginx-unprivileged", &["/tmp"]),
    ("httpd", &["/usr/local/apache2/logs"]),
    ("haproxy", &["/tmp"]),
    ("traefik", &["/tmp"]),
    ("caddy", &["/data", "/config"]),
    ("redis", &["/data"]),
    ("valkey/valkey", &["/data"]),
    ("postgres", &["/var/lib/postgresql/data", "/var/run/postgresql", "/tmp"]),
    ("mysql", &["/var/lib/mysql", "/var/run/mysqld", "/tmp"]),
    ("mariadb", &["/var/lib/mysql", "/run/mysqld", "/tmp"]),
    ("mongo", &["/data/db", "/data/configdb", "/tmp"]),
    ("influxdb", &["/var/lib/influxdb2", "/etc/influxdb2"]),
    ("rabbitmq", &["/var/lib/rabbitmq"]),
    ("elasticsearch", &["/usr/share/elasticsearch/data", "/usr/share/elasticsearch/logs", "/tmp"]),
    ("tomcat", &["/usr/local/tomcat/logs", "/usr/local/tomcat/temp", "/usr/local/tomcat/work"]),
    ("wordpress", &["/var/www/html", "/var/run/apache2", "/tmp"]),
    ("grafana/grafana", &["/var/lib/grafana", "/tmp"]),
    ("prom/prometheus", &["/prometheus"]),
    ("prom/alertmanager", &["/alertmanager"]),
    ("jenkins/jenkins", &["/var/jenkins_home", "/tmp"]),
];

/// What to write for a read-only root file system, and which paths then need a volume.
pub fn advice(container: Container<'_>) -> String {
    let (known, paths) = paths(container);
    let begin = "write `readOnlyRootFilesystem: true`";
    match (known, paths.is_empty()) {
        (Some(name), true) => format!("{begin}: what {name} writes is on volumes already"),
        (Some(name), false) => format!("{begin}, and mount an emptyDir where {name} writes: {}", list(&paths)),
        (None, true) => format!("{begin}; where the program writes elsewhere than on its volumes, mount an emptyDir"),
        (None, false) => format!("{begin}, and mount an emptyDir where the program writes: try {} first", list(&paths)),
    }
}

/// The changes that mount an emptyDir at each of those paths.
pub fn volumes(container: Container<'_>) -> Vec<Option<Change>> {
    let pod = container.pod();
    let many = pod.containers().len() > 1;
    let mut taken: BTreeSet<String> = names(pod).collect();
    let (mut mounts, mut volumes) = (Vec::new(), Vec::new());
    // All containers are named, so that each finds its names whether or not the others are mended with it.
    for other in pod.containers().take_while(|c| c.index <= container.index) {
        for path in paths(other).1.into_iter().filter(|path| may_be_mounted(other, path)) {
            let text = if many { format!("{}{path}", other.name()) } else { path.to_owned() };
            let name = free_name(&text, &taken);
            if other.index == container.index {
                mounts.push(format!("{{name: \"{name}\", mountPath: {}}}", serde_json::Value::from(path)));
                volumes.push(format!("{{name: \"{name}\", emptyDir: {{}}}}"));
            }
            taken.insert(name);
        }
    }
    let mut changes = add(container.at("volumeMounts"), mounts);
    changes.extend(add(pod.at("volumes"), volumes));
    changes
}

fn add(list: Slot<'_>, items: Vec<String>) -> Vec<Option<Change>> {
    if items.is_empty() || list.is_seq() {
        return items.into_iter().map(|item| list.append(item)).collect();
    }
    vec![if list.is_absent() { list.set(format!("[{}]", items.join(", "))) } else { None }]
}

/// The names that volumes have: those of a StatefulSet's claims take the place of others.
fn names(pod: Pod<'_>) -> impl Iterator<Item = String> {
    let claims = pod.object().at("spec.volumeClaimTemplates").items().map(|claim| claim.at("metadata.name"));
    let volumes = pod.at("volumes").items().map(|volume| volume.at("name"));
    volumes.chain(claims).map(|name| name.text().to_owned())
}

/// Whether the API server takes a mount of this path beside the others.
fn may_be_mounted(container: Container<'_>, path: &str) -> bool {
    let plain = !path.contains(':')
        && !path.contains("$(")
        && !contains_placeholder(path)
        && path.contains(|c: char| c.is_ascii_alphanumeric());
    let same = |mount: Slot<'_>| mount.at("mountPath").text().trim_end_matches('/') == path.trim_end_matches('/');
    plain && !container.at("volumeMounts").items().any(same)
}

/// A DNS label that no volume has as its name yet.
fn free_name(text: &str, taken: &BTreeSet<String>) -> String {
    const LONGEST: usize = 60;
    let lower = text.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let whole = words.collect::<Vec<_>>().join("-");
    let base = whole[..whole.len().min(LONGEST)].trim_end_matches('-');
    let numbered = (2..).map(|n| format!("{base}-{n}"));
    let mut names = std::iter::once(base.to_owned()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

/// The image, if it is known, and the paths that it writes to and no volume covers.
fn paths(container: Container<'_>) -> (Option<&str>, Vec<&str>) {
    let image = container.at("image").as_str().and_then(|text| Image::parse(text).ok()?.on_docker_hub());
    let known = image.and_then(|name| KNOWN.iter().find(|(known, _)| *known == name));
    let mut paths: Vec<&str> = Vec::new();
    let usual = known.map_or(&["/tmp"][..], |(_, paths)| paths).iter().copied();
    for path in usual.chain(temporary_directories(container)) {
        if !paths.contains(&path) && !is_on_a_volume(container, path) {
            paths.push(path);
        }
    }
    (known.map(|(name, _)| *name), paths)
}

fn temporary_directories(container: Container<'_>) -> impl Iterator<Item = &str> {
    container.at("env").items().filter_map(|variable| {
        let name = variable.at("name").as_str()?;
        let path = variable.at("value").as_str()?;
        (matches!(name, "TMPDIR" | "TMP" | "TEMP") && path.starts_with('/')).then_some(path)
    })
}

fn is_on_a_volume(container: Container<'_>, path: &str) -> bool {
    container.at("volumeMounts").items().any(|mount| {
        let Some(at) = mount.at("mountPath").as_str() else { return false };
        let below = path.strip_prefix(at.trim_end_matches('/'));
        mount.at("readOnly").as_bool() != Some(true)
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// `/a`, `/a and /b`, `/a, /b and /c`
fn list(paths: &[&str]) -> String {
    match paths {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::advice;
    use crate::source::Span;
    use crate::{k8s, yaml};

    fn advice_for(container: &str) -> String {
        let text = format!("{{apiVersion: v1, kind: Pod, spec: {{containers: [{{name: a, {container}}}]}}}}");
        let tree = yaml::parse(&text, Span { start: 0, end: u32::try_from(text.len()).unwrap() }).unwrap();
        let pods = k8s::pods(k8s::objects(&tree)[0]);
        let first = pods[0].view().containers().next().unwrap();
        advice(first).split_once("`readOnlyRootFilesystem: true`").unwrap().1.to_owned()
    }

    #[test]
    fn names_what_is_known_and_not_yet_on_a_volume() {
        for (container, want) in [
            ("image: app", ", and mount an emptyDir where the program writes: try /tmp first"),
            (
                "image: app, env: [{name: TMPDIR, value: /scratch}]",
                ", and mount an emptyDir where the program writes: try /tmp and /scratch first",
            ),
            (
                "image: 'nginx:1.29', volumeMounts: [{name: t, mountPath: /tmp/}]",
                ", and mount an emptyDir where nginx writes: /var/cache/nginx and /var/run",
            ),
            (
                "image: redis, volumeMounts: [{name: t, mountPath: /data, readOnly: true}]",
                ", and mount an emptyDir where redis writes: /data",
            ),
            ("image: redis, volumeMounts: [{name: t, mountPath: /data}]", ": what redis writes is on volumes already"),
            (
                "image: quay.io/redis, volumeMounts: [{name: t, mountPath: /tmp}]",
                "; where the program writes elsewhere than on its volumes, mount an emptyDir",
            ),
        ] {
            assert_eq!(advice_for(container), want, "{container}");
        }
    }
}
