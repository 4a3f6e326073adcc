//! No format shows a credential that was found, not in the excerpt of another finding either.

use clap::ValueEnum;
use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Keep, Outcomes};
use plimsoll::report::{Format, Options};
use plimsoll::source::{HIDDEN, Source, Span};

use super::{options, render};

/// Every value begins with the same word.
const MANIFEST: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: app
      image: app
      command: [app, --db-password=s3cr3té, --other]
      args:
        - --token
        - s3cr3t-0a1b2c3d
        - --dsn=postgres://app:s3cr3t@db/app
        - export PGPASSWORD=\"s3cr3t\"; psql -h db
        - |
          # one thing is told of each item, and all are hidden
          export OTHER_PASSWORD=s3cr3t
          curl -H 'Authorization: token ghp_s3cr3t0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R' https://api.example.com
      env:
        - {name: DB_PASSWORD, value: &pw \"s3cr3t\"}
        - name: API_PASSWORD
          value: *pw
        - name: LONG_PASSWORD # plimsoll: ignore[credential-in-env] on the next line
          # plimsoll: ignore[credential-in-env] known
          value: >-
            s3cr3t
        - {name: DB_PASSWORD, value: s3cr3t}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data:
  password: s3cr3t
  app.properties: |
    host=db
    db.password=s3cr3t
    \"api_token\": \"s3cr3t-0a1b2c3d\",
    last=1
  tls.key: |
    -----BEGIN PRIVATE KEY-----
    s3cr3tAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    s3cr3tAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    -----END PRIVATE KEY-----
---
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData:
  one: s3cr3t
  two: |
    s3cr3t
    s3cr3t
data: {three: czNjcjN0czNjcjN0}
";

fn outcomes(text: &str) -> Outcomes {
    let settings = Settings { with_fixes: true, with_marks: true, levels: true, ..Settings::default() };
    let keep = Keep { sources: true, objects: true };
    engine::run_counted(vec![Input::Text("web.yaml".into(), text.into())], &settings, keep, &0.into())
}

fn is_shown(text: &str) -> bool {
    text.contains("s3cr3") || text.contains("czNj") || text.contains(HIDDEN) || text.contains("u{1a}")
}

#[test]
fn no_format_shows_what_is_secret() {
    let text = MANIFEST.to_owned();
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "a",
        "image": "a", "args": ["--password=s3cr3t", "--password", "s3cr3t", "b"], "env": [{"name": "PASSWORD", "value":
        "s3\u0063r3t"}, {"name": "API_KEY_PASSWORD", "value": "s3cr3t"}]}]}}"#;
    let one_line = json.replace('\n', "");
    for (text, count) in [
        (&text, 13),
        (&text.replace('\n', "\r\n"), 13),
        (&format!("\u{feff}{text}"), 13),
        (&json.to_owned(), 4),
        (&one_line, 4),
    ] {
        let outcomes = outcomes(text);
        let secrets =
            outcomes.findings.iter().filter(|f| f.rule.id.starts_with("credential") || f.rule.id == "secret-manifest");
        assert_eq!(
            secrets.clone().count(),
            count,
            "{:#?}",
            secrets.map(|f| (f.region, &f.message)).collect::<Vec<_>>()
        );
        for format in Format::value_variants() {
            for options in [options(), Options { unicode: false, width: 60, ..options() }] {
                let shown = render(*format, &outcomes, &options);
                let lines: Vec<_> = shown.lines().filter(|l| is_shown(l)).collect();
                assert!(lines.is_empty(), "{format:?}: {lines:#?}");
            }
        }
    }
}

/// What is of the wrong type is not told with its value, and no report carries it in an edit; `--fix` still mends it.
#[test]
fn no_message_and_no_edit_has_a_value() {
    let text = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: app
      image: app
      env: [{name: DB_PASSWORD, value: 53371}]
      args: --password=s3cr3t
---
apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {password: 53371}
data: {c: s3cr3t-not-base64!}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {password: 53371, port: 8080}
";
    let outcomes = outcomes(text);
    let told = outcomes.findings.iter().filter(|f| f.rule.id == "wrong-type").map(|f| &*f.message).collect::<Vec<_>>();
    assert!(told.contains(&"stringData.password is a number: the API server wants a string"), "{told:#?}");
    assert!(told.contains(&"data.port is the number 8080: the API server wants a string"), "{told:#?}");
    for format in Format::value_variants() {
        let shown = render(*format, &outcomes, &options());
        let lines: Vec<_> = shown.lines().filter(|l| is_shown(l) || l.contains("53371")).collect();
        assert!(lines.is_empty(), "{format:?}: {lines:#?}");
    }
    let folder = crate::support::temporary("secrets-fix");
    std::fs::write(folder.join("a.yaml"), text).unwrap();
    crate::support::plimsoll(&folder, &["lint", "--fix", "."]);
    let fixed = std::fs::read_to_string(folder.join("a.yaml")).unwrap();
    assert!(fixed.contains("stringData: {password: \"53371\"}"), "{fixed}");
}

#[test]
fn the_key_is_shown_and_the_value_masked() {
    let outcomes = outcomes(MANIFEST);
    let human = render(Format::Human, &outcomes, &options());
    let html = render(Format::Html, &outcomes, &options()).replace("<mark>", "").replace("</mark>", "");
    for line in [
        "command: [app, --db-password=•••",
        "- •••",
        "- --dsn=postgres://•••",
        "export PGPASSWORD=•••",
        "export OTHER_PASSWORD=•••",
        "curl -H 'Authorization: token ghp_•••",
        "- {name: DB_PASSWORD, value: &pw •••}",
        "- {name: DB_PASSWORD, value: •••}",
        "password: •••",
        "db.password=•••",
        "\"api_token\":•••",
        "one: •••",
    ] {
        let line = line.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
        assert!(html.lines().any(|l| l.contains(&line)), "{line}:\n{html}");
    }
    let ascii = render(Format::Human, &outcomes, &Options { unicode: false, ..options() });
    assert!(ascii.contains("--db-password=***"), "{ascii}");
    // What is marked is the mask.
    let marked = "value: •••}\n    ·                                      ─┬─\n";
    assert!(human.contains(marked), "{human}");
}

#[test]
fn places_stay_and_texts_stay_texts() {
    let source = Source::new("a", "a: 'é世x'\nb: c\r\n");
    let at = |part: &str| source.text.find(part).unwrap();
    // From inside a character to inside another.
    let span = Span::new(at("é") + 1, at("世") + 1);
    let hidden = source.hiding(&[span, Span::new(at("c"), source.text.len() + 9)]);
    let mask = |n: usize| HIDDEN.to_string().repeat(n);
    assert_eq!(hidden.text, format!("a: '{}x'\nb: {}\r\n", mask(5), mask(1)));
    assert_eq!(hidden.text.len(), source.text.len());
}
