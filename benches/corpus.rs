//! Manifests that a program makes, the same ones on every machine: benches and tests have a corpus wherever they run.
//! The mix follows real repositories: mostly block style, a quarter pods, some JSON, lists, long texts and deep schemas.

use std::fmt::Write;
use std::path::Path;

/// One file of the corpus.
pub(crate) struct File {
    /// Relative path, sorted.
    pub(crate) path: String,
    /// The manifest.
    pub(crate) text: String,
}

/// Files of at least `bytes` bytes together.
pub(crate) fn files(bytes: usize) -> Vec<File> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut files, mut total) = (Vec::new(), 0);
    while total < bytes {
        let number = files.len();
        let (text, extension) = file(&mut random, number);
        total += text.len();
        files.push(File { path: format!("team-{:02}/app-{number:05}.{extension}", number / 100), text });
    }
    files
}

/// The bytes of all files.
#[allow(dead_code, reason = "each binary that includes this module uses its own part")]
pub(crate) fn size(files: &[File]) -> usize {
    files.iter().map(|f| f.text.len()).sum()
}

/// Writes the files under `folder`.
#[allow(dead_code, reason = "each binary that includes this module uses its own part")]
pub(crate) fn write(files: &[File], folder: &Path) -> std::io::Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, &file.text)?;
    }
    Ok(())
}

/// How many events granit-parser makes of a text: the floor that the whole run is measured against.
#[allow(dead_code, reason = "each binary that includes this module uses its own part")]
pub(crate) fn events(text: &str) -> usize {
    // The default limit on buffered comments refuses files that are fine.
    let options = granit_parser::options! { max_buffered_comment_events: usize::MAX, emit_comments: false };
    let mut parser = granit_parser::Parser::with_options(granit_parser::StrInput::new(text), options);
    std::iter::from_fn(|| parser.next_event()).take_while(Result::is_ok).count()
}

/// One pod, about a kilobyte.
#[allow(dead_code, reason = "each binary that includes this module uses its own part")]
pub(crate) fn pod(number: usize) -> String {
    let mut random = Random(number as u64 + 1);
    let mut text = format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-{number}\n  namespace: load\n");
    pod_spec(&mut random, &mut text, 0);
    text
}

/// xorshift64*: no crate, no seed from outside.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap_or_default()
    }

    /// True `percent` times in a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const NAMES: [&str; 10] =
    ["web", "cart", "ledger", "search", "mailer", "gateway", "worker", "metrics", "sessions", "importer"];

fn file(random: &mut Random, number: usize) -> (String, &'static str) {
    if random.chance(4) {
        return (json(random, number), "json");
    }
    let mut text = String::new();
    for document in 0..=random.below(4) {
        if document > 0 {
            text.push_str(random.pick(&["---\n", "---\n", "--- # next\n"]));
        }
        match random.below(12) {
            0..=3 => workload(random, &mut text, number),
            4 | 5 => service(random, &mut text, number),
            6 => config_map(random, &mut text, number),
            7 | 8 => role(random, &mut text, number),
            9 => schema(random, &mut text, number),
            10 => cron_job(random, &mut text, number),
            _ => list(random, &mut text, number),
        }
    }
    (text, "yaml")
}

fn head(random: &mut Random, text: &mut String, api_version: &str, kind: &str, number: usize) {
    let name = random.pick(&NAMES);
    let _ = write!(
        text,
        "apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: {name}-{number}\n  labels:\n    \
         app.kubernetes.io/name: {name}\n    app.kubernetes.io/version: \"1.{}\"\n",
        number % 40
    );
    if random.chance(60) {
        let _ = writeln!(text, "  namespace: {}", random.pick(&["shop", "platform", "data"]));
    }
    if random.chance(20) {
        text.push_str("  # kept in step with the chart\n  annotations: {owner: \"team@example.org\", tier: backend}\n");
    }
}

fn workload(random: &mut Random, text: &mut String, number: usize) {
    let kind = random.pick(&["Deployment", "Deployment", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]);
    head(random, text, "apps/v1", kind, number);
    text.push_str("spec:\n");
    if kind != "DaemonSet" {
        let _ = writeln!(text, "  replicas: {}", 1 + random.below(5));
    }
    text.push_str(
        "  selector:\n    matchLabels:\n      app: a\n  template:\n    metadata:\n      labels:\n        app: a\n",
    );
    pod_spec(random, text, 4);
}

fn cron_job(random: &mut Random, text: &mut String, number: usize) {
    head(random, text, "batch/v1", "CronJob", number);
    text.push_str("spec:\n  schedule: \"*/15 * * * *\"\n  jobTemplate:\n    spec:\n      template:\n");
    pod_spec(random, text, 8);
}

/// A `spec:` at this indentation, more or less hardened.
fn pod_spec(random: &mut Random, text: &mut String, indent: usize) {
    let pad = " ".repeat(indent);
    let hardened = random.chance(35);
    let _ = writeln!(text, "{pad}spec:");
    if hardened {
        let _ = writeln!(
            text,
            "{pad}  automountServiceAccountToken: false\n{pad}  securityContext:\n{pad}    runAsNonRoot: true\n\
             {pad}    runAsUser: 10014\n{pad}    runAsGroup: 10014\n{pad}    fsGroup: 10014\n{pad}    seccompProfile:\n\
             {pad}      type: RuntimeDefault"
        );
    } else if random.chance(15) {
        let _ = writeln!(text, "{pad}  hostNetwork: true\n{pad}  dnsPolicy: ClusterFirstWithHostNet");
    }
    if random.chance(25) {
        let _ = writeln!(text, "{pad}  initContainers:");
        container(random, text, &pad, "prepare", hardened);
    }
    let _ = writeln!(text, "{pad}  containers:");
    for name in NAMES.iter().skip(random.below(6)).take(1 + random.below(3)) {
        container(random, text, &pad, name, hardened);
    }
    let _ = writeln!(
        text,
        "{pad}  volumes:\n{pad}    - name: tmp\n{pad}      emptyDir: {{}}\n{pad}    - name: settings\n\
         {pad}      configMap:\n{pad}        name: settings"
    );
}

fn container(random: &mut Random, text: &mut String, pad: &str, name: &str, hardened: bool) {
    let tag = if hardened { "2.7.1" } else { random.pick(&["latest", "1.4", "v3"]) };
    let _ = writeln!(
        text,
        "{pad}    - name: {name}\n{pad}      image: registry.example/{name}:{tag}\n\
         {pad}      args: [\"--listen=:8080\", \"--log-level=info\"]\n{pad}      ports:\n\
         {pad}        - name: http\n{pad}          containerPort: 8080"
    );
    let _ = writeln!(text, "{pad}      env:");
    for variable in 0..random.below(6) {
        let _ =
            writeln!(text, "{pad}        - name: SETTING_{variable}\n{pad}          value: \"{}\"", random.below(9999));
    }
    let _ = writeln!(
        text,
        "{pad}        - name: POD\n{pad}          valueFrom:\n{pad}            fieldRef: {{fieldPath: metadata.name}}"
    );
    if hardened || random.chance(50) {
        let _ = writeln!(
            text,
            "{pad}      resources:\n{pad}        requests:\n{pad}          cpu: 100m\n{pad}          memory: 64Mi\n\
             {pad}        limits:\n{pad}          memory: 128Mi"
        );
    }
    if hardened {
        let _ = writeln!(
            text,
            "{pad}      securityContext:\n{pad}        allowPrivilegeEscalation: false\n\
             {pad}        readOnlyRootFilesystem: true\n{pad}        capabilities:\n{pad}          drop: [ALL]"
        );
    } else if random.chance(10) {
        let _ = writeln!(text, "{pad}      securityContext:\n{pad}        privileged: true");
    }
    let _ = writeln!(text, "{pad}      volumeMounts:\n{pad}        - name: tmp\n{pad}          mountPath: /tmp");
}

fn service(random: &mut Random, text: &mut String, number: usize) {
    head(random, text, "v1", "Service", number);
    text.push_str("spec:\n  type: ClusterIP\n  selector:\n    app: a\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n");
}

fn config_map(random: &mut Random, text: &mut String, number: usize) {
    head(random, text, "v1", "ConfigMap", number);
    text.push_str("data:\n  LOG_LEVEL: info\n  FEATURES: 'search,cart'\n  server.conf: |\n");
    for line in 0..20 + random.below(120) {
        let _ = writeln!(text, "    location /part-{line} {{ proxy_pass http://{}:8080; }}", random.pick(&NAMES));
    }
}

fn role(random: &mut Random, text: &mut String, number: usize) {
    head(random, text, "rbac.authorization.k8s.io/v1", "Role", number);
    text.push_str("rules:\n");
    for _ in 0..=random.below(8) {
        let _ = writeln!(
            text,
            "  - apiGroups: [\"\"]\n    resources:\n      - {}\n    verbs: [get, list, watch]",
            random.pick(&["pods", "services", "endpoints", "configmaps"])
        );
    }
}

/// A custom resource definition: deep, wordy, and without a pod.
fn schema(random: &mut Random, text: &mut String, number: usize) {
    head(random, text, "apiextensions.k8s.io/v1", "CustomResourceDefinition", number);
    text.push_str(
        "spec:\n  group: shop.example\n  versions:\n    - name: v1\n      schema:\n        openAPIV3Schema:\n",
    );
    text.push_str("          type: object\n          properties:\n");
    for field in 0..10 + random.below(40) {
        let _ = writeln!(
            text,
            "            field{field}:\n              description: >-\n                What the controller does with field {field},\n                \
             told in two lines as controllers do.\n              type: object\n              properties:\n                \
             name:\n                  type: string\n                  maxLength: 63\n                weight:\n                  \
             type: integer\n                  format: int32"
        );
    }
}

fn list(random: &mut Random, text: &mut String, number: usize) {
    text.push_str("apiVersion: v1\nkind: List\nitems:\n");
    for item in 0..=random.below(3) {
        let mut object = String::new();
        if random.chance(50) {
            workload(random, &mut object, number + item);
        } else {
            service(random, &mut object, number + item);
        }
        for (index, line) in object.lines().enumerate() {
            let _ = writeln!(text, "{}{line}", if index == 0 { "  - " } else { "    " });
        }
    }
}

fn json(random: &mut Random, number: usize) -> String {
    let name = random.pick(&NAMES);
    format!(
        r#"{{
  "apiVersion": "apps/v1",
  "kind": "Deployment",
  "metadata": {{"name": "{name}-{number}", "labels": {{"app": "{name}"}}}},
  "spec": {{
    "replicas": {},
    "selector": {{"matchLabels": {{"app": "{name}"}}}},
    "template": {{
      "metadata": {{"labels": {{"app": "{name}"}}}},
      "spec": {{
        "containers": [
          {{"name": "{name}", "image": "registry.example/{name}:1.{}", "securityContext": {{"privileged": {}}}}}
        ]
      }}
    }}
  }}
}}
"#,
        1 + random.below(4),
        random.below(30),
        random.chance(10)
    )
}
